"""The merchant's verification of Apple Pay tokens against published and synthetic vectors, and its sessions."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from fixtures.merchant.integrations.applepay import ApplePay
from fixtures.merchant.integrations.applepay_token import Token, read_payment, read_token
from fixtures.merchant.settings import SettingsError, WalletSettings
from fixtures.merchant.words import Refused

BOOK: dict[str, Any] = json.loads((Path(__file__).parent.parent / "vectors/applepay.json").read_text(encoding="utf-8"))
VECTORS: dict[str, dict[str, Any]] = {vector["id"]: vector for vector in BOOK["vectors"]}
GENUINE = [id for id, vector in VECTORS.items() if vector["kind"] in ("real", "synthetic") and "plaintext" in vector]
FORGED = [id for id, vector in VECTORS.items() if vector["kind"] == "negative"]


def shop(id: str = "synthetic-ec-basic", **changes: str) -> ApplePay:
    """The integration that a vector was made for; a token that nobody can open gets another vector's keys."""
    vector = VECTORS[id]
    ours = vector if "merchant_private_key_pem" in vector else VECTORS["real-gala-2021-ec"]
    key = load_pem_private_key(ours["merchant_private_key_pem"].encode(), None)
    values = {
        "wallet": "applepay",
        "mode": "RSA_v1" if "rsa" in id else "EC_v1",
        "gateway_url": "http://127.0.0.1:9/applepay",
        "merchant_id": ours["merchant_id"],
        "display_name": "Shop",
        "domain": "shop.test",
        "processing_private_key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "processing_certificate": ours["merchant_certificate_pem"],
        "apple_root_certificate": BOOK["apple_root_ca_g3_pem"]
        if vector["kind"] == "real"
        else BOOK["synthetic_pki"]["root_pem"],
        "identity_certificate": BOOK["synthetic_pki"]["leaf_pem"],
        "identity_private_key": BOOK["synthetic_pki"]["leaf_private_key_pem"],
        "acquirer_key": "key",
    }
    return ApplePay("applepay", WalletSettings.model_validate(values | changes), 1.0)


def token(id: str) -> dict[str, Any]:
    return {"paymentData": VECTORS[id]["token"], "paymentMethod": {}, "transactionIdentifier": "unsigned"}


