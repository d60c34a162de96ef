"""The merchant's verification of Google's tokens and callbacks against published and synthetic vectors."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from fixtures.merchant.integrations import googlepay_keys
from fixtures.merchant.integrations.googlepay import GooglePay
from fixtures.merchant.integrations.googlepay_keys import RootKeys, lifetime, read_keys
from fixtures.merchant.integrations.googlepay_token import Envelope, read_box, read_envelope, signed_text
from fixtures.merchant.settings import SettingsError, WalletSettings
from fixtures.merchant.words import Message, Refused

BOOK: dict[str, Any] = json.loads((Path(__file__).parent.parent / "vectors/googlepay.json").read_text(encoding="utf-8"))
VECTORS: dict[str, dict[str, Any]] = {vector["id"]: vector for vector in BOOK["vectors"]}
CALLBACKS = {id for id in VECTORS if "callback" in id}
TOKENS = [id for id in VECTORS if id not in CALLBACKS]
GENUINE = [id for id in TOKENS if VECTORS[id]["expect"].startswith("valid")]
FORGED = [id for id in TOKENS if VECTORS[id]["expect"] == "reject"]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key list that is not the vector's own would be fetched from nowhere."""

    def published(roots: RootKeys) -> Any:
        return read_keys(getattr(roots, "vector", {}).get("keys"))

    monkeypatch.setattr(RootKeys, "published", published)


def shop(vector: dict[str, Any], mode: str = "ECv2", kind: type[GooglePay] = GooglePay) -> GooglePay:
    """The integration that a vector was made for."""
    encoded = vector.get("recipient_private_key_pkcs8_b64") or BOOK["synthetic_keys"]["merchant"]
    key = load_der_private_key(base64.b64decode(encoded), None)
    values = {
        "wallet": "googlepay",
        "mode": mode,
        "gateway_url": "http://127.0.0.1:9/googlepay",
        "merchant_id": vector.get("expected_gateway_merchant_id", "12345678901234567890"),
        "recipient_id": vector["recipient_id"],
        "private_key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "issuer_id": "3388000000000000000",
        "class_id": "3388000000000000000.WP_CLASS",
        "acquirer_key": "key",
    }
    integration = kind("googlepay", WalletSettings.model_validate(values), 1.0)
    for roots in (integration.roots, integration.pass_roots):
        roots.vector = vector["root_keys"]  # type: ignore[attr-defined]  # see `no_network`
    return integration


def at_the_time_of(vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: int(vector["at_ms"]) / 1000)


def mode_of(id: str) -> str:
    """The version that the vector's shop is set up for, which a downgraded token would like to change."""
    return "ECv1" if "ecv1" in id and "downgrade" not in id else "ECv2"


def check(integration: GooglePay, envelope: Envelope) -> bytes:
    integration.check_proof(envelope, integration.mode, "Google", integration.recipients(), integration.roots)
    return integration.open(envelope.message)


