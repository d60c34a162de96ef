"""The sandbox tells by itself what becomes of a payment that a person moved, and of no other."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from fixtures.model import Message, PaymentState, RefundState
from fixtures.sandbox.deeds import move
from fixtures.sandbox.gateway import Visit, serve
from fixtures.sandbox.post.telling import told
from fixtures.wallets import discover
from fixtures.wallets.interface import Event
from tests.sandbox.post.counter import Counter, refund, target


def test_a_moved_payment_is_told_of_and_so_is_what_a_gateway_call_does_to_it_later() -> None:
    async def scenario() -> None:
        counter = Counter()
        async with target() as shop:
            payment = counter.open("toy", shop.url())
            counter.office.adopt("toy", payment.reference)
            counter.office.announce(payment, move(counter.state, "toy", payment.reference, "pay"))
            await serve(counter.state, Visit("toy", Message("POST", f"/refund/{payment.reference}"), "http://toy"))
            await serve(counter.state, Visit("toy", Message("GET", f"/pay/{payment.reference}"), "http://toy"))
            await counter.ended(*counter.office.parcels())
        assert [json.loads(message.body)["event"] for message in shop.got] == ["paid", "refunded"]
        paid, refunded = counter.office.parcels("toy", payment.reference)
        assert (len(paid.about.refunds), len(refunded.about.refunds)) == (0, 1)

    asyncio.run(scenario())


def test_a_payment_that_a_run_moves_is_the_business_of_the_run() -> None:
    async def scenario() -> None:
        counter = Counter()
        async with target() as shop:
            adopted, driven = counter.open("toy", shop.url()), counter.open("toy", shop.url())
            counter.office.adopt("toy", adopted.reference)
            move(counter.state, "toy", driven.reference, "pay")
            await serve(counter.state, Visit("toy", Message("POST", f"/refund/{driven.reference}"), "http://toy"))
            await serve(counter.state, Visit("toy", Message("GET", f"/pay/{adopted.reference}"), "http://toy"))
        assert (counter.office.parcels(), shop.got) == ([], [])

    asyncio.run(scenario())


def test_a_refund_at_the_gateway_of_a_wallet_is_told_once() -> None:
    async def scenario() -> None:
        counter = Counter(discover())
        payment = counter.pay("stripe", "http://127.0.0.1:9/")
        counter.office.adopt("stripe", payment.reference)
        key = counter.state.keys["stripe"]["secret_key"]
        request = Message(
            "POST",
            "/v1/refunds",
            (("authorization", f"Bearer {key}"), ("content-type", "application/x-www-form-urlencoded")),
            f"payment_intent={payment.id}&amount=400".encode(),
        )
        sent = await serve(counter.state, Visit("stripe", request, "http://stripe"))
        assert sent.answer is not None
        assert sent.answer.status == 200, sent.answer.body
        [parcel] = counter.office.parcels()
        await counter.office.close()
        assert (parcel.event, parcel.reference) == ("refunded", payment.reference)
        assert parcel.about.refunds[-1].money.amount == 400

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("before", "after", "events"),
    [
        (PaymentState.OPEN, PaymentState.OPEN, []),
        (PaymentState.OPEN, PaymentState.PENDING, ["pending"]),
        (PaymentState.PENDING, PaymentState.FAILED, ["failed"]),
        (PaymentState.OPEN, PaymentState.APPROVED, ["approved"]),
        (PaymentState.APPROVED, PaymentState.PAID, ["paid"]),
        (PaymentState.OPEN, PaymentState.CLOSED, ["closed"]),
        (PaymentState.PAID, PaymentState.PAID, []),
        (None, PaymentState.PAID, ["paid"]),
        (None, PaymentState.OPEN, []),
    ],
)
def test_each_change_is_one_event(before: PaymentState | None, after: PaymentState, events: list[Event]) -> None:
    payment = Counter().open("toy", None)
    earlier = None if before is None else replace(payment, state=before)
    assert [event for event, _ in told(earlier, replace(payment, state=after))] == events


def test_each_new_refund_is_told_when_its_money_is_back() -> None:
    paid = Counter().pay("toy", None)
    first, second = refund("1", paid.asked), refund("2", paid.asked)
    waiting = replace(first, state=RefundState.PENDING)
    assert list(told(paid, replace(paid, refunds=(waiting,)))) == []
    after = replace(paid, refunds=(first, second))
    assert list(told(replace(paid, refunds=(waiting,)), after)) == [
        ("refunded", replace(paid, refunds=(first,))),
        ("refunded", after),
    ]
    assert list(told(replace(paid, refunds=(first,)), after)) == [("refunded", after)]


@pytest.mark.parametrize("earlier", [RefundState.PENDING, RefundState.SUCCEEDED])
def test_a_refund_that_came_back_is_told_once(earlier: RefundState) -> None:
    paid = Counter().pay("toy", None)
    lost = replace(paid, refunds=(refund("1", paid.asked, RefundState.FAILED),))
    assert list(told(replace(paid, refunds=(refund("1", paid.asked, earlier),)), lost)) == [("refunded", lost)]
    assert list(told(lost, lost)) == list(told(paid, lost)) == []


@pytest.mark.parametrize(("wallet", "url"), [("applepay", "http://127.0.0.1:9/"), ("stripe", None)])
def test_where_nothing_can_be_sent_nothing_is_told(wallet: str, url: str | None) -> None:
    counter = Counter(discover())
    payment = counter.pay(wallet, url)
    counter.office.adopt(wallet, payment.reference)
    counter.office.announce(None, payment)
    assert counter.office.parcels() == []


def test_a_payment_that_a_run_moved_is_not_adopted_and_one_that_was_adopted_stays_so() -> None:
    counter = Counter()
    mine, theirs = counter.open("toy", "http://127.0.0.1:9/"), counter.open("toy", "http://127.0.0.1:9/")
    counter.office.adopt("toy", mine.reference)
    for payment in (mine, theirs):
        counter.office.leave_to_run("toy", payment.reference)
        counter.office.adopt("toy", payment.reference)
        counter.office.announce(payment, move(counter.state, "toy", payment.reference, "pay"))
    assert [parcel.reference for parcel in counter.office.parcels()] == [mine.reference]


def test_of_a_call_that_names_no_payment_every_adopted_one_is_looked_at() -> None:
    counter = Counter()
    for _ in range(2):
        payment = counter.open("toy", "http://127.0.0.1:9/")
        counter.office.adopt("toy", payment.reference)
    before = counter.office.listen("toy", None)
    move(counter.state, "toy", payment.reference, "pay")
    counter.office.overhear(before)
    assert [parcel.reference for parcel in counter.office.parcels()] == [payment.reference]


def test_an_adoption_is_recorded_once() -> None:
    counter = Counter()
    adopted: list[tuple[str, str]] = []
    counter.office.record_adopted = lambda wallet, reference: adopted.append((wallet, reference))
    for _ in range(2):
        counter.office.adopt("toy", "1")
    assert adopted == [("toy", "1")] == list(counter.office.adopted)
