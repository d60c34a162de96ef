"""WeChat Pay APIv3 with Chinese algorithms, from the merchant's side."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import pem
from asn1crypto.algos import DSASignature
from asn1crypto.x509 import Certificate

from fixtures.merchant.integrations import shangmi
from fixtures.merchant.integrations.wechatpay_sm import SCHEME, SmProof
from fixtures.merchant.settings import SettingsError
from fixtures.merchant.words import Refused
from fixtures.sandbox.process import Sandbox
from tests.merchant import story
from tests.merchant.conftest import Wallet
from tests.merchant.one_setup import one_setup

BOOK: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "wechatpay.json").read_text(encoding="utf-8")
)
VECTORS = {vector["id"]: vector for vector in BOOK["vectors"]}
# The key pair of the standard's own example, GB/T 32918.
SECRET = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
BODY = b'{"id": "1"}'


@pytest.fixture(scope="module")
def wallet(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wallet]:
    """The shop with this setup alone."""
    with one_setup("wechatpay-sm", "wechatpay", "sm", sandbox, tmp_path_factory.mktemp("sm")) as made:
        yield made


def key_pem(secret: int) -> str:
    """A private key as PKCS#8 in PEM."""
    algorithm = bytes.fromhex("301306072a8648ce3d020106082a811ccf5501822d")
    der = bytes.fromhex("3041020100") + algorithm + bytes.fromhex("042730250201010420") + secret.to_bytes(32)
    armoured: bytes = pem.armor("PRIVATE KEY", der)
    return armoured.decode()


def own_key() -> shangmi.PrivateKey:
    return shangmi.private_key(key_pem(SECRET))


def judged(headers: dict[str, str], body: bytes = BODY) -> str | None:
    """Why a message is refused; None if it is believed."""
    try:
        SmProof("AB12", own_key().public).check(headers, body)
    except Refused as refused:
        return refused.reason
    return None


def headers(**changes: str) -> dict[str, str]:
    """Those of a genuine message."""
    now = changes.get("timestamp", str(int(time.time())))
    told = {
        "timestamp": now,
        "nonce": "n",
        "serial": "AB12",
        "signature": shangmi.sign(own_key(), f"{now}\nn\n".encode() + BODY + b"\n"),
        "signature-type": SCHEME,
        **changes,
    }
    return {f"wechatpay-{name}": value for name, value in told.items()}


def test_the_signature_vector_of_the_vendors_library() -> None:
    """Believed, and not over another text, with other bytes or under another key."""
    vector = VECTORS["wx-v3-sm2-java-sdk"]
    signature = vector["signature_base64_der"]
    der = Certificate.load(pem.unarmor(vector["certificate_pem"].encode())[2]).public_key.dump()
    key = shangmi.public_key(pem.armor("PUBLIC KEY", der).decode())

    assert key.point.hex() == vector["public_key_uncompressed_xy_hex"]
    assert shangmi.verify(key, signature, b"message")
    assert not shangmi.verify(key, signature, b"another")
    assert not shangmi.verify(own_key().public, signature, b"message")
    assert not shangmi.verify(key, base64.b64encode(b"\x00" + base64.b64decode(signature)).decode(), b"message")


@pytest.mark.parametrize("r", [0, 1, shangmi.ORDER])
@pytest.mark.parametrize("s", [0, shangmi.ORDER - 1, shangmi.ORDER])
def test_numbers_out_of_range_are_no_signature(r: int, s: int) -> None:
    """And crash nothing."""
    signature = base64.b64encode(DSASignature({"r": r, "s": s}).dump()).decode()

    assert not shangmi.verify(own_key().public, signature, b"message")


@pytest.mark.parametrize("signature", ["", "x", "AAAA", "MAA=", "é"])
def test_odd_texts_are_no_signature(signature: str) -> None:
    """And crash nothing."""
    assert not shangmi.verify(own_key().public, signature, b"message")


def test_what_we_sign_verifies() -> None:
    """Differently each time."""
    key = own_key()
    first, second = shangmi.sign(key, b"text"), shangmi.sign(key, b"text")

    assert first != second
    assert shangmi.verify(key.public, first, b"text")
    assert shangmi.verify(key.public, second, b"text")


def test_the_digest_of_the_standard() -> None:
    """GB/T 32905, first example."""
    assert shangmi.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_the_sealing_vector_of_the_vendors_library() -> None:
    """Opened with the right key, associated data and tag only."""
    vector = VECTORS["wx-v3-sm4-gcm-java-sdk"]
    resource = {
        "algorithm": "AEAD_SM4_GCM",
        "nonce": vector["nonce"],
        "associated_data": vector["associated_data"],
        "ciphertext": vector["ciphertext_base64"],
    }
    key = vector["apiv3_key"].encode()

    assert shangmi.sm3(key)[:16].hex() == vector["sm4_key_hex"]
    assert shangmi.unseal(key, resource).decode() == vector["plaintext"]
    for spoilt in ({"associated_data": ""}, {"nonce": "0" * 12}, {"ciphertext": "AAAA"}, {"nonce": ""}, {"nonce": 1}):
        with pytest.raises(Refused, match="decryption"):
            shangmi.unseal(key, {**resource, **spoilt})
    with pytest.raises(Refused, match="algorithm"):
        shangmi.unseal(key, {**resource, "algorithm": "AEAD_AES_256_GCM"})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"signature": ""}, "unsigned"),
        ({"serial": ""}, "unsigned"),
        ({"serial": "FF"}, "key"),
        ({"signature-type": "WECHATPAY2-SHA256-RSA2048"}, "algorithm"),
        ({"signature": "WECHATPAY/SIGNTEST/abc"}, "probe"),
        ({"signature": "AAAA"}, "signature"),
        ({"nonce": "m"}, "signature"),
        ({"timestamp": "1"}, "stale"),
        ({"timestamp": "9999999999"}, "future"),
        ({"timestamp": "x"}, "malformed"),
    ],
)
def test_each_header_has_its_say(changes: dict[str, str], reason: str | None) -> None:
    """One reason at a time."""
    assert judged(headers(**changes)) == reason


def test_the_body_is_part_of_what_is_signed() -> None:
    """To the byte."""
    assert judged(headers(), BODY + b" ") == "signature"


@pytest.mark.parametrize("text", ["", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_wrong_keys_are_found_when_the_shop_opens(text: str) -> None:
    """Not when the first buyer comes."""
    with pytest.raises(SettingsError):
        shangmi.public_key(text)
    with pytest.raises(SettingsError):
        shangmi.private_key(text)


def test_an_order_is_paid_and_refunded(wallet: Wallet) -> None:
    """By a QR code."""
    story.is_paid_and_refunded(wallet)


def test_a_payment_is_found(wallet: Wallet) -> None:
    """By asking."""
    story.is_found_without_a_notification(wallet)


def test_an_order_is_cancelled(wallet: Wallet) -> None:
    """Before the payment only."""
    story.is_cancelled(wallet)


def test_refunds_are_heard_of(wallet: Wallet) -> None:
    """Once each."""
    story.hears_of_refunds(wallet)


@pytest.mark.parametrize("operation", ["create", "query", "refund"])
@pytest.mark.parametrize("kind", ["lost-answer", "bad-signature", "unavailable"])
def test_trouble_is_survived(wallet: Wallet, operation: str, kind: str) -> None:
    """Once is no reason to give up."""
    story.survives(wallet, operation, kind)


def test_forgeries_are_refused(wallet: Wallet) -> None:
    """Each of them."""
    story.refuses_forgeries(wallet)
