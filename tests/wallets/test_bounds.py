"""What wallets remember beside payments has an end; money is never what is forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from fixtures.acquirer import operations, records
from fixtures.model import Message, Money, Payment, PaymentState
from fixtures.sandbox.ledger import Full, Room, WalletBook
from fixtures.wallets.alipay.gateway import refunds as alipay_refunds
from fixtures.wallets.bitpay.gateway import refunds as bitpay_refunds
from fixtures.wallets.bitpay.signing import identity_of, sin_of
from fixtures.wallets.bounds import Recent, recent
from fixtures.wallets.paypal.gateway import payments as paypal_payments
from fixtures.wallets.stripe.gateway import refunds as stripe_refunds
from fixtures.wallets.wechatpay.gateway import bills as wechatpay_bills
from tests.wallets import alipay_shop, bitpay_desk, paypal_shop, stripe_desk, test_acquirer, wechatpay_shop
from tests.wallets.test_acquirer import CARD, PATH, outcome, told

DAY = 86_400.0
FEW = 3


class TestRecent:
    def test_the_entries_written_last_are_kept(self) -> None:
        kept: Recent[str, int] = Recent(FEW)
        for number, name in enumerate("abcabd"):
            kept[name] = number

        assert dict(kept) == {"a": 3, "b": 4, "d": 5}
        assert "c" not in kept and kept.get("c") is None

    def test_every_way_of_writing_counts(self) -> None:
        kept: Recent[str, int] = Recent(FEW)
        kept.update(dict.fromkeys("abcd", 1))
        kept.setdefault("e", 2)

        assert list(kept) == ["c", "d", "e"]

    def test_what_is_over_goes_from_the_oldest_on(self) -> None:
        kept: Recent[str, int] = Recent()
        kept.update(a=1, b=2, c=9, d=3)

        kept.forget(lambda until: until < 5)

        assert dict(kept) == {"c": 9, "d": 3}

    def test_a_store_has_one_of_each_name(self) -> None:
        store: dict[str, Any] = {}
        recent(store, "tokens")["t"] = 1

        assert recent(store, "tokens")["t"] == 1
        assert recent(store, "requests") == {}


class TestPayPal:
    def test_tokens_that_have_expired_go_and_living_ones_stay(self) -> None:
        shop = paypal_shop.Shop()
        first = shop.token
        shop.now += 32_399
        shop.sign_in()
        assert first in shop.book.store["tokens"]

        shop.now += 1
        shop.sign_in()

        assert len(shop.book.store["tokens"]) == 2 and first not in shop.book.store["tokens"]

    def test_of_many_tokens_the_latest_let_in(self) -> None:
        shop = paypal_shop.Shop()
        shop.book.store["tokens"] = Recent(FEW)
        tokens = []
        for _ in range(FEW + 1):
            shop.sign_in()
            tokens.append(shop.token)
        answers = []
        for shop.token in tokens:
            answers.append(shop.call("GET /v2/checkout/orders/NONE").answer.status)

        assert answers == [401, 404, 404, 404]

    def test_a_request_id_so_old_is_new_again_and_the_payment_stands(self) -> None:
        shop = paypal_shop.Shop()
        shop.book.store["requests"] = Recent(FEW)
        order = shop.create(key="k")
        shop.act("pay", order)
        capture = f"POST /v2/checkout/orders/{order}/capture"
        shop.told(capture, key="c")
        assert shop.told(capture, key="c")["status"] == "COMPLETED"
        for number in range(FEW):
            shop.create(invoice_id=f"o-{number}", key=f"k-{number}")

        assert shop.issue(capture, key="c") == "422 ORDER_ALREADY_CAPTURED"
        assert shop.told(f"GET /v2/checkout/orders/{order}")["status"] == "COMPLETED"

    def test_refunds_of_a_cent_come_to_an_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(paypal_payments, "PARTS", FEW)
        shop = paypal_shop.Shop()
        _, capture = shop.paid()
        refund = f"POST /v2/payments/captures/{capture}/refund"
        cent = {"amount": {"currency_code": "USD", "value": "0.01"}}
        for _ in range(FEW):
            shop.told(refund, cent)

        assert shop.issue(refund, cent) == "422 MAX_NUMBER_OF_REFUNDS_EXCEEDED"

    def test_captures_of_a_cent_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(paypal_payments, "PARTS", FEW)
        shop = paypal_shop.Shop()
        order = shop.told("POST /v2/checkout/orders", paypal_shop.order(intent="AUTHORIZE"))["id"]
        shop.act("pay", order)
        made = shop.told(f"POST /v2/checkout/orders/{order}/authorize", full=True)
        authorization = made["purchase_units"][0]["payments"]["authorizations"][0]["id"]
        capture = f"POST /v2/payments/authorizations/{authorization}/capture"
        cent = {"amount": {"currency_code": "USD", "value": "0.01"}}
        for _ in range(FEW):
            shop.told(capture, cent)

        assert shop.issue(capture, cent) == "422 MAX_CAPTURE_COUNT_EXCEEDED"


class TestStripe:
    def test_answers_are_kept_for_a_day(self) -> None:
        desk = stripe_desk.Desk()
        stripe_desk.intent(desk, "A-1", key="k-1")
        desk.now += DAY + 1
        stripe_desk.intent(desk, "A-2", key="k-2")

        assert list(desk.book.store["idempotency"]) == ["k-2"]

    def test_and_only_so_many(self) -> None:
        desk = stripe_desk.Desk()
        desk.book.store["idempotency"] = Recent(FEW)
        first = stripe_desk.intent(desk, "A-0", key="k-0")
        assert stripe_desk.intent(desk, "A-0", key="k-0") == first
        for number in range(1, FEW + 1):
            stripe_desk.intent(desk, f"A-{number}", key=f"k-{number}")

        assert stripe_desk.intent(desk, "A-0", key="k-0")["id"] != first["id"]
        assert len(desk.book.store["idempotency"]) == FEW

    def test_refunds_of_a_cent_come_to_an_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stripe_refunds, "PARTS", FEW)
        desk = stripe_desk.Desk()
        made = stripe_desk.intent(desk)
        desk.act("pay", "A-1")
        for _ in range(FEW):
            desk.post("refunds", payment_intent=made["id"], amount=1)

        status, error = desk.refused("refunds", payment_intent=made["id"], amount=1)

        assert status == 400 and "can have no more" in error["message"]

    def test_evidence_has_names_and_a_length(self) -> None:
        desk = stripe_desk.Desk()
        made = stripe_desk.intent(desk, payment_method="pm_card_createDispute", confirm="true")
        listed = desk.get(f"disputes?payment_intent={made['id']}")["data"]
        dispute = f"disputes/{listed[0]['id']}"
        desk.post(dispute, evidence__uncategorized_text="x" * 149_999)

        assert desk.refused(dispute, evidence__made_up="x")[1]["code"] == "parameter_unknown"
        assert desk.refused(dispute, evidence__receipt="xx")[1]["param"] == "evidence"


class TestBills:
    def test_alipays_addresses_go_when_their_time_is_over(self) -> None:
        shop = alipay_shop.Shop()
        shop.paid()
        shop.now += DAY
        bill = {"bill_type": "trade", "bill_date": "2026-01-01"}
        shop.ask(alipay_shop.BILL, bill)
        shop.now += 31
        shop.ask(alipay_shop.BILL, bill)

        assert len(shop.book.store["bills"]) == 1

    def test_wechat_pays_files_do_too_and_are_few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(wechatpay_bills, "_FILES", FEW)
        shop = wechatpay_shop.Shop()
        shop.create()
        shop.pay()
        asked = [shop.call("GET", "/v3/bill/tradebill?bill_date=2027-01-15")[1] for _ in range(FEW + 1)]
        links = [urlsplit(one["download_url"]).query for one in asked]
        downloads = [shop.send(shop.request("GET", f"/v3/billdownload/file?{link}")).answer.status for link in links]

        assert downloads == [404, 200, 200, 200]

    def test_alipay_ends_refunds_of_a_fen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(alipay_refunds, "PARTS", FEW)
        shop = alipay_shop.Shop()
        shop.paid()
        fen = {"out_trade_no": "R1", "refund_amount": "0.01"}
        codes = [
            shop.ask(alipay_shop.REFUND, {**fen, "out_request_no": f"F{n}"}).get("sub_code") for n in range(FEW + 1)
        ]

        assert codes == [None, None, None, "ACQ.TRADE_NOT_ALLOW_REFUND"]


class TestBitPay:
    def test_of_many_paired_clients_the_latest_are_known(self) -> None:
        desk = bitpay_desk.Desk()
        desk.book.store["paired"] = Recent(FEW)
        client = {"id": sin_of(identity_of(bitpay_desk.KEYS["other_private_key"])), "facade": "pos"}
        made = [desk.send("POST", "/tokens", json.dumps(client).encode()).answer for _ in range(FEW + 1)]
        tokens = [bitpay_desk.data(one)[0]["token"] for one in made]
        invoice = desk.invoice()["id"]

        answers = [desk.send("GET", f"/invoices/{invoice}?token={token}").answer.status for token in tokens]

        assert answers[0] == 401 and 401 not in answers[1:]

    def test_previews_of_refunds_come_to_an_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bitpay_refunds, "PARTS", FEW)
        desk = bitpay_desk.Desk()
        invoice = desk.invoice()["id"]
        desk.act("settle")
        wish = {"invoiceId": invoice, "amount": 1, "preview": True}
        for _ in range(FEW):
            bitpay_desk.data(desk.post("/refunds", **wish).answer)

        assert bitpay_desk.code(desk.post("/refunds", **wish)) == "010207"


class TestAcquirer:
    def test_answers_are_forgotten_and_money_is_not(self) -> None:
        desk = test_acquirer.Desk()
        desk.book.store["acquirer.answers"] = Recent(FEW)
        paid = told(desk.charge(key="k-0"))
        for number in range(FEW):
            desk.charge(f"B-{number}", key=f"k-{number + 1}")

        assert outcome(desk.charge(key="k-0")) == (409, "conflict")
        assert told(desk.send("GET", f"{PATH}/{paid['id']}"))["status"] == "captured"
        assert outcome(desk.charge("C-1", key="k" * 256)) == (400, "invalid_request")

    def test_of_the_declined_the_latest_are_kept(self) -> None:
        book = WalletBook("applepay")
        for number, reference in enumerate(("A-1", "A-1", "A-2", "A-3")):
            records.keep(book, record(f"pay_{number}", reference, "captured" if number == 0 else "declined"), most=2)

        assert list(records.shelf(book)) == ["pay_0", "pay_2", "pay_3"]
        assert [one.id for one in records.of_order(book, "A-1")] == ["pay_0"]
        records.keep(book, record("pay_4", "A-4", "declined"), most=2)
        assert records.of_order(book, "A-2") == []

    def test_an_order_is_tried_so_often_and_a_payment_falls_into_so_many_parts(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(operations, "PARTS", FEW)
        desk = test_acquirer.Desk()
        for _ in range(FEW):
            desk.charge("A-2", capture=False)
        paid = told(desk.charge())["id"]
        given = [
            desk.send("POST", f"{PATH}/{paid}/refunds", {"reference": f"R-{n}", "amount": 1}) for n in range(FEW + 1)
        ]

        assert outcome(desk.charge("A-2", capture=False)) == (409, "conflict")
        assert [outcome(one)[0] for one in given] == [201, 201, 201, 409]
        assert CARD.last4 == told(desk.send("GET", f"{PATH}/{paid}"))["card"]["last4"]


def record(id: str, reference: str, status: records.Status) -> records.Record:
    return records.Record(id, reference, status, 5, "USD", 0, "1337", "visa", 0)


def of_stripe(book: WalletBook) -> tuple[Payment, Callable[[], object]]:
    desk = stripe_desk.Desk(book=cast("Any", book))
    stripe_desk.intent(desk)
    return desk.act("pay", "A-1"), lambda: stripe_desk.intent(desk)


def of_paypal(book: WalletBook) -> tuple[Payment, Callable[[], object]]:
    shop = paypal_shop.Shop(book=cast("Any", book))
    shop.create()
    return book.payments()[0], shop.create


def of_bitpay(book: WalletBook) -> tuple[Payment, Callable[[], object]]:
    desk = bitpay_desk.Desk(book=cast("Any", book))
    desk.invoice()
    return desk.payment(), desk.invoice


@pytest.mark.parametrize(("wallet", "opened"), [("stripe", of_stripe), ("paypal", of_paypal), ("bitpay", of_bitpay)])
def test_a_second_payment_for_an_order_takes_nothing_from_the_first_where_the_book_is_full(
    wallet: str, opened: Callable[[WalletBook], tuple[Payment, Callable[[], object]]]
) -> None:
    book, other = WalletBook(wallet, room := Room(1)), Money(5, "USD")
    first, again = opened(book)

    with pytest.raises(Full):
        again()
    assert (book.by_id(first.id), book.by_reference(first.reference)) == (first, first)

    room.most = 2
    again()
    older = book.by_id(first.id)
    assert older is not None and older.state is first.state and older.reference != first.reference
    newer = book.by_reference(first.reference)
    assert newer is not None and newer.state is PaymentState.OPEN and newer.asked != other


def test_alipays_download_of_an_unknown_bill_leaves_nothing_behind() -> None:
    shop = alipay_shop.Shop()
    for number in range(FEW):
        shop.request(Message("GET", f"/downloadBillFile.resource?token={number}"))

    assert len(shop.book.store["bills"]) == 0
