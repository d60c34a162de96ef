"""What the post office recorded is enough to go on with, wherever it ended."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from fixtures.delivery import Plan
from fixtures.model import Answer
from fixtures.sandbox.history import Filter
from fixtures.sandbox.post.parcel import Parcel
from fixtures.wire import dump, load
from tests.sandbox.post.counter import Counter, target

NO = Answer(500, (), b"no")
YES = Answer(200, (), b"success")


def successor(before: Counter) -> Counter:
    """Another process that knows the books and what was recorded, as JSON."""
    after = Counter()
    after.state.ledger = before.state.ledger
    latest = {parcel.id: dump(Parcel, parcel) for parcel in before.recorded}
    after.office.restore([load(Parcel, text) for text in latest.values()], list(before.office.adopted))
    after.office.begin()
    return after


def test_a_round_goes_on_where_it_was() -> None:
    async def scenario() -> None:
        before = Counter()
        async with target(NO, NO, YES) as shop:
            payment = before.pay("toy", shop.url())
            plan = Plan(schedule=(0.0, 1000.0, 0.0), factor=1.0)
            parcel = before.office.post("toy", payment.reference, "paid", plan=plan)
            await before.until(lambda: len(before.office.get(parcel.id).attempts) == 2)
            parcel = before.office.get(parcel.id)
            await before.office.close()
            before.recorded.append(replace(parcel, due=0.0))  # the time has come while nobody was there

            after = successor(before)
            [ended] = await after.ended(parcel)
        assert (ended.state, ended.message_id) == ("acknowledged", parcel.message_id)
        assert ended.attempts[:2] == parcel.attempts
        assert [exchange.note for exchange in after.state.history.select(Filter())] == ["parcel-1 attempt 3 of 4"]

    asyncio.run(scenario())


def test_an_attempt_without_an_answer_was_not_made() -> None:
    async def scenario() -> None:
        before = Counter()
        async with target(None, YES) as shop:
            payment = before.pay("toy", shop.url())
            parcel = before.office.post("toy", payment.reference, "paid")
            await asyncio.wait_for(shop.came.wait(), 10)
            await before.office.close()
            assert before.office.get(parcel.id).attempts == ()

            after = successor(before)
            [ended] = await after.ended(parcel)
        assert (ended.state, len(ended.attempts), len(shop.got)) == ("acknowledged", 1, 2)

    asyncio.run(scenario())


def test_what_is_overdue_goes_at_once_in_order_and_what_was_done_to_parcels_stands() -> None:
    async def scenario() -> None:
        before = Counter()
        async with target() as shop:
            late = Plan(delay=1000.0)
            payments = [before.pay("toy", shop.url()) for _ in range(6)]
            parcels = [before.office.post("toy", one.reference, "paid", plan=late) for one in payments]
            gone = before.office.withdraw(parcels[4].id)
            kept = before.office.hold(parcels[5].id)
            for number, due in enumerate((3.0, 1.0, 2.0)):
                before.recorded.append(replace(parcels[number], due=due))
            after = successor(before)
            await after.ended(*parcels[:3])
        begun = sorted(after.state.history.select(Filter()), key=lambda exchange: exchange.at)
        assert [exchange.note for exchange in begun] == [f"parcel-{number} attempt 1 of 1" for number in (2, 3, 1)]
        assert [after.office.get(one.id).state for one in (parcels[3], gone, kept)] == ["waiting", "withdrawn", "held"]
        assert after.office.get(parcels[3].id).due == parcels[3].due
        assert after.office.resend(kept.id).id == "parcel-7"
        await after.office.close()

    asyncio.run(scenario())


def test_an_order_is_kept() -> None:
    async def scenario() -> None:
        before = Counter()
        async with target(None, YES) as shop:
            payments = [before.pay("toy", shop.url()) for _ in range(3)]
            first, second, third = (
                before.office.post("toy", one.reference, "paid", held=True, plan=Plan()) for one in payments
            )
            before.office.reorder([third.id, first.id, second.id])
            await asyncio.wait_for(shop.came.wait(), 10)
            await before.office.close()

            after = successor(before)
            await after.ended(first, second, third)
        sent = [message.body.decode() for message in shop.got[1:]]
        assert all(one.reference in body for one, body in zip((third, first, second), sent, strict=True))

    asyncio.run(scenario())


def test_who_follows_a_parcel_that_is_gone_goes_at_once() -> None:
    async def scenario() -> None:
        before = Counter()
        async with target() as shop:
            payment = before.pay("toy", shop.url())
            first, second = (before.office.post("toy", payment.reference, "paid", held=True) for _ in range(2))
            before.recorded += [replace(first, state="withdrawn"), replace(second, after=first.id)]
            after = successor(before)
            await after.ended(second)
        assert len(shop.got) == 1

    asyncio.run(scenario())


def test_adopted_payments_stay_adopted() -> None:
    async def scenario() -> None:
        before = Counter()
        before.office.adopt("toy", "1")
        assert list(successor(before).office.adopted) == [("toy", "1")]

    asyncio.run(scenario())
