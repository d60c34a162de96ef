"""The merchant's own verification against published and independent vectors."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from fixtures.merchant import crypto
from fixtures.merchant.integrations import paypal_proof, wechatpay_proof
from fixtures.merchant.integrations.alipay import Alipay
from fixtures.merchant.integrations.alipay_certificates import read_bundle, root_serial_number, serial_number
from fixtures.merchant.integrations.alipay_client import top_level
from fixtures.merchant.integrations.wechatpay_client import unseal
from fixtures.merchant.integrations.wechatpay_proof import PlatformKeys, Proof
from fixtures.merchant.words import Message, Refused, Unknown

VECTORS = Path(__file__).parent.parent / "vectors"
ALIPAY: dict[str, Any] = json.loads((VECTORS / "alipay.json").read_text(encoding="utf-8"))
WECHAT: dict[str, Any] = json.loads((VECTORS / "wechatpay.json").read_text(encoding="utf-8"))
PAYPAL: dict[str, Any] = json.loads((VECTORS / "paypal.json").read_text(encoding="utf-8"))


def among(book: dict[str, Any], *ids: str) -> list[Any]:
    return [pytest.param(vector, id=vector["id"]) for vector in book["vectors"] if vector["id"] in ids]


def alipay_key(vector: dict[str, Any]) -> Any:
    return crypto.public_key(vector.get("public_key_pem") or ALIPAY["keys"][vector["public_key_pem_ref"]])


@pytest.mark.parametrize(
    "vector",
    among(
        ALIPAY, "alipay-v2-response-raw-substring", "alipay-v2-response-cert-mode-shape", "alipay-v2-response-published"
    ),
)
def test_the_signed_part_of_an_alipay_answer_is_its_exact_text(vector: dict[str, Any]) -> None:
    members = top_level(vector["raw_body"])

    signed = next(text for name, (text, _) in members.items() if name.endswith("_response"))

    assert signed == vector["signed_substring"]
    assert crypto.verify(alipay_key(vector), members["sign"][1], signed.encode())


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a":1', '{"a":1}x', '{"a":1,"a":2}', '{"a" 1}', "{1:2}", "null"])
def test_what_is_no_alipay_answer_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"object|Expecting|delimiter"):
        top_level(text)


@pytest.mark.parametrize(
    "vector", [v for v in ALIPAY["vectors"] if v["id"].startswith("alipay-notify")], ids=lambda v: v["id"]
)
def test_an_alipay_notification_is_judged_as_published(vector: dict[str, Any]) -> None:
    form = vector["form"]
    if "sign_content" in vector:
        form = {**form, "sign": vector["sign"]}

    signed = Alipay.signed_text(None, form)  # type: ignore[arg-type]  # it needs nothing of the object

    assert crypto.verify(alipay_key(vector), form["sign"], signed) is ("expect" not in vector)
    assert signed.decode() == vector.get("sign_content", signed.decode())


def test_alipay_serial_numbers_are_as_published() -> None:
    found = {vector["id"]: vector for vector in ALIPAY["vectors"]}

    for id in ("alipay-cert-sn-app", "alipay-cert-sn-alipay"):
        assert serial_number(read_bundle(found[id]["certificate_pem"])[0]) == found[id]["cert_sn"]
    root = found["alipay-root-cert-sn"]
    assert root_serial_number(read_bundle(root["certificate_chain_pem"])) == root["root_cert_sn"]


def wechat_proof() -> Proof:
    keys = PlatformKeys(list)
    keys.add_certificate(x509.load_pem_x509_certificate(WECHAT["keys"]["wechatpay_go_platform_certificate"].encode()))
    keys._until.clear()  # the published certificate has expired since
    return Proof(keys)


@pytest.mark.parametrize(
    "vector",
    among(
        WECHAT,
        "wx-v3-notify-payment",
        "wx-v3-notify-refund",
        "wx-v3-response-204-empty-body",
        "wx-v3-neg-signtest-probe",
        "wx-v3-neg-body-tampered",
    ),
)
def test_a_wechat_pay_message_is_judged_as_published(vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {name.lower(): value for name, value in vector["headers"].items()}
    monkeypatch.setattr(time, "time", lambda: int(headers["wechatpay-timestamp"]) + 10)

    try:
        wechat_proof().check(headers, vector["body"].encode())
        believed = True
    except Refused:
        believed = False

    assert believed is ("expect" not in vector)


@pytest.mark.parametrize(("late", "reason"), [(299, None), (301, "stale"), (-299, None), (-302, "future")])
def test_a_wechat_pay_message_is_believed_for_five_minutes(
    late: int, reason: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = next(v for v in WECHAT["vectors"] if v["id"] == "wx-v3-notify-payment")
    headers = {name.lower(): value for name, value in vector["headers"].items()}
    monkeypatch.setattr(time, "time", lambda: int(headers["wechatpay-timestamp"]) + late)
    found = None

    try:
        wechat_proof().check(headers, vector["body"].encode())
    except Refused as refused:
        found = refused.reason

    assert found == reason


def test_a_sealed_resource_whose_tag_is_wrong_is_not_opened() -> None:
    good, bad = (
        next(v for v in WECHAT["vectors"] if v["id"] == id) for id in ("wx-v3-notify-payment", "wx-v3-neg-gcm-tag")
    )

    opened = unseal(good["apiv3_key"].encode(), json.loads(good["body"])["resource"])

    assert json.loads(opened) == json.loads(good["decrypted_resource"])
    with pytest.raises(Refused, match="decryption"):
        unseal(bad["apiv3_key"].encode(), json.loads(bad["body"])["resource"])


def test_unknown_serials_cause_few_downloads() -> None:
    downloads = 0

    def download() -> list[x509.Certificate]:
        nonlocal downloads
        downloads += 1
        return []

    keys = PlatformKeys(download)
    for number in range(1, 50):
        with pytest.raises(Refused):
            keys.find(f"{number:040X}")

    assert downloads <= wechatpay_proof.REFRESH[0]


def test_a_failed_download_keeps_what_is_known() -> None:
    def download() -> list[x509.Certificate]:
        raise Unknown("down")

    keys = PlatformKeys(download)
    keys.add_key("PUB_KEY_ID_1", ALIPAY["keys"]["platform_public_key"])

    with pytest.raises(Refused, match="unavailable"):
        keys.find("A" * 40)
    assert keys.find("PUB_KEY_ID_1") is crypto.public_key(ALIPAY["keys"]["platform_public_key"])


class Shelf(paypal_proof.Certificates):
    """Certificates from the vectors instead of the network."""

    def fetch(self, url: str) -> list[x509.Certificate]:
        name = url.rsplit("/", 1)[-1]
        return x509.load_pem_x509_certificates(PAYPAL["certs"][name]["pem"].encode())

    def check_name(self, leaf: x509.Certificate) -> None:
        """The vectors' certificates carry a name of their own."""


