"""Real tokens of 2014 and 2021 and synthetic ones: the strict receiver says of each what it should."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from fixtures.wallets.applepay import certificates, cms, sealing, signing
from fixtures.wallets.applepay.token import opened

_BOOK: dict[str, Any] = json.loads((Path(__file__).parent.parent / "vectors" / "applepay.json").read_text("utf-8"))
VECTORS: list[dict[str, Any]] = _BOOK["vectors"]
_BY_ID = {vector["id"]: vector for vector in VECTORS}
_PKI = _BOOK["synthetic_pki"]


def _named(kind: str) -> pytest.MarkDecorator:
    chosen = [vector for vector in VECTORS if vector["kind"] == kind]
    return pytest.mark.parametrize("vector", chosen, ids=lambda vector: vector["id"])


def _root(vector: dict[str, Any]) -> str:
    name = "apple_root_ca_g3_pem" if vector["kind"] == "real" else "root_pem"
    return str(_BOOK.get(name) or _PKI[name])


def _problem(vector: dict[str, Any]) -> str | None:
    return signing.problem(vector["token"], _root(vector), datetime.fromisoformat(vector["at"]).timestamp())


def _keys(vector: dict[str, Any]) -> dict[str, str]:
    """The vector's merchant, under the names of a key set."""
    suffix = "rsa" if vector["token"]["version"] == "RSA_v1" else "ec"
    private = load_pem_private_key(vector["merchant_private_key_pem"].encode(), None)
    assert isinstance(private, EllipticCurvePrivateKey | RSAPrivateKey)
    return {
        "merchant_id": vector["merchant_id"],
        f"processing_private_key_{suffix}": vector["merchant_private_key_pem"],
    }


@_named("real")
def test_a_real_token_is_believed(vector: dict[str, Any]) -> None:
    """Also that the certificates are judged at the time of signing: all of them have expired since."""
    assert _problem(vector) is None


@_named("synthetic")
def test_a_synthetic_token_is_believed(vector: dict[str, Any]) -> None:
    assert _problem(vector) is None


@pytest.mark.parametrize(
    "vector", [one for one in VECTORS if one["expect"] == "valid"], ids=lambda vector: vector["id"]
)
def test_the_statement_is_opened(vector: dict[str, Any]) -> None:
    assert opened(vector["token"], _keys(vector)) == json.loads(vector["plaintext"])


@pytest.mark.parametrize(
    "vector",
    [one for one in VECTORS if one["expect"] == "valid" and one["token"]["version"] == "EC_v1"],
    ids=lambda vector: vector["id"],
)
def test_the_key_is_derived(vector: dict[str, Any]) -> None:
    private = sealing.load_private(vector["merchant_private_key_pem"])
    assert isinstance(private, EllipticCurvePrivateKey)
    public = sealing.ephemeral_key(b64decode(vector["token"]["header"]["ephemeralPublicKey"]))
    key = sealing.derive(private, public, vector["merchant_id"])
    assert key.hex() == vector["intermediate_values"]["K_hex"]


@_named("negative")
def test_a_spoilt_token_is_refused(vector: dict[str, Any]) -> None:
    """The one for another merchant is refused when its key is looked up, every other one before."""
    if vector["id"] != "neg-other-merchant":
        assert _problem(vector) is not None
        return
    with pytest.raises(sealing.Unopenable):
        opened(vector["token"], _keys(vector))


@_named("replay")
def test_a_replayed_token_is_the_same_transaction(vector: dict[str, Any]) -> None:
    """Whatever its spelling: compared are the decoded bytes. Base64 with a line break in it is not even read."""
    if _problem(vector) is not None:
        assert vector["id"] == "replay-base64-whitespace"
        return
    first, again = (one["token"]["header"]["transactionId"] for one in (_BY_ID["synthetic-ec-basic"], vector))
    assert first != again
    assert signing.unhex(first) == signing.unhex(again)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_the_writer_writes_what_apple_wrote(vector: dict[str, Any]) -> None:
    """Taken apart and put together again, byte for byte."""
    raw = b64decode(vector["token"]["signature"])
    assert cms.parse(raw).written() == raw


@pytest.mark.parametrize("identity", ["synthetic-ec-basic", "synthetic-ec-digestalg-without-null"])
def test_the_signed_attributes_are_the_vectors(identity: str) -> None:
    """Signed again at the same time by the same leaf: same attributes, since nothing in them is left to chance."""
    vector = _BY_ID[identity]
    leaf = sealing.load_private(_PKI["leaf_private_key_pem"])
    chain = [certificates.der(_PKI[name]) for name in ("leaf_pem", "intermediate_pem")]
    at = datetime.fromisoformat("2026-01-15T12:00:00+00:00").timestamp()
    made = cms.sign(signing.payload(vector["token"]), leaf, chain, at, null=not identity.endswith("without-null"))
    assert cms.tlv(0x31, made.attributes).hex() == vector["intermediate_values"]["cms_signed_attrs_der_hex"]


def test_there_are_all_of_them() -> None:
    assert len(VECTORS) == 23
