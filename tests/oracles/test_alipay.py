"""The official Python SDK against the sandbox: it completes a payment, believes our proofs, refuses our forgeries.

The SDK has no certificate mode: it signs such requests, but cannot read the answers.
"""

from __future__ import annotations

import http.client
import json
import time
import uuid
from dataclasses import replace
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.exception.Exception import ResponseException
from alipay.aop.api.request.AlipayTradeCloseRequest import AlipayTradeCloseRequest
from alipay.aop.api.request.AlipayTradeFastpayRefundQueryRequest import AlipayTradeFastpayRefundQueryRequest
from alipay.aop.api.request.AlipayTradePagePayRequest import AlipayTradePagePayRequest
from alipay.aop.api.request.AlipayTradePrecreateRequest import AlipayTradePrecreateRequest
from alipay.aop.api.request.AlipayTradeQueryRequest import AlipayTradeQueryRequest
from alipay.aop.api.request.AlipayTradeRefundRequest import AlipayTradeRefundRequest
from alipay.aop.api.util import SignatureUtils, WebUtils

from fixtures.model import Message, Money, Payment, PaymentState, Stamp
from fixtures.network.faults import Fault
from fixtures.sandbox.process import Sandbox
from fixtures.wallets.alipay import WALLET, certificates
from fixtures.wallets.interface import Event, Forgery, Keys, Scene, Wording

NOTIFY, RETURN = "http://127.0.0.1:9/notify/alipay", "http://127.0.0.1:9/return/alipay"


def connect(url: str, query: str, timeout: float) -> tuple[str, http.client.HTTPConnection]:
    """The SDK's own function, but for the port, which it forgets; the target stays in absolute form."""
    parts = urlsplit(url)
    return f"{url}?{query}", http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)


@pytest.fixture(autouse=True)
def _ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WebUtils, "get_http_connection", connect)


class Merchant:
    """A shop on the official SDK."""

    def __init__(self, sandbox: Sandbox, mode: str = "key") -> None:
        credentials = WALLET.merchant_credentials(sandbox.keys["alipay"], mode)
        config = AlipayClientConfig()
        config.server_url = f"{sandbox.gateway_url('alipay')}/gateway.do"
        config.app_id = credentials["app_id"]
        config.app_private_key = credentials["app_private_key"]
        config.alipay_public_key = credentials.get("alipay_public_key")
        self.client = DefaultAlipayClient(config)
        self.extra: dict[str, str] = {}
        if mode == "cert":
            self.extra["app_cert_sn"] = certificates.serial_number(credentials["app_certificate"])
            root = certificates.root_serial_number(credentials["alipay_root_certificate"])
            self.extra["alipay_root_cert_sn"] = root

    def call(self, request: Any, **content: str) -> dict[str, Any]:
        """The verified response node."""
        node: dict[str, Any] = json.loads(self.client.execute(self._filled(request, content)))
        return node

    def page(self, **content: str) -> str:
        """The address that the buyer's browser opens."""
        request = self._filled(AlipayTradePagePayRequest(), {**content, "product_code": "FAST_INSTANT_TRADE_PAY"})
        request.return_url = RETURN
        address: str = self.client.page_execute(request, "GET")
        return address

    def _filled(self, request: Any, content: dict[str, str]) -> Any:
        request.biz_content, request.notify_url = content, NOTIFY
        for name, value in self.extra.items():
            request.add_other_text_param(name, value)
        return request


def believed(message: Message, keys: Keys) -> bool:
    """What a shop on the SDK makes of a notification: its signature, by the SDK's own functions."""
    fields = dict(parse_qsl(message.body.decode()))
    sign = fields.pop("sign", "")
    fields.pop("sign_type", None)
    content = SignatureUtils.get_sign_content(fields).encode()
    try:
        return bool(SignatureUtils.verify_with_rsa(keys["alipay_public_key"], content, sign))
    except Exception:  # the SDK lets every error of its crypto libraries through
        return False


def number() -> str:
    return f"O{uuid.uuid4().hex}"


def stamp() -> Stamp:
    return Stamp(time.time(), Random(3))


def opened(sandbox: Sandbox, merchant: Merchant, mode: str = "key") -> Payment:
    """A payment whose page the browser has opened."""
    reference = number()
    page = httpx.get(merchant.page(out_trade_no=reference, total_amount="88.00", subject="测试 tea+1"), trust_env=False)
    assert page.status_code == 200 and "88.00" in page.text
    payment = sandbox.client.payment("alipay", reference)
    assert payment is not None and payment.mode == mode
    return payment


