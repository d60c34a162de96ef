"""Gateways that fail, notifications that come twice or at once, buyers in a hurry: the books stay right."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from fixtures.model import Money
from fixtures.network.faults import Fault, Kind
from fixtures.wallets.interface import Wording
from tests.merchant.conftest import Merchant, Wallet, eventually

OUTAGES: list[Kind] = ["unavailable", "throttled", "system-error", "lost-answer", "cut", "garbage", "half"]


@contextmanager
def fault(
    wallet: Wallet, operation: str, kind: Kind, order: dict[str, Any] | None = None, times: int = 1
) -> Iterator[str]:
    reference = None if order is None else order["reference"]
    id = wallet.sandbox.client.fault(
        Fault(wallet=wallet.name, operation=operation, kind=kind, reference=reference, times=times)
    )
    yield id
    wallet.sandbox.client.clear(id)


@pytest.mark.parametrize("kind", OUTAGES)
def test_a_create_call_of_unknown_outcome_is_repeated_as_it_was(merchant: Merchant, wallet: Wallet, kind: Kind) -> None:
    if wallet.name == "alipay":
        return  # the page is opened by the buyer, there is no call
    with fault(wallet, "create", kind) as id:
        order = merchant.place(wallet.setup)
        assert wallet.sandbox.client.hits(id) == 1

    calls = [e.call for e in wallet.sandbox.client.history(order=order["reference"], operation="create")]
    assert len({(call.reference, call.key) for call in calls if call and call.key}) == 1
    assert wallet.prove(wallet.pay(order)) is None
    assert merchant.read(order)["state"] == "paid"


@pytest.mark.parametrize("kind", OUTAGES)
def test_a_refund_of_unknown_outcome_is_made_once(merchant: Merchant, wallet: Wallet, kind: Kind) -> None:
    order = merchant.place(wallet.setup)
    wallet.prove(wallet.pay(order))

    with fault(wallet, "refund", kind, order) as id:
        assert merchant.refund(order, 500).status_code == 201
        assert wallet.sandbox.client.hits(id) == 1

    assert merchant.until(order, "partly_refunded")["refunded"] == 500
    assert wallet.payment(order).refunded == 500


def test_an_outage_beyond_patience_is_told_to_the_buyer(merchant: Merchant, wallet: Wallet) -> None:
    if wallet.name == "alipay":
        return
    with fault(wallet, "create", "unavailable", times=9):
        answer = merchant.http.post(
            "/orders", json={"item": "tea" if wallet.name == "wechatpay" else "book", "wallet": wallet.setup}
        )

    assert answer.status_code == 503


def test_an_answer_with_a_wrong_signature_is_not_believed(merchant: Merchant, wallet: Wallet) -> None:
    if not wallet.wallet.docs.answers_signed:
        return
    order = merchant.place(wallet.setup, query_after=0.1)
    with fault(wallet, "query", "bad-signature", times=99) as id:
        wallet.pay(order)
        eventually(lambda: wallet.sandbox.client.hits(id), lambda hits: hits >= 3)
        assert merchant.read(order)["fulfilments"] == []

    assert len(merchant.until(order, "paid")["fulfilments"]) == 1


def test_a_refund_that_cannot_be_sent_now_is_sent_later(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup)
    wallet.prove(wallet.pay(order))

    with fault(wallet, "*", "unavailable", order, times=6):
        answer = merchant.refund(order, None)

    assert (answer.status_code, answer.json()["state"]) == (201, "pending")
    assert merchant.until(order, "refunded")["refunded"] == order["amount"]
    assert wallet.payment(order).refunded == order["amount"]


def test_simultaneous_notifications_fulfil_once(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup)
    payment = wallet.pay(order)
    proofs = [wallet.proof(payment) for _ in range(8)]

    with ThreadPoolExecutor(8) as postmen:
        answers = list(postmen.map(merchant.deliver, proofs))

    assert [wallet.wallet.refusal(answer) for answer in answers] == [None] * 8
    assert len(merchant.read(order)["fulfilments"]) == 1


def test_simultaneous_refunds_do_not_exceed_the_payment(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup)
    wallet.prove(wallet.pay(order))

    with ThreadPoolExecutor(4) as clerks:
        answers = list(clerks.map(lambda _: merchant.refund(order, order["amount"] * 2 // 3).status_code, range(4)))

    assert sorted(answers) == [201, 409, 409, 409]
    assert wallet.payment(order).refunded == order["amount"] * 2 // 3


@pytest.mark.parametrize("wording", [Wording(odd=True), Wording(extra_fields=True)], ids=["odd", "extra"])
def test_a_genuine_proof_in_unusual_words_is_believed(merchant: Merchant, wallet: Wallet, wording: Wording) -> None:
    order = merchant.place(wallet.setup)

    assert wallet.prove(wallet.pay(order), wording=wording) is None

    assert merchant.read(order)["state"] == "paid"


@pytest.mark.parametrize("change", [{"amount": -1}, {"currency": "HKD"}], ids=["amount", "currency"])
def test_the_wrong_sum_pays_nothing(merchant: Merchant, wallet: Wallet, change: dict[str, Any]) -> None:
    if "currency" in change and len(wallet.wallet.docs.currencies) == 1:
        return
    order = merchant.place(wallet.setup)
    wallet.open(order)
    payment = wallet.payment(order)
    money = Money(order["amount"] + change.get("amount", 0), change.get("currency", order["currency"]))
    drawn = wallet.wallet.act("settle", payment, wallet.stamp(), money)

    wallet.prove(drawn)

    seen = merchant.read(order)
    assert (seen["state"], seen["fulfilments"]) == ("pending", [])


def test_a_refund_that_overtakes_its_payment_is_not_lost(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup)
    wallet.pay(order)
    payment = wallet.act(order, "refund", Money(400, order["currency"]))

    wallet.prove(payment, "refunded")
    wallet.prove(replace(payment, refunds=()))

    seen = merchant.until(order, "partly_refunded")
    assert (seen["refunded"], len(seen["fulfilments"])) == (400, 1)


def test_the_returning_buyer_makes_the_shop_ask(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup)
    payment = wallet.pay(order)
    url = wallet.wallet.return_visit(payment, wallet.keys, wallet.stamp())
    if url is None:
        return

    answer = merchant.http.get(url, headers={"authorization": ""})

    assert answer.status_code == 200
    assert merchant.read(order)["state"] == "paid"


def test_a_return_without_payment_pays_nothing(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup)
    wallet.open(order)
    lie = wallet.wallet.act("settle", wallet.payment(order), wallet.stamp())
    url = wallet.wallet.return_visit(lie, wallet.keys, wallet.stamp())
    if url is None:
        return

    merchant.http.get(url)

    assert merchant.read(order)["state"] == "pending"


def test_an_approved_payment_is_captured_once(merchant: Merchant, wallet: Wallet) -> None:
    if wallet.name != "paypal":
        return
    order = merchant.place(wallet.setup)
    wallet.open(order)
    payment = wallet.act(order, "pay")
    url = wallet.wallet.return_visit(payment, wallet.keys, wallet.stamp()) or ""

    with ThreadPoolExecutor(2) as both:
        visits = both.submit(merchant.http.get, url), both.submit(wallet.prove, payment, "approved")

    assert (visits[0].result().status_code, visits[1].result()) == (200, None)
    seen = merchant.until(order, "paid")
    assert (seen["state"], len(seen["fulfilments"])) == ("paid", 1)


def test_a_cancelled_approval_is_not_captured(merchant: Merchant, wallet: Wallet) -> None:
    if wallet.name != "paypal":
        return
    order = merchant.place(wallet.setup)
    wallet.open(order)
    payment = wallet.act(order, "pay")

    answer = merchant.cancel(order)
    wallet.prove(payment, "approved")

    assert answer.json()["state"] == "cancelled"
    assert wallet.payment(order).paid_at is None


def test_money_that_went_back_unseen_lets_nothing_leave(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup, query_after=0.6)
    wallet.pay(order)
    wallet.act(order, "refund", Money(order["amount"], order["currency"]))

    seen = merchant.until(order, "refunded", "paid")

    assert seen["fulfilments"] == []
    if wallet.name != "wechatpay":  # its query says that money went back, not how much
        assert (seen["state"], seen["refunded"]) == ("refunded", order["amount"])
