"""The emulated WeChat Pay against published vectors, and its key sets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fixtures.wallets.wechatpay import WALLET, sm
from fixtures.wallets.wechatpay.keys import load_certificate, public_key_of, serial_text
from fixtures.wallets.wechatpay.sealing import Unreadable, seal, unseal
from fixtures.wallets.wechatpay.signing import load_private, platform_text, request_text, sign, verify
from tests.wallets.wechatpay_shop import KEYS

_FILE = json.loads((Path(__file__).parents[1] / "vectors" / "wechatpay.json").read_text("utf-8"))
MATERIAL: Mapping[str, str] = _FILE["keys"]
VECTORS: Mapping[str, Mapping[str, Any]] = {vector["id"]: vector for vector in _FILE["vectors"]}
ELSEWHERE = {name for name in VECTORS if name.startswith("wx-v2") or "sm2" in name or "sm4" in name}
NO_OPERATION = {"wx-v3-sensitive-oaep"}  # no operation of this gateway carries a sensitive field
WITH_SEAL = [name for name, vector in VECTORS.items() if "decrypted_resource" in vector]
SIGNED_HERE = [name for name, vector in VECTORS.items() if "private_key_ref" in vector and "signature" in vector]
PLATFORM = [name for name, vector in VECTORS.items() if "headers" in vector and "neg" not in name]


def platform_key(vector: Mapping[str, Any]) -> str:
    if "public_key_ref" in vector:
        return MATERIAL[vector["public_key_ref"]]
    return public_key_of(MATERIAL[vector["certificate_ref"]])


def verdict(vector: Mapping[str, Any]) -> str | None:
    headers = vector["headers"]
    text = platform_text(headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"], vector["body"].encode())
    return verify(text, headers["Wechatpay-Signature"], platform_key(vector))


def unsealed(vector: Mapping[str, Any]) -> bytes:
    resource = json.loads(vector["body"])["resource"]
    return unseal(resource["ciphertext"], vector["apiv3_key"], resource["nonce"], resource["associated_data"])


class TestVectors:
    def test_every_vector_of_these_modes_is_used(self) -> None:
        sealed = {"wx-v3-aead-go-sdk", "wx-v3-certificates-go-sdk", "wx-v3-certificates-32byte-key"}
        negative = {name for name in VECTORS if "neg" in name}
        used = {*SIGNED_HERE, *PLATFORM, *WITH_SEAL, *sealed, *negative}
        assert set(VECTORS) - ELSEWHERE - NO_OPERATION == used

    @pytest.mark.parametrize("name", SIGNED_HERE)
    def test_the_same_text_gives_the_same_signature(self, name: str) -> None:
        vector = VECTORS[name]
        key = MATERIAL[vector["private_key_ref"]]
        assert sign(vector["sign_content"].encode(), key) == vector["signature"]

    @pytest.mark.parametrize("name", [name for name in SIGNED_HERE if "url_line" in VECTORS[name]])
    def test_a_request_gives_the_published_text(self, name: str) -> None:
        vector = VECTORS[name]
        body = vector["body"].encode()
        text = request_text(vector["method"], vector["url_line"], vector["timestamp"], vector["nonce_str"], body)
        assert text.decode() == vector["sign_content"]

    @pytest.mark.parametrize("name", PLATFORM)
    def test_answers_and_notifications_verify(self, name: str) -> None:
        assert verdict(VECTORS[name]) is None

    @pytest.mark.parametrize("name", WITH_SEAL)
    def test_resources_open(self, name: str) -> None:
        assert unsealed(VECTORS[name]).decode() == VECTORS[name]["decrypted_resource"]

    def test_the_primitive_seals_and_opens(self) -> None:
        vector = VECTORS["wx-v3-aead-go-sdk"]
        words = vector["apiv3_key"], vector["nonce"], vector["associated_data"]
        assert seal(vector["plaintext"].encode(), *words) == vector["ciphertext_base64"]
        assert unseal(vector["ciphertext_base64"], *words).decode() == vector["plaintext"]

    @pytest.mark.parametrize("name", ["wx-v3-certificates-go-sdk", "wx-v3-certificates-32byte-key"])
    def test_certificates_open(self, name: str) -> None:
        vector = VECTORS[name]
        box = json.loads(vector["body"])["data"][0]["encrypt_certificate"]
        pem = unseal(box["ciphertext"], vector["apiv3_key"], box["nonce"], box["associated_data"])
        assert pem.decode().strip() == vector["decrypted_certificate_pem"].strip()

    @pytest.mark.parametrize(
        ("name", "problem"),
        [
            ("wx-v3-neg-signtest-probe", "the signature is not base64"),
            ("wx-v3-neg-body-tampered", "the signature does not fit"),
        ],
    )
    def test_wrong_signatures_are_named(self, name: str, problem: str) -> None:
        assert verdict(VECTORS[name]) == problem

    def test_a_broken_seal_is_refused_behind_a_good_signature(self) -> None:
        vector = VECTORS["wx-v3-neg-gcm-tag"]
        assert verdict(vector) is None
        with pytest.raises(Unreadable):
            unsealed(vector)


class TestKeys:
    def test_published_and_fresh_sets_have_the_same_shape(self) -> None:
        fresh = WALLET.make_keys()
        assert set(fresh) == set(KEYS)
        assert fresh["merchant_private_key"] != KEYS["merchant_private_key"]
        assert "test" in KEYS["about"]

    @pytest.mark.parametrize("mode", WALLET.modes)
    def test_a_merchant_gets_nothing_of_the_platforms_private_side(self, mode: str) -> None:
        given = WALLET.merchant_credentials(KEYS, mode)
        secrets = {value for name, value in KEYS.items() if "private" in name or "secret" in name}
        own = KEYS["sm_merchant_private_key" if mode == "sm" else "merchant_private_key"]
        assert secrets & set(given.values()) == {own}

    def test_an_unknown_mode_is_refused(self) -> None:
        with pytest.raises(ValueError, match="pubkey, cert"):
            WALLET.merchant_credentials(KEYS, "xml")

    @pytest.mark.parametrize("name", ["merchant", "platform", "next_platform"])
    def test_serials_name_their_certificates(self, name: str) -> None:
        certificate = load_certificate(KEYS[f"{name}_certificate"])
        assert serial_text(certificate) == KEYS[f"{name}_serial"]
        assert len(KEYS[f"{name}_serial"]) == 40
        text = sign(b"text", KEYS[f"{name}_private_key"])
        assert verify(b"text", text, public_key_of(KEYS[f"{name}_certificate"])) is None

    def test_stored_keys_pass_the_check_that_loading_leaves_out(self) -> None:
        for name, pem in KEYS.items():
            if "PRIVATE KEY" in pem and not sm.is_sm2(pem):
                assert load_private(pem).key_size == 2048, name