@pytest.mark.parametrize("id", GENUINE)
def test_a_genuine_token_is_opened_to_its_last_byte(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    vector = VECTORS[id]
    at_the_time_of(vector, monkeypatch)

    opened = check(shop(vector, mode_of(id)), read_envelope(json.dumps(vector["token"])))

    assert opened.decode() == vector["plaintext"]


@pytest.mark.parametrize("id", FORGED)
def test_a_forged_token_is_refused(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    vector = VECTORS[id]
    at_the_time_of(vector, monkeypatch)

    with pytest.raises(Refused):
        shop(vector, mode_of(id)).check_token(json.dumps(vector["token"]))


def test_a_card_behind_a_cryptogram_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    vector = VECTORS["synthetic-ecv2-cryptogram-direct"]
    at_the_time_of(vector, monkeypatch)

    presented = shop(vector).check_token(json.dumps(vector["token"]))

    card = presented.card
    assert (card.number, card.month, card.year, card.eci) == ("4895370012003478", 12, 2030, "07")
    assert card.cryptogram == "AgAAAAAABk4DWZ4C28yUQAAAAAA="
    assert (presented.amount, presented.currency, presented.made_for) == (None, None, None)


def test_a_tokenized_card_of_ecv1_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    vector = VECTORS["real-google-test-2017-ecv1-tokenized_card"]
    at_the_time_of(vector, monkeypatch)

    card = shop(vector, "ECv1").check_token(json.dumps(vector["token"])).card

    assert (card.number, card.eci, card.year) == ("4895370012003478", "07", 2022)


@pytest.mark.parametrize("id", ["synthetic-ecv2-pan-only-gateway", "real-google-test-2017-ecv1-card"])
def test_a_number_on_file_is_not_the_buyers_consent(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    vector = VECTORS[id]
    at_the_time_of(vector, monkeypatch)

    with pytest.raises(Refused, match="method"):
        shop(vector, mode_of(id)).check_token(json.dumps(vector["token"]))


@pytest.mark.parametrize("method", [None, 3, [], {}, [[]], ["3DS"]])
def test_a_method_of_another_type_is_none(method: Any) -> None:
    told = {"paymentMethodDetails": {"authMethod": method, "cryptogram": "AgAA"}}

    with pytest.raises(Refused, match="method"):
        shop(VECTORS["synthetic-ecv2-cryptogram-direct"]).check_method(told)


def test_a_token_spelt_otherwise_is_the_same_token(monkeypatch: pytest.MonkeyPatch) -> None:
    vector = VECTORS["synthetic-ecv2-cryptogram-direct"]
    at_the_time_of(vector, monkeypatch)
    reordered = dict(reversed(VECTORS["replay-same-message"]["token"].items()))

    first = shop(vector).check_token(json.dumps(vector["token"]))
    again = shop(vector).check_token(json.dumps(reordered, indent=2))

    assert first.id == again.id


def test_the_version_is_never_the_tokens_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    for id in ("synthetic-ecv1", "synthetic-ecv2-cryptogram-direct"):
        vector = VECTORS[id]
        at_the_time_of(vector, monkeypatch)
        other = "ECv2" if mode_of(id) == "ECv1" else "ECv1"
        with pytest.raises(Refused, match="algorithm"):
            shop(vector, other).check_token(json.dumps(vector["token"]))


def step_missing(name: str) -> type[GooglePay]:
    """Every check but one."""
    return type(name, (GooglePay,), {name: lambda *_: None})


@pytest.mark.parametrize(
    ("step", "ids"),
    [
        ("check_intermediate", {"neg-unknown-root", "neg-intermediate-key-swapped", "neg-root-key-expired"}),
        ("check_intermediate_expiration", {"neg-intermediate-expired", "tink-ecv2-expired_intermediate_signature"}),
        ("check_message", {"neg-wrong-recipient", "neg-message-signature-mismatch", "neg-resigned-json-whitespace"}),
        ("check_mac", {"neg-bad-tag", "tink-ecv2-invalid_tag"}),
        ("check_message_expiration", {"neg-message-expired", "tink-ecv2-expired_token"}),
        ("check_recipient", {"neg-gateway-merchant-mismatch"}),
    ],
)
def test_each_step_stops_its_own_forgeries(step: str, ids: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    lenient = step_missing(step)
    monkeypatch.setattr(lenient, "check_method", lambda *_: None)
    believed = set()
    for id in FORGED:
        at_the_time_of(VECTORS[id], monkeypatch)
        try:
            shop(VECTORS[id], mode_of(id), lenient).check_token(json.dumps(VECTORS[id]["token"]))
        except Refused:
            continue
        believed.add(id)

    assert believed - {"neg-root-key-without-expiration"} == ids


@pytest.mark.parametrize(
    "odd",
    [None, 7, [], {}, "", "null", "[]", "{}", "[" * 10_000, '{"protocolVersion":"ECv2"}', '{"a":1,"a":1}', "\ud800"],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_token_is_refused(odd: object) -> None:
    with pytest.raises(Refused, match="malformed"):
        shop(VECTORS["synthetic-ecv2-cryptogram-direct"]).check_token(odd)


def test_lengths_count_bytes() -> None:
    for primitive in BOOK["primitives"]["length_prefix"]:
        assert signed_text(primitive["args"]).hex() == primitive["hex"]


def test_a_point_off_the_curve_is_refused() -> None:
    vector = VECTORS["synthetic-ecv2-cryptogram-direct"]
    message = json.loads(vector["token"]["signedMessage"])
    message["ephemeralPublicKey"] = base64.b64encode(b"\x04" + bytes(63) + b"\x01").decode()

    with pytest.raises(Refused, match="key"):
        shop(vector).open(json.dumps(message))
    assert len(read_box(vector["token"]["signedMessage"]).tag) == 32


def callback(id: str) -> Message:
    return Message({}, json.dumps(VECTORS[id]["token"]).encode())


def test_a_callback_of_google_wallet_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    vector = VECTORS["synthetic-ecv2signingonly-wallet-callback"]
    at_the_time_of(vector, monkeypatch)

    news = shop(vector).check_pass(callback(vector["id"]))

    assert (news.event, news.object_id) == ("save", "3388000000000000000.WP_OBJ")


def test_a_callback_of_another_class_or_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    vector = VECTORS["synthetic-ecv2signingonly-wallet-callback"]
    integration = shop(vector)
    integration.class_id = "3388000000000000000.OTHER"

    at_the_time_of(vector, monkeypatch)
    with pytest.raises(Refused, match="merchant"):
        integration.check_pass(callback(vector["id"]))
    monkeypatch.setattr(time, "time", lambda: 4102444800.0)
    with pytest.raises(Refused):
        shop(vector).check_pass(callback(vector["id"]))


def test_a_tampered_callback_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    vector = VECTORS["neg-wallet-callback-tampered"]
    at_the_time_of(vector, monkeypatch)

    with pytest.raises(Refused, match="signature"):
        shop(vector).check_pass(callback(vector["id"]))


def test_a_token_is_no_callback_and_the_other_way_round(monkeypatch: pytest.MonkeyPatch) -> None:
    vector = VECTORS["synthetic-ecv2signingonly-wallet-callback"]
    at_the_time_of(vector, monkeypatch)

    with pytest.raises(Refused):
        shop(vector).check_token(json.dumps(vector["token"]))
    with pytest.raises(Refused):
        shop(vector).check_pass(callback("synthetic-ecv2-cryptogram-direct"))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=600"}, 600),
        ({"cache-control": "max-age=600", "age": "250"}, 350),
        ({"cache-control": "max-age=600", "age": "900"}, 0),
        ({"cache-control": "no-store, max-age=600"}, 0),
        ({}, 0),
    ],
)
def test_root_keys_are_kept_as_long_as_their_headers_allow(headers: dict[str, str], seconds: float) -> None:
    assert lifetime(httpx.Headers(headers)) == seconds


def test_root_keys_are_fetched_once_and_never_believed_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # `no_network` took the real one away
    answers: list[Any] = [([], 60.0), Refused("unavailable")]

    def download(_url: str, _timeout: float) -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Refused):
            raise answer
        return answer

    monkeypatch.setattr(googlepay_keys, "download", download)
    roots, now = RootKeys("http://127.0.0.1:9/", 1.0), time.time()

    assert roots.published() == roots.published() == []
    monkeypatch.setattr(time, "time", lambda: now + 61)
    with pytest.raises(Refused, match="unavailable"):
        roots.published()


def test_an_unreachable_key_server_means_that_nothing_is_believed() -> None:
    with pytest.raises(Refused, match="unavailable"):
        googlepay_keys.download("http://127.0.0.1:9/keys.json", 0.5)


def test_a_key_of_another_curve_is_a_wrong_setting() -> None:
    values = {"wallet": "googlepay", "mode": "ECv2", "gateway_url": "http://127.0.0.1:9", "acquirer_key": "k"}
    values |= {"merchant_id": "1", "recipient_id": "merchant:1", "private_key": "x"}

    with pytest.raises(SettingsError, match="private_key"):
        GooglePay("googlepay", WalletSettings.model_validate(values), 1.0)