def test_the_sdk_completes_a_payment(sandbox: Sandbox) -> None:
    merchant = Merchant(sandbox)
    reference = opened(sandbox, merchant).reference
    query = AlipayTradeQueryRequest
    assert merchant.call(query(), out_trade_no=reference)["trade_status"] == "WAIT_BUYER_PAY"

    sandbox.client.act("alipay", reference, "pay")
    assert merchant.call(query(), out_trade_no=reference)["trade_status"] == "TRADE_SUCCESS"

    part = {"out_trade_no": reference, "refund_amount": "8.00", "out_request_no": "F1"}
    assert merchant.call(AlipayTradeRefundRequest(), **part)["fund_change"] == "Y"
    assert merchant.call(AlipayTradeRefundRequest(), **part)["fund_change"] == "N"
    found = merchant.call(AlipayTradeFastpayRefundQueryRequest(), out_trade_no=reference, out_request_no="F1")
    assert found["refund_status"] == "REFUND_SUCCESS"

    rest = part | {"refund_amount": "80.00", "out_request_no": "F2"}
    assert merchant.call(AlipayTradeRefundRequest(), **rest)["refund_fee"] == "88.00"
    assert merchant.call(query(), out_trade_no=reference)["trade_status"] == "TRADE_CLOSED"


def test_the_sdk_closes_another_order(sandbox: Sandbox) -> None:
    merchant = Merchant(sandbox)
    content = {"out_trade_no": number(), "total_amount": "1.00", "subject": "tea"}
    code = merchant.call(AlipayTradePrecreateRequest(), **content)["qr_code"]
    assert code.startswith("https://qr.alipay.com/")
    sandbox.client.act("alipay", content["out_trade_no"], "open")

    assert merchant.call(AlipayTradeCloseRequest(), out_trade_no=content["out_trade_no"])["code"] == "10000"

    payment = sandbox.client.payment("alipay", content["out_trade_no"])
    assert payment is not None and payment.state is PaymentState.CLOSED


def test_the_sdk_signs_for_certificate_mode(sandbox: Sandbox) -> None:
    payment = opened(sandbox, Merchant(sandbox, "cert"), "cert")

    assert payment.notify_url == NOTIFY and payment.return_url == RETURN


def test_the_sdk_reads_a_business_failure_and_refuses_a_spoilt_signature(sandbox: Sandbox) -> None:
    merchant, reference = Merchant(sandbox), number()
    failed = merchant.call(AlipayTradeQueryRequest(), out_trade_no=reference)
    assert failed["sub_code"] == "ACQ.TRADE_NOT_EXIST"

    sandbox.client.fault(Fault(wallet="alipay", operation="query", kind="bad-signature", reference=reference))
    with pytest.raises(ResponseException):
        merchant.call(AlipayTradeQueryRequest(), out_trade_no=reference)


@pytest.mark.parametrize("event", sorted(WALLET.events()))
@pytest.mark.parametrize("wording", [Wording(), Wording(odd=True, extra_fields=True)], ids=["plain", "odd"])
def test_the_sdk_believes_our_notifications(sandbox: Sandbox, event: Event, wording: Wording) -> None:
    payment = WALLET.act("settle", WALLET.assume("R1", Money(8800, "CNY"), "key", stamp(), NOTIFY), stamp())
    payment = WALLET.act("refund", payment, stamp(), Money(100, "CNY"))
    keys = sandbox.keys["alipay"]

    message = WALLET.prove(event, payment, keys, stamp(), NOTIFY, sandbox.gateway_url("alipay"), wording)

    assert believed(message, keys)


@pytest.mark.parametrize("forgery", WALLET.forgeries, ids=lambda forgery: forgery.name)
def test_the_sdk_judges_our_forgeries(sandbox: Sandbox, forgery: Forgery) -> None:
    keys, money = sandbox.keys["alipay"], Money(8800, "CNY")
    victim = WALLET.act("settle", WALLET.assume("R1", money, "key", stamp(), NOTIFY), stamp())
    scene = Scene(victim, replace(victim, reference="R2"), keys, stamp(), NOTIFY, sandbox.gateway_url("alipay"))

    # A substitution is Alipay's own signature; only a comparison with the order tells it apart.
    assert believed(forgery.make(scene), keys) is (forgery.group == "substitution")
