"""The life of a payment at Alipay's gateway."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from fixtures.model import Answer, Message, Money, PaymentState
from fixtures.wallets.alipay import WALLET
from fixtures.wallets.interface import Refused
from tests.wallets.alipay_shop import (
    BILL,
    CANCEL,
    CLOSE,
    GATEWAY,
    NOTIFY,
    PRECREATE,
    QUERY,
    R1,
    REFUND,
    RETURN,
    TEA,
    Shop,
)


@pytest.fixture(params=["key", "cert"])  # the modes of gateway.do
def shop(request: pytest.FixtureRequest) -> Shop:
    return Shop(request.param)


def test_the_browser_opens_the_payment(shop: Shop) -> None:
    reply = shop.open()

    payment = shop.book.held["R1"]
    assert reply.answer.header("content-type") == "text/html;charset=utf-8"
    assert "88.00" in reply.answer.body.decode()
    assert (reply.call.operation, reply.call.reference, reply.call.signed) == ("create", "R1", True)
    assert (reply.call.asked, reply.call.notify_url, reply.call.problem) == (Money(8800, "CNY"), NOTIFY, None)
    assert (payment.state, payment.mode, payment.return_url) == (PaymentState.OPEN, shop.mode, RETURN)


def test_the_whole_life(shop: Shop) -> None:
    shop.open()
    assert shop.ask(QUERY, R1)["trade_status"] == "WAIT_BUYER_PAY"

    paid = shop.paid()
    found = shop.ask(QUERY, {"trade_no": paid.id})
    assert (found["trade_status"], found["total_amount"], found["out_trade_no"]) == ("TRADE_SUCCESS", "88.00", "R1")

    part = shop.ask(REFUND, {**R1, "refund_amount": "8.00", "out_request_no": "F1"})
    assert (part["fund_change"], part["refund_fee"]) == ("Y", "8.00")
    assert shop.ask(QUERY, R1)["trade_status"] == "TRADE_SUCCESS"

    rest = shop.ask(REFUND, {**R1, "refund_amount": 80, "out_request_no": "F2"})
    assert (rest["fund_change"], rest["refund_fee"]) == ("Y", "88.00")
    assert shop.ask(QUERY, R1)["trade_status"] == "TRADE_CLOSED"
    assert shop.ask(CLOSE, R1)["sub_code"] == "ACQ.TRADE_STATUS_ERROR"


def test_a_repeated_refund_moves_no_money(shop: Shop) -> None:
    shop.paid()
    asked = {**R1, "refund_amount": "88.00", "out_request_no": "F1"}

    first, second = shop.ask(REFUND, asked), shop.ask(REFUND, asked)
    other = shop.ask(REFUND, {**asked, "refund_amount": "5.00"})

    assert (first["fund_change"], second["fund_change"], second["refund_fee"]) == ("Y", "N", "88.00")
    assert other["sub_code"] == "ACQ.DISCORDANT_REPEAT_REQUEST"
    assert shop.book.held["R1"].refunded == 8800


@pytest.mark.parametrize(
    ("asked", "sub_code"),
    [
        ({"refund_amount": "88.01", "out_request_no": "F"}, "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"),
        ({"refund_amount": "1.00"}, "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"),
        ({"refund_amount": "1.001", "out_request_no": "F"}, "ACQ.INVALID_PARAMETER"),
        ({"refund_amount": "0", "out_request_no": "F"}, "ACQ.INVALID_PARAMETER"),
        ({"out_request_no": "F"}, "ACQ.INVALID_PARAMETER"),
        ({"out_trade_no": "R9", "refund_amount": "1.00", "out_request_no": "F"}, "ACQ.TRADE_NOT_EXIST"),
    ],
)
def test_a_refund_that_cannot_be(asked: dict[str, str], sub_code: str) -> None:
    shop = Shop()
    shop.paid()

    assert shop.ask(REFUND, R1 | asked)["sub_code"] == sub_code
    assert shop.book.held["R1"].refunds == ()


def test_an_unpaid_trade_is_not_refunded() -> None:
    shop = Shop()
    shop.open()

    assert shop.ask(REFUND, {**R1, "refund_amount": "88.00"})["sub_code"] == "ACQ.TRADE_STATUS_ERROR"


def test_a_refund_is_found_by_its_number(shop: Shop) -> None:
    shop.paid()
    shop.ask(REFUND, {**R1, "refund_amount": "8.00", "out_request_no": "F1"})
    method = "alipay.trade.fastpay.refund.query"

    found = shop.ask(method, {**R1, "out_request_no": "F1", "query_options": ["gmt_refund_pay"]})
    none = shop.ask(method, {**R1, "out_request_no": "F2"})

    assert (found["refund_status"], found["refund_amount"]) == ("REFUND_SUCCESS", "8.00")
    assert found["gmt_refund_pay"] == "2026-01-01 12:00:00"
    assert none["code"] == "10000" and "refund_status" not in none


def test_a_code_begins_its_trade_with_the_scan(shop: Shop) -> None:
    code = shop.ask(PRECREATE, TEA)["qr_code"]
    assert shop.ask(PRECREATE, TEA)["qr_code"] == code
    assert shop.ask(QUERY, R1)["sub_code"] == "ACQ.TRADE_NOT_EXIST"

    shop.book.save(WALLET.act("open", shop.book.held["R1"], shop.stamp()))

    assert shop.ask(QUERY, R1)["trade_status"] == "WAIT_BUYER_PAY"


@pytest.mark.parametrize("changed", [{"total_amount": "1.00"}, {"subject": "rice"}])
def test_one_number_is_one_trade(changed: dict[str, str]) -> None:
    shop = Shop()
    shop.ask(PRECREATE, TEA)

    assert shop.ask(PRECREATE, TEA | changed)["sub_code"] == "ACQ.CONTEXT_INCONSISTENT"
    shop.paid()
    assert shop.ask(PRECREATE, TEA)["sub_code"] == "ACQ.TRADE_HAS_SUCCESS"


def test_a_closed_trade_takes_no_money(shop: Shop) -> None:
    shop.open()

    assert shop.ask(CLOSE, R1)["code"] == "10000"

    assert shop.ask(QUERY, R1)["trade_status"] == "TRADE_CLOSED"
    assert b"ACQ.TRADE_HAS_CLOSE" in shop.open().answer.body
    for action in ("open", "pay", "settle"):
        with pytest.raises(Refused):
            WALLET.act(action, shop.book.held["R1"], shop.stamp())


def test_cancelling_closes_or_gives_back(shop: Shop) -> None:
    shop.open("R1")
    shop.paid("R2")
    shop.ask(PRECREATE, TEA | {"out_trade_no": "R3"})

    answers = [shop.ask(CANCEL, {"out_trade_no": number}) for number in ("R1", "R2", "R2", "R3", "R4")]

    assert [answer.get("action") for answer in answers] == ["close", "refund", "refund", None, None]
    assert {answer["retry_flag"] for answer in answers} == {"N"}
    assert shop.book.held["R2"].refunded == 8800
    assert shop.book.held["R3"].state is PaymentState.CLOSED


@pytest.mark.parametrize(
    ("when", "seconds"),
    [
        ({"time_expire": "2026-01-01 12:10:00"}, 600),
        ({"timeout_express": "2h"}, 7200),
        ({"timeout_express": "1c"}, 43200),
    ],
)
def test_an_unpaid_trade_closes_by_itself(when: dict[str, str], seconds: int) -> None:
    shop = Shop()
    shop.open(**when)

    shop.now += seconds - 1
    assert shop.ask(QUERY, R1)["trade_status"] == "WAIT_BUYER_PAY"
    shop.now += 1
    with pytest.raises(Refused):
        WALLET.act("pay", shop.book.held["R1"], shop.stamp())
    assert shop.ask(QUERY, R1)["trade_status"] == "TRADE_CLOSED"


def test_an_expiry_in_another_zone_is_refused() -> None:
    reply = Shop().open(time_expire="2026-01-01 04:15:00")

    assert b"NOW_TIME_AFTER_EXPIRE" in reply.answer.body and reply.call.problem is not None


def download(shop: Shop, url: str) -> Answer:
    return shop.request(Message("GET", url.removeprefix(GATEWAY))).answer


def test_the_statement_holds_yesterdays_payments_and_refunds(shop: Shop) -> None:
    paid = shop.paid()
    shop.ask(REFUND, {**R1, "refund_amount": "8.00", "out_request_no": "F1"})
    bill = {"bill_type": "trade", "bill_date": "2026-01-01"}
    assert shop.ask(BILL, bill)["sub_code"] == "INVAILID_ARGUMENTS"

    shop.now += 86400
    url = shop.ask(BILL, bill)["bill_download_url"]
    answer = download(shop, url)

    assert WALLET.operation_of(Message("GET", urlsplit(url).path)) == "bill-download"
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        files = [archive.read(name).decode("gbk") for name in archive.namelist()]
    lines = [line for line in files[0].splitlines() if not line.startswith("#")]
    rows = [{key: value.strip() for key, value in row.items()} for row in csv.DictReader(lines)]
    assert [(row["业务类型"], row["订单金额（元）"]) for row in rows] == [("交易", "88.00"), ("退款", "-8.00")]
    assert {row["支付宝交易号"] for row in rows} == {paid.id} and rows[1]["退款批次号/请求号"] == "F1"
    assert len(files) == 2 and "80.00" in files[1]
    assert shop.ask(BILL, bill | {"bill_date": "2025-12-31"})["sub_code"] == "BILL_NOT_EXIST"
    shop.now += 31
    assert download(shop, url).status == 403


def test_the_wallet_gives_money_back_by_itself() -> None:
    paid = Shop().paid()

    part = WALLET.act("refund", paid, Shop().stamp(), Money(100, "CNY"))

    assert (part.refunded, part.state) == (100, PaymentState.PAID)
    with pytest.raises(Refused):
        WALLET.act("refund", part, Shop().stamp(), Money(8701, "CNY"))
    with pytest.raises(Refused):
        WALLET.act("pay", replace(paid, state=PaymentState.OPEN), Shop().stamp(), Money(100, "USD"))


def test_a_pending_payment_settles_or_is_closed() -> None:
    shop = Shop()
    shop.open(timeout_express="1m")
    pending = WALLET.act("pend", shop.book.held["R1"], shop.stamp())
    shop.now += 60

    assert pending.state is PaymentState.PENDING
    assert WALLET.act("settle", pending, shop.stamp(), Money(5, "CNY")).paid == Money(5, "CNY")
    assert WALLET.act("fail", pending, Shop().stamp()).state is PaymentState.CLOSED
