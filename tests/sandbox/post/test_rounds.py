"""A notification travels as its wallet sends it: by the wallet's schedule, until it is acknowledged."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from fixtures.delivery import LOST, Plan
from fixtures.model import Answer
from fixtures.sandbox.history import Filter
from fixtures.sandbox.post import rounds
from fixtures.sandbox.post.carrier import AT_ONCE
from fixtures.sandbox.post.parcel import Parcel, Sending, next_time
from fixtures.wallets import discover
from tests.sandbox.post.counter import Counter, target

PUSHED = {name: wallet for name, wallet in discover().items() if wallet.travel == "pushed"}
NO = Answer(500, (), b"no")
YES = Answer(200, (), b"success")


@pytest.mark.parametrize("name", PUSHED)
def test_a_wallet_keeps_to_its_whole_schedule_and_gives_up(name: str) -> None:
    async def scenario() -> None:
        counter = Counter({name: PUSHED[name]})
        schedule = PUSHED[name].docs.retry_schedule
        async with target(NO) as shop:
            payment = counter.pay(name, shop.url())
            [parcel] = await counter.ended(counter.office.post(name, payment.reference, "paid"))
        assert (parcel.state, parcel.due, len(parcel.attempts)) == ("given up", None, len(schedule) + 1)
        assert len(shop.got) == len(schedule) + 1 == parcel.longest
        assert {attempt.status for attempt in parcel.attempts} == {500}
        assert all(attempt.refusal for attempt in parcel.attempts)
        known = counter.state.history.select(Filter(order=payment.reference, source=f"wallet:{name}"))
        assert [exchange.sequence for exchange in known] == [attempt.sequence for attempt in parcel.attempts]
        assert known[1].note == f"{parcel.id} attempt 2 of {len(schedule) + 1}"

    asyncio.run(scenario())


@pytest.mark.parametrize("name", PUSHED)
def test_the_waits_are_those_of_the_documentation(name: str) -> None:
    async def scenario() -> None:
        counter = Counter({name: PUSHED[name]})
        counter.office.compression = 4.0
        payment = counter.pay(name, "http://127.0.0.1:9/")
        parcel = counter.office.post(name, payment.reference, "paid")
        await counter.office.close()
        begin = parcel.posted_at
        times = [begin]
        while True:
            refused = tuple(Sending(at, 1, 500, "no") for at in times)
            due = next_time(replace(parcel, attempts=refused))
            if due is None:
                break
            times.append(due)
        waits = [(later - earlier) * 4 for earlier, later in pairwise(times)]
        assert waits == pytest.approx(PUSHED[name].docs.retry_schedule, abs=0.001)

    asyncio.run(scenario())


def test_a_wait_counts_from_when_the_attempt_before_it_was_made() -> None:
    async def scenario() -> None:
        counter = Counter()
        payment = counter.pay("toy", "http://127.0.0.1:9/")
        counter.office.compression = 1.0
        parcel = counter.office.post("toy", payment.reference, "paid", held=True)
        late = parcel.posted_at + 3600
        assert next_time(parcel) == parcel.posted_at
        assert next_time(replace(parcel, attempts=(Sending(late, 1, None, "gone"),))) == pytest.approx(late + 1.0)

    asyncio.run(scenario())


def test_it_comes_again_until_it_is_taken_with_one_message_id() -> None:
    async def scenario() -> None:
        counter = Counter(PUSHED)
        async with target(NO, NO, Answer(200)) as shop:
            payment = counter.pay("stripe", shop.url())
            [parcel] = await counter.ended(counter.office.post("stripe", payment.reference, "paid"))
        assert [attempt.refusal is None for attempt in parcel.attempts] == [False, False, True]
        assert (parcel.state, parcel.acknowledged) == ("acknowledged", True)
        assert len(shop.got) == 3
        assert all(f"evt_{parcel.message_id}".encode() in message.body for message in shop.got)

    asyncio.run(scenario())


def test_a_plan_delays_repeats_and_loses_acknowledgements() -> None:
    async def scenario() -> None:
        counter = Counter()
        async with target() as shop:
            payment = counter.pay("toy", shop.url())
            plan = Plan(delay=0.05, schedule=(0.0, 0.0, 0.0), copies=2, lost=frozenset({1}))
            parcel = counter.office.post("toy", payment.reference, "paid", plan=plan)
            assert parcel.due == pytest.approx(parcel.posted_at + 0.05)
            [parcel] = await counter.ended(parcel)
        assert [attempt.refusal for attempt in parcel.attempts] == [LOST, None, None]
        assert parcel.attempts[0].at >= parcel.posted_at + 0.049

    asyncio.run(scenario())


def test_a_target_that_never_answers_holds_no_other_up() -> None:
    async def scenario() -> None:
        counter = Counter()
        async with target(None) as mute, target() as shop:
            unheard = [counter.pay("toy", mute.url()) for _ in range(AT_ONCE + 2)]
            waiting = [counter.office.post("toy", one.reference, "paid", plan=Plan()) for one in unheard]
            payment = counter.pay("toy", shop.url())
            await counter.ended(counter.office.post("toy", payment.reference, "paid"))
            assert len(mute.got) <= AT_ONCE
            assert all(counter.office.get(one.id).live for one in waiting)
            mute.gone.set()
            ended = await counter.ended(*waiting)
        assert {one.state for one in ended} == {"given up"}
        assert [one.attempts[0].status for one in ended] == [None] * len(waiting)
        assert len(mute.got) == len(waiting)

    asyncio.run(scenario())


def test_a_wallet_does_not_wait_for_an_answer_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "ANSWER_WITHIN", 0.05)

    async def scenario() -> None:
        counter = Counter()
        async with target(None) as mute:
            payment = counter.pay("toy", mute.url())
            [parcel] = await counter.ended(counter.office.post("toy", payment.reference, "paid"))
        assert (parcel.state, len(parcel.attempts)) == ("given up", 3)
        assert {attempt.refusal for attempt in parcel.attempts} == {"no answer within 0.05 s"}

    asyncio.run(scenario())


def test_a_wallet_that_cannot_write_its_notification_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        counter = Counter()

        def broken(*_: object) -> None:
            raise RuntimeError("the toy is broken")

        monkeypatch.setattr(counter.state.wallets["toy"], "prove", broken)
        payment = counter.pay("toy", "http://127.0.0.1:9/")
        [parcel] = await counter.ended(counter.office.post("toy", payment.reference, "paid"))
        assert (parcel.state, parcel.attempts[0].refusal) == ("given up", "error of ours: RuntimeError")

    asyncio.run(scenario())


def test_redirects_are_not_followed() -> None:
    async def scenario() -> None:
        counter = Counter()
        async with target(Answer(302), Answer(200)) as shop:
            payment = counter.pay("toy", shop.url())
            [parcel] = await counter.ended(counter.office.post("toy", payment.reference, "paid", plan=Plan()))
        assert (parcel.attempts[0].status, len(shop.got)) == (302, 1)

    asyncio.run(scenario())


def test_a_record_that_cannot_be_written_is_said_aloud(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        counter = Counter()
        async with target() as shop:
            payment = counter.pay("toy", shop.url())
            counter.office.post("toy", payment.reference, "paid")
            broken = asyncio.Event()

            def full(_: Parcel) -> None:
                broken.set()
                raise OSError("the disk is full")

            counter.office.record = full
            await asyncio.wait_for(broken.wait(), 10)
            await counter.office.close()

    asyncio.run(scenario())
    assert "error of ours: a notification could not be carried on" in caplog.messages
