"""Tokens of Apple Pay and Google Pay, minted by hand."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDH, ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

VECTORS = Path(__file__).parent.parent / "vectors"
APPLE: dict[str, Any] = json.loads((VECTORS / "applepay.json").read_text(encoding="utf-8"))
SHOP = next(vector for vector in APPLE["vectors"] if vector["id"] == "synthetic-ec-basic")
PKI: dict[str, str] = APPLE["synthetic_pki"]
NUMBERS = {"USD": "840", "EUR": "978", "CNY": "156"}

ROOT, INTERMEDIATE, RECIPIENT = (generate_private_key(SECP256R1()) for _ in range(3))
LATER = str(int(time.time() * 1000) + 3_600_000)


def spki(key: Any) -> str:
    """The public key of a key pair, as Google publishes it."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def _signed(key: Any, *parts: str) -> str:
    text = b"".join(len(part.encode()).to_bytes(4, "little") + part.encode() for part in parts)
    return base64.b64encode(key.sign(text, ECDSA(SHA256()))).decode()


def google_envelope(message: str, version: str = "ECv2", sender: str = "Google", recipient: str = "merchant:1") -> str:
    """Google's signed envelope around a text."""
    signed_key = json.dumps({"keyValue": spki(INTERMEDIATE), "keyExpiration": LATER})
    return json.dumps(
        {
            "protocolVersion": version,
            "signature": _signed(INTERMEDIATE, sender, recipient, version, message),
            "intermediateSigningKey": {
                "signedKey": signed_key,
                "signatures": [_signed(ROOT, sender, version, signed_key)],
            },
            "signedMessage": message,
        }
    )


def google_token(id: str | None = None, number: str = "4895370012003478") -> str:
    """A payment token; another one each time unless its id is given."""
    details = {"pan": number, "expirationMonth": 12, "expirationYear": 2039, "authMethod": "CRYPTOGRAM_3DS"}
    said = {
        "messageExpiration": LATER,
        "messageId": id or os.urandom(16).hex(),
        "paymentMethod": "CARD",
        "paymentMethodDetails": details | {"cryptogram": "AgAAAAAABk4DWZ4C28yUQAAAAAA=", "eciIndicator": "07"},
    }
    ephemeral = generate_private_key(SECP256R1())
    point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    secret = point + ephemeral.exchange(ECDH(), RECIPIENT.public_key())
    keys = HKDF(SHA256(), 64, salt=None, info=b"Google").derive(secret)
    encryptor = Cipher(AES(keys[:32]), CTR(bytes(16))).encryptor()
    sealed = encryptor.update(json.dumps(said).encode()) + encryptor.finalize()
    parts = {
        "encryptedMessage": sealed,
        "ephemeralPublicKey": point,
        "tag": hmac.digest(keys[32:], sealed, "sha256"),
    }
    return google_envelope(json.dumps({name: base64.b64encode(part).decode() for name, part in parts.items()}))


def google_callback(nonce: str, **changes: Any) -> str:
    """News of a pass, as Google Wallet posts it."""
    said = {"classId": "33.shop", "objectId": "33.one", "expTimeMillis": int(LATER), "eventType": "save"}
    message = json.dumps(said | {"nonce": nonce} | changes)
    return google_envelope(message, "ECv2SigningOnly", "GooglePayPasses", "33")


def apple_token(order: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A token for an order; `changes` are to the statement, `made_for` to what it was made for."""
    made_for = changes.pop("made_for", order["reference"])
    said = {
        "applicationPrimaryAccountNumber": "4111110000000001",
        "applicationExpirationDate": "391231",
        "currencyCode": NUMBERS[order["currency"]],
        "transactionAmount": order["amount"],
        "deviceManufacturerIdentifier": "040010030273",
        "paymentDataType": "3DSecure",
        "paymentData": {"onlinePaymentCryptogram": "Af9x/QwAA/DjmU65oyc1MAABAAA=", "eciIndicator": "7"},
    }
    ephemeral = generate_private_key(SECP256R1())
    ours: Any = load_pem_private_key(SHOP["merchant_private_key_pem"].encode(), None)
    point = base64.b64decode(spki(ephemeral))
    secret = ephemeral.exchange(ECDH(), ours.public_key())
    party = b"\x0did-aes256-GCM" + b"Apple" + hashlib.sha256(SHOP["merchant_id"].encode()).digest()
    key = hashlib.sha256(b"\x00\x00\x00\x01" + secret + party).digest()
    sealed = AESGCM(key).encrypt(bytes(16), json.dumps(said | changes).encode(), None)
    id, purpose = os.urandom(32), hashlib.sha256(made_for.encode()).digest()
    header = {
        "ephemeralPublicKey": base64.b64encode(point).decode(),
        "publicKeyHash": base64.b64encode(hashlib.sha256(base64.b64decode(spki(ours))).digest()).decode(),
        "transactionId": id.hex(),
        "applicationData": purpose.hex(),
    }
    data = {
        "version": "EC_v1",
        "data": base64.b64encode(sealed).decode(),
        "signature": base64.b64encode(_cms(point + sealed + id + purpose)).decode(),
        "header": header,
    }
    return {"paymentData": data, "paymentMethod": {"network": "Visa"}, "transactionIdentifier": id.hex()}


def _cms(payload: bytes) -> bytes:
    certificates = [
        asn1_x509.Certificate.load(x509.load_pem_x509_certificate(PKI[name].encode()).public_bytes(Encoding.DER))
        for name in ("leaf_pem", "intermediate_pem")
    ]
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute(
                {"type": "signing_time", "values": [cms.Time({"utc_time": core.UTCTime(datetime.now(UTC))})]}
            ),
            cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(payload).digest()]}),
        ]
    )
    key: Any = load_pem_private_key(PKI["leaf_private_key_pem"].encode(), None)
    leaf = certificates[0]
    digest = algos.DigestAlgorithm({"algorithm": "sha256"})
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            {"issuer_and_serial_number": {"issuer": leaf.issuer, "serial_number": leaf.serial_number}}
        ),
        "digest_algorithm": digest,
        "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": key.sign(attributes.dump(), ECDSA(SHA256())),
    }
    signed = {
        "version": "v1",
        "digest_algorithms": [digest],
        "encap_content_info": {"content_type": "data"},
        "certificates": certificates,
        "signer_infos": [signer],
    }
    dumped: bytes = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump()
    return dumped
