"""Alipay's canonical strings and certificate numbers against published and SDK-made vectors.

The vectors of the REST flavour and of AES stand in test_alipay_v3.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.wallets.alipay import certificates, forms, signing

FILE = json.loads((Path(__file__).parents[1] / "vectors" / "alipay.json").read_text("utf-8"))
VECTORS: dict[str, dict[str, Any]] = {vector["id"]: vector for vector in FILE["vectors"]}


def named(beginning: str) -> list[dict[str, Any]]:
    return [vector for id, vector in VECTORS.items() if id.startswith(beginning)]


def key(vector: dict[str, Any], kind: str) -> str:
    """A key that stands in the vector itself or that it refers to."""
    pem: str = vector.get(f"{kind}_key_pem") or FILE["keys"][vector[f"{kind}_key_pem_ref"]]
    return pem


def test_a_request_is_signed_as_the_sdk_signs_it() -> None:
    vector = VECTORS["alipay-v2-request-sign-1"]
    fields = {name: value.encode() for name, value in vector["params"].items()}

    content = signing.request_content(fields)

    assert content.decode() == vector["sign_content"]
    assert signing.sign(content, key(vector, "private")) == vector["sign"]
    assert signing.verify(content, vector["sign"].encode(), key(vector, "public")) is None


def test_a_request_reads_the_same_from_the_wire() -> None:
    vector = VECTORS["alipay-v2-request-sign-1"]

    fields = forms.parse(vector["wire_query_example"].encode()) | forms.parse(vector["wire_body_example"].encode())

    assert signing.request_content(fields).decode() == vector["sign_content"]
    assert fields["sign"].decode() == vector["sign"]


def test_a_gbk_request_is_signed_over_its_gbk_bytes() -> None:
    vector = VECTORS["alipay-v2-request-sign-gbk"]
    content = bytes.fromhex(vector["sign_content_bytes_hex"])

    assert content.decode("gbk") == vector["sign_content"]
    assert signing.sign(content, key(vector, "private")) == vector["sign"]


@pytest.mark.parametrize("vector", named("alipay-v2-response"), ids=lambda vector: vector["id"])
def test_an_answer_is_verified_over_its_raw_node(vector: dict[str, Any]) -> None:
    body = vector["raw_body"].encode()

    assert signing.verify_answer(body, key(vector, "public")) is None
    assert signing.verify_answer(body.replace(b'"10000"', b'"10001"'), key(vector, "public"))


@pytest.mark.parametrize(
    "vector",
    [vector for vector in named("alipay-notify") if "-neg-" not in vector["id"]],
    ids=lambda vector: vector["id"],
)
def test_a_notification_is_verified_without_sign_type(vector: dict[str, Any]) -> None:
    fields = {name: value.encode() for name, value in vector["form"].items()}

    content = signing.notification_content(fields)

    assert content.decode() == vector["sign_content"]
    assert signing.verify(content, fields["sign"], key(vector, "public")) is None
    if "body_urlencoded" in vector:
        assert forms.parse(vector["body_urlencoded"].encode()) == fields


@pytest.mark.parametrize("vector", named("alipay-notify-neg"), ids=lambda vector: vector["id"])
def test_a_spoilt_notification_is_refused(vector: dict[str, Any]) -> None:
    fields = forms.parse(vector["body_urlencoded"].encode())

    reason = signing.verify(signing.notification_content(fields), fields["sign"], key(vector, "public"))

    assert reason is not None, vector["why"]


@pytest.mark.parametrize("vector", named("alipay-cert-sn"), ids=lambda vector: vector["id"])
def test_a_certificate_has_the_serial_number_the_sdks_compute(vector: dict[str, Any]) -> None:
    assert certificates.serial_number(vector["certificate_pem"]) == vector["cert_sn"]


def test_a_root_bundle_counts_its_rsa_certificates_only() -> None:
    vector = VECTORS["alipay-root-cert-sn"]

    assert certificates.root_serial_number(vector["certificate_chain_pem"]) == vector["root_cert_sn"]


def test_empty_values_count_only_where_they_are_kept() -> None:
    fields = {"b": b"2", "a": b"", "sign": b"x", "sign_type": b"RSA2"}

    assert signing.request_content(fields) == b"b=2&sign_type=RSA2"
    assert signing.request_content(fields, keep_empty=True) == b"a=&b=2&sign_type=RSA2"
    assert signing.notification_content(fields) == b"b=2"
