"""The vendor's way in Python, wechatpayv3 2.0.4, works with the sandbox and judges what the sandbox sends."""

from __future__ import annotations

import gzip
import hashlib
import json
import time
from datetime import datetime
from random import Random
from typing import Any

import pytest
import wechatpayv3.core
from wechatpayv3 import WeChatPay, WeChatPayType

from fixtures.model import Message, Money, Payment, PaymentState, Stamp
from fixtures.sandbox.process import Sandbox
from fixtures.wallets.interface import Forgery, Scene, Wording
from fixtures.wallets.wechatpay import WALLET
from fixtures.wallets.wechatpay.statements import BEIJING

NOTIFY = "http://127.0.0.1:9/notify/wechatpay"
NOT_JUDGED = {"stale", "future"}  # this SDK leaves the time to the merchant; the Go, Java and PHP ones check it


@pytest.fixture(params=["pubkey", "cert"])  # the SDK knows APIv3 with RSA alone
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sdk(sandbox: Sandbox, mode: str, monkeypatch: pytest.MonkeyPatch) -> WeChatPay:
    """The SDK in one mode. Its base URL is set within its constructor, hence the property that ignores that."""
    base = property(lambda _: f"{sandbox.url}/wechatpay", lambda *_: None)
    monkeypatch.setattr(wechatpayv3.core.Core, "_gate_way", base, raising=False)
    given = WALLET.merchant_credentials(sandbox.keys["wechatpay"], mode)
    return WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=given["mch_id"],
        private_key=given["merchant_private_key"],
        cert_serial_no=given["merchant_serial"],
        apiv3_key=given["apiv3_key"],
        appid=given["app_id"],
        notify_url=NOTIFY,
        public_key=given.get("public_key"),
        public_key_id=given.get("public_key_id"),
        timeout=(5, 5),
    )


@pytest.fixture
def number(mode: str) -> str:
    return f"ORACLE-{mode}-{time.time_ns() % 10**12}"


def ok(answer: tuple[int, str]) -> dict[str, Any]:
    status, text = answer
    assert status in (200, 204), text
    found: dict[str, Any] = json.loads(text) if status == 200 else {}
    return found


def believed(sdk: WeChatPay, message: Message) -> Any:
    """What the SDK makes of a notification: its statement, or nothing when it refuses."""
    try:
        return sdk.callback(dict(message.headers), message.body)
    except Exception:  # the SDK refuses some notifications with bare exceptions, others with None
        return None


def order(sdk: WeChatPay, number: str, fen: int = 8800) -> dict[str, Any]:
    return ok(
        sdk.pay(description="tea 茶", out_trade_no=number, amount={"total": fen, "currency": "CNY"}, attach="a&b")
    )


def now() -> Stamp:
    return Stamp(time.time(), Random(11))


def test_a_payment_lives_its_whole_life(sdk: WeChatPay, sandbox: Sandbox, number: str, mode: str) -> None:
    assert order(sdk, number)["code_url"].startswith("weixin://")
    assert ok(sdk.query(out_trade_no=number))["trade_state"] == "NOTPAY"

    payment = sandbox.client.act("wechatpay", number, "pay")
    assert (payment.mode, payment.asked) == (mode, Money(8800, "CNY"))
    assert ok(sdk.query(transaction_id=payment.id))["trade_state"] == "SUCCESS"

    part = ok(sdk.refund(f"{number}-1", {"refund": 800, "total": 8800, "currency": "CNY"}, out_trade_no=number))
    assert part["status"] == "PROCESSING"
    assert ok(sdk.query_refund(f"{number}-1"))["status"] == "SUCCESS"
    assert ok(sdk.query(out_trade_no=number))["trade_state"] == "REFUND"
    ok(sdk.refund(f"{number}-2", {"refund": 8000, "total": 8800, "currency": "CNY"}, transaction_id=payment.id))
    ledger = sandbox.client.payment("wechatpay", number)
    assert ledger is not None and ledger.refunded == 8800


def test_an_order_is_closed(sdk: WeChatPay, sandbox: Sandbox, number: str) -> None:
    order(sdk, number)
    ok(sdk.close(number))
    assert ok(sdk.query(out_trade_no=number))["trade_state"] == "CLOSED"
    ledger = sandbox.client.payment("wechatpay", number)
    assert ledger is not None and ledger.state is PaymentState.CLOSED


def test_the_bill_is_downloaded(sdk: WeChatPay, sandbox: Sandbox, number: str) -> None:
    order(sdk, number)
    sandbox.client.act("wechatpay", number, "pay")
    where = ok(sdk.trade_bill(datetime.now(BEIJING).date().isoformat()))
    content = gzip.decompress(sdk.download_bill(where["download_url"])[1])
    assert hashlib.sha1(content).hexdigest() == where["hash_value"]
    assert f"`{number}" in content.decode()


@pytest.mark.parametrize("odd", [False, True])
@pytest.mark.parametrize("extra", [False, True])
def test_genuine_notifications_are_believed(
    sdk: WeChatPay, sandbox: Sandbox, number: str, *, odd: bool, extra: bool
) -> None:
    order(sdk, number)
    sandbox.client.act("wechatpay", number, "pay")
    payment = sandbox.client.act("wechatpay", number, "refund", Money(300, "CNY"))
    keys = sandbox.keys["wechatpay"]
    told = {}
    for event in ("paid", "refunded", "unknown"):
        message = WALLET.prove(event, payment, keys, now(), NOTIFY, "", Wording(odd=odd, extra_fields=extra))
        told[event] = believed(sdk, message)
    assert told["paid"]["resource"]["out_trade_no"] == number
    assert told["paid"]["resource"]["amount"]["total"] == 8800
    assert told["refunded"]["resource"]["refund_status"] == "SUCCESS"
    assert told["unknown"]["event_type"] == "COUPON.USE"


def scene(sandbox: Sandbox, mode: str) -> Scene:
    def paid(reference: str) -> Payment:
        payment = WALLET.assume(reference, Money(8800, "CNY"), mode, now(), NOTIFY)
        return WALLET.act("pay", payment, now())

    return Scene(paid("VICTIM-1"), paid("OTHER-01"), sandbox.keys["wechatpay"], now(), NOTIFY, sandbox.url)


JUDGED = [forgery for forgery in WALLET.forgeries if forgery.exists_in("cert") and forgery.name not in NOT_JUDGED]


@pytest.mark.parametrize("forgery", JUDGED, ids=[forgery.name for forgery in JUDGED])
def test_forgeries_are_refused_and_substitutions_verify(
    sdk: WeChatPay, sandbox: Sandbox, mode: str, forgery: Forgery
) -> None:
    statement = believed(sdk, forgery.make(scene(sandbox, mode)))
    assert bool(statement) == (forgery.group == "substitution")
