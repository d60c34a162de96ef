"""A wallet's bill is read: by the operator alone, as often as anybody likes, and never as the wallet's own word."""

from __future__ import annotations

import gzip
import hashlib
import time
from typing import Any

import httpx
import pytest

from fixtures.merchant.integrations import wechatpay_bill
from fixtures.merchant.words import Unknown
from fixtures.model import Money
from fixtures.wallets.features import Billed
from tests.merchant.conftest import Merchant, Wallet

OPERATOR = {"authorization": "Bearer token-o"}
READ = ("stripe", "stripe-checkout", "wechatpay", "wechatpay-cert")
HEAD = (
    "交易状态,商户订单号,微信订单号,订单金额,货币种类,商户号,公众账号ID,手续费,"
    "退款状态,申请退款金额,商户退款单号,微信退款单号"
)


def today(wallet: Wallet) -> str:
    """The day whose bill has what happens now."""
    return wallet.wallet.bill_date(time.time()) if isinstance(wallet.wallet, Billed) else "2026-01-31"


def bill(merchant: Merchant, wallet: str, day: str, headers: dict[str, str] | None = None) -> httpx.Response:
    return merchant.http.post("/reconciliations", json={"wallet": wallet, "date": day}, headers=headers or OPERATOR)


def read(merchant: Merchant, wallet: Wallet) -> dict[str, Any]:
    answer = bill(merchant, wallet.setup, today(wallet))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_bill_finds_what_nobody_told_and_finds_it_once(merchant: Merchant, wallet: Wallet) -> None:
    if wallet.setup not in READ:
        assert bill(merchant, wallet.setup, today(wallet)).status_code == 409
        return
    order = merchant.place(wallet.setup)
    wallet.pay(order)

    first, second = read(merchant, wallet), read(merchant, wallet)

    assert first["found"] >= 1
    assert (second["found"], second["gone"]) == (0, 0)
    shown = merchant.read(order)
    assert (shown["state"], shown["refunded"], len(shown["fulfilments"])) == ("paid", 0, 1)


def test_a_refund_by_hand_is_booked_from_the_bill_once(merchant: Merchant, wallet: Wallet) -> None:
    if wallet.setup not in READ:
        return
    order = merchant.place(wallet.setup)
    payment = wallet.pay(order)
    wallet.act(order, "refund", Money(500, payment.asked.currency))

    read(merchant, wallet)

    assert read(merchant, wallet)["gone"] == 0
    shown = merchant.read(order)
    assert (shown["state"], shown["refunded"], len(shown["fulfilments"])) == ("partly_refunded", 500, 1)


def test_a_line_of_somebody_else_is_told_and_never_booked(merchant: Merchant, wallet: Wallet) -> None:
    if wallet.setup not in READ:
        return
    order = merchant.place(wallet.setup)
    url = f"{merchant.url}/notify/{wallet.setup}"
    foreign = wallet.wallet.assume(
        f"till-{order['reference']}"[:30], wallet.payment(order).asked, wallet.mode, wallet.stamp(), url
    )
    wallet.sandbox.client.assume(foreign)
    before = read(merchant, wallet)
    wallet.sandbox.client.act(wallet.name, foreign.reference, "settle")

    after = read(merchant, wallet)

    assert after["unknown"] == before["unknown"] + 1
    assert {name: after[name] for name in ("found", "gone")} == {"found": 0, "gone": 0}


def test_only_the_operator_has_bills_read(merchant: Merchant) -> None:
    for headers in ({"authorization": "Bearer token-a"}, {"authorization": "Bearer token-o2"}, {"authorization": ""}):
        assert bill(merchant, "stripe", "2026-01-31", headers).status_code == 401


@pytest.mark.parametrize(
    ("wallet", "day", "status"),
    [
        ("nobody", "2026-01-31", 404),
        ("stripe", "2026-02-30", 422),
        ("stripe", "20260131", 422),
        ("wechatpay", "1999-01-31", 409),
        ("stripe", "1999-01-31", 200),
        ("stripe", "9999-12-31", 200),
    ],
)
def test_every_day_has_an_answer(merchant: Merchant, wallet: str, day: str, status: int) -> None:
    assert bill(merchant, wallet, day).status_code == status


def test_a_bill_is_the_one_that_the_signed_answer_promised() -> None:
    plain = b"bill"
    digest = hashlib.sha1(plain).hexdigest()

    assert wechatpay_bill.unpacked(gzip.compress(plain), digest) == "bill"
    for file in (gzip.compress(b"another"), gzip.compress(plain)[:-9], b"<html>"):
        with pytest.raises(Unknown):
            wechatpay_bill.unpacked(file, digest)


def test_a_bill_is_never_unpacked_beyond_measure() -> None:
    bomb = gzip.compress(b"`" * (wechatpay_bill.LARGEST + 1), 1)

    with pytest.raises(Unknown):
        wechatpay_bill.unpacked(bomb, "")


def test_a_line_is_gross_and_a_torn_one_is_no_line() -> None:
    row = "`SUCCESS,`W1,`T1,`12.50,`CNY,`m,`a,`0.07500,`,`0.00,`0,`0"

    line = wechatpay_bill.lines(f"{HEAD}\n{row}\nsums\n`1")[0]

    assert (line.statement.amount, line.fee, line.statement.transaction) == (1250, 8, "T1")
    with pytest.raises(Unknown):
        wechatpay_bill.lines(f"{HEAD}\n{row[:40]}\nsums\n`1")
