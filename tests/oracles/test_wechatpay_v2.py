"""A merchant of WeChat Pay's XML API written from its rules alone, on other libraries than the emulated wallet."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import uuid
import xml.etree.ElementTree as ET

import httpx
import pytest
from Cryptodome.Cipher import AES
from Cryptodome.Util.Padding import unpad

from fixtures.model import Message, Money, PaymentState
from fixtures.network.faults import Fault
from fixtures.sandbox.process import Sandbox
from fixtures.wallets.wechatpay import WALLET
from tests.wallets.wechatpay_shop import stamp

NOTIFY = "http://127.0.0.1:9/notify/wechatpay-v2"


class Merchant:
    """Posts signed XML and verifies what comes back; `believed` says what it makes of a notification."""

    def __init__(self, sandbox: Sandbox, mode: str) -> None:
        self.base, self.mode = sandbox.gateway_url("wechatpay"), mode
        self.credentials = WALLET.merchant_credentials(sandbox.keys["wechatpay"], mode)

    def sign(self, fields: dict[str, str]) -> str:
        key = self.credentials["api_key"]
        named = "".join(f"{name}={fields[name]}&" for name in sorted(fields) if fields[name] and name != "sign")
        text = f"{named}key={key}".encode()
        if self.mode == "v2-hmac":
            return hmac.new(key.encode(), text, "sha256").hexdigest().upper()
        return hashlib.new("md5", text).hexdigest().upper()

    def ask(self, path: str, **fields: str) -> dict[str, str]:
        told = {
            "appid": self.credentials["app_id"],
            "mch_id": self.credentials["mch_id"],
            "nonce_str": uuid.uuid4().hex,
        }
        told |= fields | ({"sign_type": "HMAC-SHA256"} if self.mode == "v2-hmac" else {})
        root = ET.Element("xml")
        for name, value in {**told, "sign": self.sign(told)}.items():
            ET.SubElement(root, name).text = value
        answer = httpx.post(self.base + path, content=ET.tostring(root, encoding="utf-8"), trust_env=False)
        assert answer.status_code == 200
        found = self.read(answer.content)
        if found["return_code"] == "SUCCESS" and self.sign(found) != found["sign"]:
            raise ValueError("the answer's signature does not fit")
        return found

    def create(self, number: str) -> dict[str, str]:
        order = {"body": "tea & 茶 <1>", "out_trade_no": number, "total_fee": "8800", "trade_type": "NATIVE"}
        return self.ask("/pay/unifiedorder", **order, spbill_create_ip="127.0.0.1", notify_url=NOTIFY, attach="a&b")

    def believed(self, message: Message) -> dict[str, str] | None:
        fields = self.read(message.body)
        if "req_info" in fields:
            key = hashlib.md5(self.credentials["api_key"].encode()).hexdigest().encode()
            plain = AES.new(key, AES.MODE_ECB).decrypt(base64.b64decode(fields["req_info"]))
            return self.read(unpad(plain, 16))
        return fields if fields.get("sign") == self.sign(fields) else None

    @staticmethod
    def read(body: bytes) -> dict[str, str]:
        return {child.tag: child.text or "" for child in ET.fromstring(body)}


@pytest.fixture(params=["v2-md5", "v2-hmac"])
def merchant(request: pytest.FixtureRequest, sandbox: Sandbox) -> Merchant:
    return Merchant(sandbox, request.param)


@pytest.fixture
def number() -> str:
    return f"XML{time.time_ns() % 10**16}"


def test_a_payment_lives_its_whole_life(merchant: Merchant, sandbox: Sandbox, number: str) -> None:
    assert merchant.create(number)["code_url"].startswith("weixin://")
    payment = sandbox.client.act("wechatpay", number, "pay")
    assert (payment.mode, payment.asked) == (merchant.mode, Money(8800, "CNY"))
    assert merchant.ask("/pay/orderquery", out_trade_no=number)["trade_state"] == "SUCCESS"
    part = {"out_trade_no": number, "out_refund_no": f"F{number}", "total_fee": "8800", "refund_fee": "8800"}
    assert merchant.ask("/secapi/pay/refund", **part)["result_code"] == "SUCCESS"
    assert merchant.ask("/pay/refundquery", out_refund_no=f"F{number}")["refund_status_0"] == "SUCCESS"
    assert merchant.ask("/pay/orderquery", transaction_id=payment.id)["trade_state"] == "REFUND"


def test_an_order_is_closed(merchant: Merchant, sandbox: Sandbox, number: str) -> None:
    merchant.create(number)
    assert merchant.ask("/pay/closeorder", out_trade_no=number)["result_code"] == "SUCCESS"
    ledger = sandbox.client.payment("wechatpay", number)
    assert ledger is not None and ledger.state is PaymentState.CLOSED


def test_a_spoilt_answer_does_not_verify(merchant: Merchant, sandbox: Sandbox, number: str) -> None:
    merchant.create(number)
    sandbox.client.fault(Fault(wallet="wechatpay", operation="query", kind="bad-signature", reference=number))
    with pytest.raises(ValueError, match="does not fit"):
        merchant.ask("/pay/orderquery", out_trade_no=number)


def test_notifications_are_believed(merchant: Merchant, sandbox: Sandbox, number: str) -> None:
    merchant.create(number)
    sandbox.client.act("wechatpay", number, "pay")
    payment = sandbox.client.act("wechatpay", number, "refund", Money(300, "CNY"))
    keys = sandbox.keys["wechatpay"]
    paid = merchant.believed(WALLET.prove("paid", payment, keys, stamp(), NOTIFY, merchant.base))
    assert paid is not None and (paid["out_trade_no"], paid["total_fee"]) == (number, "8800")
    refunded = merchant.believed(WALLET.prove("refunded", payment, keys, stamp(), NOTIFY, merchant.base))
    assert refunded is not None and (refunded["refund_fee"], refunded["refund_status"]) == ("300", "SUCCESS")