def at_the_time_of(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime.fromisoformat(VECTORS[id]["at"]).timestamp()
    monkeypatch.setattr(time, "time", lambda: moment)


def opened(id: str) -> bytes:
    integration = shop(id)
    signed = read_token(token(id))
    integration.check_version(signed)
    integration.check_proof(signed)
    integration.check_key_hash(signed)
    return integration.decrypt(signed)


@pytest.mark.parametrize("id", GENUINE)
def test_a_genuine_token_is_opened_to_its_last_byte(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_time_of(id, monkeypatch)

    assert opened(id).decode() == VECTORS[id]["plaintext"]


def test_a_token_of_2014_is_believed_though_only_its_shop_could_open_it(monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_time_of("real-beatty-2014-ec", monkeypatch)
    data = {"version": "EC_v1"} | VECTORS["real-beatty-2014-ec"]["token"]

    shop("real-beatty-2014-ec").check_proof(read_token({"paymentData": data}))


@pytest.mark.parametrize("id", FORGED)
def test_a_forged_token_is_refused(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_time_of(id, monkeypatch)

    with pytest.raises(Refused):
        shop(id).check_token(token(id))


def test_a_token_spelt_otherwise_is_the_same_token(monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_time_of("synthetic-ec-basic", monkeypatch)

    first = shop().check_token(token("synthetic-ec-basic"))
    again = shop().check_token(token("replay-transactionid-uppercase"))

    assert first.id == again.id
    with pytest.raises(Refused, match="malformed"):
        shop().check_token(token("replay-base64-whitespace"))


def test_what_a_token_states_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_time_of("synthetic-ec-applicationdata", monkeypatch)
    said = json.loads(VECTORS["synthetic-ec-applicationdata"]["plaintext"])

    presented = shop().check_token(token("synthetic-ec-applicationdata"))

    assert (presented.amount, presented.currency) == (said["transactionAmount"], "USD")
    assert presented.card.number == said["applicationPrimaryAccountNumber"]
    assert presented.made_for == VECTORS["synthetic-ec-applicationdata"]["token"]["header"]["applicationData"]
    assert presented.card.number not in repr(presented)


@pytest.mark.parametrize("late", [-302, -298, 298, 302])
def test_a_token_is_good_for_five_minutes_both_ways(late: int, monkeypatch: pytest.MonkeyPatch) -> None:
    signed = read_token(token("synthetic-ec-basic"))
    moment = datetime.fromisoformat("2026-01-15T12:00:00Z").timestamp()
    monkeypatch.setattr(time, "time", lambda: moment + late)

    if abs(late) <= 300:
        shop().check_proof(signed)
    else:
        with pytest.raises(Refused, match=r"stale|future"):
            shop().check_proof(signed)


class ChainUnchecked(ApplePay):
    def check_chain(self, *_: Any) -> None:
        pass


class SignerUnchecked(ApplePay):
    def check_signer(self, *_: Any) -> None:
        pass


class MarkersUnchecked(ApplePay):
    def check_marker_oids(self, *_: Any) -> None:
        pass


class DigestUnchecked(ApplePay):
    def check_digest(self, *_: Any) -> None:
        pass


class TimeUnchecked(ApplePay):
    def check_signing_time(self, *_: Any) -> None:
        pass


@pytest.mark.parametrize(
    ("lenient", "ids"),
    [
        (ChainUnchecked, {"neg-lookalike-root-embedded"}),
        (SignerUnchecked, {"neg-signer-not-leaf"}),
        (MarkersUnchecked, {"neg-leaf-without-marker-oid", "neg-intermediate-without-marker-oid"}),
        (
            DigestUnchecked,
            {
                "neg-transactionid-swapped",
                "neg-applicationdata-stripped",
                "neg-applicationdata-replaced",
                "neg-applicationdata-added",
            },
        ),
        (TimeUnchecked, {"neg-stale-signing-time", "neg-future-signing-time"}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_each_step_stops_its_own_forgeries(
    lenient: type[ApplePay], ids: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    believed = set()
    for id in FORGED:
        at_the_time_of(id, monkeypatch)
        integration = shop(id)
        integration.__class__ = lenient
        try:
            integration.check_token(token(id))
        except Refused:
            continue
        believed.add(id)

    assert believed == ids


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        7,
        "text",
        {},
        {"paymentData": None},
        {"paymentData": {}},
        {"paymentData": {"version": ["EC_v1"], "data": "", "signature": "", "header": {}}},
        {"paymentData": {"version": "EC_v1", "data": "AA==", "signature": "AA==", "header": []}},
    ],
    ids=repr,
)
def test_what_is_no_token_is_refused(odd: object) -> None:
    with pytest.raises(Refused, match="malformed"):
        shop().check_token(odd)


@pytest.mark.parametrize("cut", [1, 2, 50, 400, 1500, -1, -30, -200])
def test_a_damaged_signature_is_refused(cut: int) -> None:
    whole = read_token(token("synthetic-ec-basic"))
    signature = whole.signature[:cut]
    damaged = Token(
        whole.version, whole.data, signature, whole.key, whole.key_hash, whole.transaction_id, whole.application_data
    )

    with pytest.raises(Refused):
        shop().check_proof(damaged)


@pytest.mark.parametrize("change", [{"transactionAmount": 1.5}, {"transactionAmount": True}, {"currencyCode": ["840"]}])
def test_a_statement_without_a_whole_sum_is_refused(change: dict[str, Any]) -> None:
    said = json.loads(VECTORS["synthetic-ec-basic"]["plaintext"]) | change

    with pytest.raises(Refused):
        read_payment(json.dumps(said).encode())


def test_an_emv_statement_cannot_be_charged_online() -> None:
    with pytest.raises(Refused, match="method"):
        read_payment(VECTORS["synthetic-ec-emv"]["plaintext"].encode())


def test_a_key_that_is_not_the_certificates_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsError, match="processing_certificate"):
        shop(processing_certificate=VECTORS["real-gala-2021-ec"]["merchant_certificate_pem"])
