"""Logins by signed message: the door opens to the right key, once."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import coincurve
import httpx
import pytest
from embit import ec, script
from embit.networks import NETWORKS
from embit.transaction import Transaction, TransactionInput, TransactionOutput
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.merchant.app import create_app
from fixtures.merchant.entering import LIFE
from fixtures.merchant.settings import Settings
from tests.merchant.conftest import serve
from tests.merchant.nodes import BITCOIN, ETHEREUM, TOKEN

KEY = bytes.fromhex("11" * 32)
OTHER = bytes.fromhex("22" * 32)


def ethereum_address(key: bytes) -> str:
    return str(Account.from_key(key).address)


def bitcoin_address(key: bytes) -> str:
    return str(script.p2wpkh(ec.PrivateKey(key).get_public_key()).address(NETWORKS["regtest"]))


def identity_address(key: bytes) -> str:
    return str(script.p2pkh(ec.PrivateKey(key).get_public_key()).address())


def sign_bitcoin(key: bytes, message: bytes, base: int) -> bytes:
    whole = sha256(sha256(b"\x18Bitcoin Signed Message:\n" + bytes([len(message)]) + message).digest()).digest()
    signed = coincurve.PrivateKey(key).sign_recoverable(whole, hasher=None)
    return bytes([base + signed[64]]) + signed[:64]


def sign_bip322(key: bytes, message: str) -> str:
    tag = sha256(b"BIP0322-signed-message").digest()
    hashed = sha256(tag + tag + message.encode()).digest()
    private = ec.PrivateKey(key)
    public = private.get_public_key()
    spent = TransactionInput(bytes(32), 0xFFFFFFFF, script.Script(b"\x00\x20" + hashed), 0)
    to_spend = Transaction(0, [spent], [TransactionOutput(0, script.p2wpkh(public))], 0)
    nothing = TransactionOutput(0, script.Script(b"\x6a"))
    to_sign = Transaction(0, [TransactionInput(to_spend.txid(), 0, sequence=0)], [nothing], 0)
    signature = private.sign(to_sign.sighash_segwit(0, script.p2pkh(public), 0))
    return "smp" + base64.b64encode(script.witness_p2wpkh(signature, public).serialize()).decode()


def sign(form: str, asked: dict[str, Any], key: bytes) -> str:
    """What a device answers."""
    if form in ("personal-sign", "siwe"):
        return str(Account.sign_message(encode_defunct(text=asked["message"]), key).signature.hex())
    if form == "typed-data":
        return str(Account.sign_message(encode_typed_data(full_message=asked["typed_data"]), key).signature.hex())
    if form == "bip322":
        return sign_bip322(key, asked["message"])
    if form == "bitcoin-message":
        return base64.b64encode(sign_bitcoin(key, asked["message"].encode(), 31)).decode()
    hidden, visual = sha256(bytes.fromhex(asked["hidden"])).digest(), sha256(asked["visual"].encode()).digest()
    return sign_bitcoin(key, hidden + visual, 31).hex()


def words(form: str, asked: dict[str, Any], key: bytes) -> dict[str, Any]:
    public = ec.PrivateKey(key).get_public_key().sec().hex() if form == "trezor-identity" else ""
    return {
        "challenge": asked["id"],
        "form": form,
        "address": address(form, key),
        "public_key": public,
        "signature": sign(form, asked, key),
    }


def address(form: str, key: bytes) -> str:
    if form == "trezor-identity":
        return identity_address(key)
    return bitcoin_address(key) if form.startswith("bi") else ethereum_address(key)


FORMS = [
    *(("ledger", form) for form in ("personal-sign", "typed-data", "siwe", "bitcoin-message")),
    *(("trezor", form) for form in ("bitcoin-message", "bip322", "trezor-identity", "personal-sign", "typed-data")),
]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    file = tmp_path_factory.mktemp("shop") / "books.db"
    wallets = {"ledger": ETHEREUM, "trezor": BITCOIN}
    app = create_app(Settings.of({"database": f"sqlite:///{file}", "wallets": wallets}))
    with serve(app) as client:
        yield client


def ask(door: httpx.Client, setup: str, form: str, key: bytes = KEY) -> dict[str, Any]:
    answer = door.post(f"/login/{setup}/challenges", json={"form": form, "address": address(form, key)})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.mark.parametrize(("setup", "form"), FORMS)
def test_one_right_signature_opens_the_door_once(door: httpx.Client, setup: str, form: str) -> None:
    asked = ask(door, setup, form)
    signed = words(form, asked, KEY)

    with ThreadPoolExecutor(4) as hands:
        answers = list(hands.map(lambda _: door.post(f"/login/{setup}", json=signed), range(4)))

    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]
    assert [answer.json() for answer in answers if answer.status_code == 200] == [{"account": address(form, KEY)}]
    members = {"typed-data": {"typed_data"}, "trezor-identity": {"hidden", "visual"}}.get(form, {"message"})
    assert asked.keys() == {"id", "form"} | members


@pytest.mark.parametrize(("setup", "form"), FORMS)
def test_nobody_enters_with_another_key_account_form_or_challenge(door: httpx.Client, setup: str, form: str) -> None:
    asked, other = ask(door, setup, form), ask(door, setup, form, OTHER)
    right = words(form, asked, KEY)
    for wrong in (
        {**words(form, asked, OTHER), "address": right["address"]},  # a valid signature of a stranger's
        {**words(form, asked, OTHER), "address": right["address"], "public_key": right["public_key"]},
        words(form, asked, OTHER),  # a challenge that was asked of somebody else
        {**right, "challenge": other["id"]},
        {**right, "challenge": "0" * 24},
        {**right, "form": "bip322" if form == "bitcoin-message" else "bitcoin-message"},
        {**right, "form": "none"},
        {**right, "address": "0x" + "0" * 40},
        {**right, "signature": ""},
        {**right, "signature": "0x" + "0" * 130},
        {**right, "signature": base64.b64encode(bytes(65)).decode()},
        {**right, "signature": sign(form, other, KEY)},
        {**right, "signature": sign(form, other, KEY), **{name: other[name] for name in other.keys() - {"id", "form"}}},
    ):
        assert door.post(f"/login/{setup}", json=wrong).status_code == 401, wrong

    assert door.post(f"/login/{setup}", json=right).status_code == 200


def test_a_challenge_is_for_one_setup(door: httpx.Client) -> None:
    signed = words("bitcoin-message", ask(door, "ledger", "bitcoin-message"), KEY)

    assert door.post("/login/trezor", json=signed).status_code == 401
    assert door.post("/login/ledger", json=signed).status_code == 200


def test_a_challenge_is_good_for_five_minutes(door: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    signed = words("personal-sign", ask(door, "ledger", "personal-sign"), KEY)
    late = datetime.now(UTC).timestamp() + LIFE + 1
    with monkeypatch.context() as clock:
        clock.setattr("fixtures.merchant.entering.time.time", lambda: late)

        assert door.post("/login/ledger", json=signed).status_code == 401


def test_what_is_asked_is_short_printable_and_never_the_same(door: httpx.Client) -> None:
    for setup, form in FORMS:
        first, second = ask(door, setup, form), ask(door, setup, form)
        assert first != second
        if form in ("personal-sign", "bitcoin-message", "bip322"):
            assert first["message"].isascii() and first["message"].isprintable() and len(first["message"]) < 160
            assert "shop.test" in first["message"] and address(form, KEY) in first["message"]
    assert ask(door, "ledger", "typed-data")["typed_data"]["domain"] == {
        "name": "shop.test",
        "version": "1",
        "chainId": 31337,
        "verifyingContract": TOKEN,
    }


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/login/ledger/challenges", {"form": "siwe", "address": "0x" + "0" * 40}, 422),
        ("/login/ledger/challenges", {"form": "siwe", "address": "0x52908400098527886E0F7030069857D2E4169Ee7"}, 422),
        ("/login/ledger/challenges", {"form": "bip322", "address": bitcoin_address(KEY)}, 422),
        ("/login/trezor/challenges", {"form": "siwe", "address": ethereum_address(KEY)}, 422),
        ("/login/trezor/challenges", {"form": "bitcoin-message", "address": "bcrt1qqqqqq"}, 422),
        ("/login/trezor/challenges", {"form": "bitcoin-message"}, 422),
        ("/login/paypal/challenges", {"form": "siwe", "address": ethereum_address(KEY)}, 404),
        ("/login/paypal", {"challenge": "1", "form": "siwe", "address": "x", "signature": "x"}, 404),
        ("/login/ledger", {"challenge": 1, "form": "siwe", "address": "x", "signature": "x"}, 422),
    ],
)
def test_what_cannot_be_asked_is_refused(door: httpx.Client, path: str, body: dict[str, Any], status: int) -> None:
    assert door.post(path, json=body).status_code == status


@pytest.mark.parametrize("text", ["\\ud800", "\\u0000", "' OR 1=1", "9" * 100])
def test_no_text_breaks_the_books(door: httpx.Client, text: str) -> None:
    signed = words("trezor-identity", ask(door, "trezor", "trezor-identity"), KEY)
    for word in signed:
        body = json.dumps({**signed, word: "@"}).replace("@", text)
        headers = {"content-type": "application/json"}
        assert door.post("/login/trezor", content=body, headers=headers).status_code in (401, 422)


@pytest.mark.parametrize(("setup", "form"), FORMS)
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    signature=st.one_of(
        st.text(max_size=140),
        st.binary(max_size=120).map(lambda raw: base64.b64encode(raw).decode()),
        st.binary(min_size=63, max_size=66).map(bytes.hex),
        st.binary(min_size=64, max_size=64).map(lambda raw: base64.b64encode(b"\x1f" + raw).decode()),
        st.binary(min_size=64, max_size=64).map(lambda raw: raw.hex() + "1b"),
        st.binary(min_size=64, max_size=64).map(lambda raw: "1f" + raw.hex()),
    ),
    public_key=st.text(max_size=70),
    place=st.text(min_size=1, max_size=90),
)
def test_no_input_breaks_the_door(
    door: httpx.Client, setup: str, form: str, signature: str, public_key: str, place: str
) -> None:
    asked = ask(door, setup, form)
    for claimed in (address(form, KEY), place):
        body = {"form": form, "address": claimed, "public_key": public_key, "signature": signature}
        assert door.post(f"/login/{setup}", json={"challenge": asked["id"], **body}).status_code == 401
    assert door.post(f"/login/{setup}/challenges", json={"form": form, "address": place}).status_code == 422