@pytest.mark.parametrize("vector", PAYPAL["webhook_signatures"], ids=lambda v: v["id"])
def test_a_paypal_transmission_is_judged_as_published(vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    prefix = "https://api.paypal.com/v1/notifications/certs/"
    headers = {name.lower(): value for name, value in vector["headers"].items()}
    headers["paypal-cert-url"] = prefix + vector["cert"]
    monkeypatch.setattr(time, "time", lambda: 1767225600.0)
    proof = paypal_proof.Proof(vector["webhook_id"], Shelf(prefix, PAYPAL["certs"]["root"]["pem"], 1.0))

    try:
        proof.check(Message(headers, base64.b64decode(vector["body_b64"])))
        verdict = "accept"
    except Refused:
        verdict = "reject"

    assert verdict == vector["expect"]


@pytest.mark.parametrize(("url", "allowed", "why"), PAYPAL["cert_url_cases"], ids=lambda v: str(v)[:60])
def test_only_paypals_own_certificate_urls_are_fetched(url: str, allowed: bool | str, why: str) -> None:
    """The merchant knows one gateway, here the live one; another host of PayPal's would be another setting."""
    ours = "https://api.paypal.com/v1/notifications/certs/"
    certificates = paypal_proof.Certificates(ours, PAYPAL["certs"]["root"]["pem"], 1.0)

    try:
        certificates.check_url(url)
        believed = True
    except Refused:
        believed = False

    assert believed is (allowed is True and url.startswith(ours)), why


def test_a_certificate_is_checked_for_its_name() -> None:
    certificates = paypal_proof.Certificates("https://x/", PAYPAL["certs"]["root"]["pem"], 1.0)
    leaf = x509.load_pem_x509_certificate(PAYPAL["certs"]["attacker"]["pem"].encode())

    with pytest.raises(Refused, match="certificate"):
        certificates.check_chain([leaf])
