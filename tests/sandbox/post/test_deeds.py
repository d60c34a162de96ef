"""What a developer does to a notification on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from fixtures.delivery import Plan
from fixtures.model import Answer
from fixtures.sandbox.history import Filter
from fixtures.sandbox.post.carrier import AT_ONCE
from fixtures.sandbox.post.limits import COPIES
from fixtures.sandbox.post.office import PostOffice
from fixtures.sandbox.post.parcel import Parcel
from fixtures.sandbox.post.shelf import Shelf
from fixtures.wallets import discover
from fixtures.wallets.interface import Event, Refused
from tests.sandbox.post.counter import Counter, Target, target

NO = Answer(500, (), b"no")
ONCE = Plan()


def told(shop: Target) -> list[str]:
    """The last three digits of each reference that came, in order."""
    return [message.body.decode().rpartition('"reference": "')[2][17:20] for message in shop.got]


def held(counter: Counter, shop: Target, number: int) -> list[Parcel]:
    payments = [counter.pay("toy", shop.url()) for _ in range(number)]
    return [counter.office.post("toy", one.reference, "paid", plan=ONCE, held=True) for one in payments]


def test_what_is_held_waits_until_it_is_released() -> None:
    async def scenario() -> None:
        counter = Counter()
        async with target() as shop:
            first, second = held(counter, shop, 2)
            assert (first.state, first.due) == ("held", None)
            counter.office.release(second.id)
            await counter.ended(second)
            assert told(shop) == [second.reference[-3:]]
            assert counter.office.release(first.id).state == "waiting"
            [first] = await counter.ended(first)
        assert (first.state, len(shop.got)) == ("acknowledged", 2)

    asyncio.run(scenario())


def test_a_hold_between_two_attempts_stops_the_round_and_a_release_goes_on_with_it() -> None:
    async def scenario() -> None:
        counter = Counter()
        counter.office.compression = 0.01
        async with target(NO, Answer(200, (), b"success")) as shop:
            payment = counter.pay("toy", shop.url())
            parcel = counter.office.post("toy", payment.reference, "paid")
            await counter.until(lambda: len(counter.office.get(parcel.id).attempts) == 1)
            waiting = counter.office.get(parcel.id)
            assert waiting.due == pytest.approx(waiting.attempts[0].at + 100.0)
            assert counter.office.hold(parcel.id).due is None
            counter.office.release(parcel.id)
            [parcel] = await counter.ended(parcel)
        assert (parcel.state, len(parcel.attempts)) == ("acknowledged", 2)

    asyncio.run(scenario())


def test_what_is_delayed_can_be_released_at_once() -> None:
    async def scenario() -> None:
        counter = Counter()
        async with target() as shop:
            payment = counter.pay("toy", shop.url())
            parcel = counter.office.post("toy", payment.reference, "paid", plan=Plan(delay=1000.0))
            counter.office.release(parcel.id)
            [parcel] = await counter.ended(parcel)
        assert parcel.state == "acknowledged"

    asyncio.run(scenario())


def test_held_ones_arrive_in_the_order_given_each_after_the_answer_to_the_one_before() -> None:
    async def scenario() -> None:
        counter = Counter()
        async with target(NO, NO, Answer(200, (), b"success")) as shop:
            parcels = held(counter, shop, 4)
            order = [parcels[number] for number in (2, 0, 3, 1)]
            waiting = counter.office.reorder([one.id for one in order])
            assert [one.after for one in waiting] == [None, *(one.id for one in order[:-1])]
            assert [one.state for one in waiting] == ["waiting", "held", "held", "held"]
            ended = await counter.ended(*order)
        assert told(shop) == [one.reference[-3:] for one in order]
        assert [one.state for one in ended] == ["given up", "given up", "acknowledged", "acknowledged"]
        made = counter.state.history.select(Filter(source="wallet:toy"))
        assert all(earlier.at + earlier.seconds <= later.at for earlier, later in pairwise(made))

    asyncio.run(scenario())


def test_an_order_can_be_changed_until_a_parcel_goes() -> None:
    async def scenario() -> None:
        counter = Counter()
        async with target(None) as mute, target() as shop:
            [first] = held(counter, mute, 1)
            second, third, fourth = held(counter, shop, 3)
            counter.office.reorder([first.id, second.id, third.id])
            await asyncio.wait_for(mute.came.wait(), 10)
            counter.office.reorder([third.id, second.id, fourth.id])
            await counter.ended(second, third, fourth)
            assert counter.office.get(first.id).live
            await counter.office.close()
        assert told(shop) == [one.reference[-3:] for one in (third, second, fourth)]

    asyncio.run(scenario())


def test_who_waited_for_one_that_is_taken_out_of_the_order_waits_for_the_one_before() -> None:
    async def scenario() -> None:
        counter = Counter()
        async with target(None) as mute, target() as shop:
            [first] = held(counter, mute, 1)
            second, third, fourth = held(counter, shop, 3)
            counter.office.reorder([first.id, second.id, third.id, fourth.id])
            await asyncio.wait_for(mute.came.wait(), 10)
            counter.office.withdraw(second.id)
            counter.office.release(third.id)
            await counter.ended(third)
            assert (told(shop), counter.office.get(fourth.id).after) == ([third.reference[-3:]], first.id)
            mute.gone.set()
            await counter.ended(first, fourth)
        assert told(shop) == [third.reference[-3:], fourth.reference[-3:]]

    asyncio.run(scenario())


def test_whoever_is_next_after_one_that_is_withdrawn_goes_at_once() -> None:
    async def scenario() -> None:
        counter = Counter()
        async with target(None) as mute, target() as shop:
            [first], [second] = held(counter, mute, 1), held(counter, shop, 1)
            counter.office.reorder([first.id, second.id])
            await asyncio.wait_for(mute.came.wait(), 10)
            counter.office.withdraw(first.id)
            await counter.ended(second)
        assert told(shop) == [second.reference[-3:]]

    asyncio.run(scenario())


def test_a_resent_one_is_the_same_message_whatever_became_of_the_first() -> None:
    async def scenario() -> None:
        counter = Counter(discover())
        async with target(Answer(200)) as shop:
            payment = counter.pay("stripe", shop.url())
            [parcel] = await counter.ended(
                counter.office.post("stripe", payment.reference, "paid", message_id="evt_same")
            )
            again = counter.office.resend(parcel.id)
            assert (again.id, again.message_id, again.about) == ("parcel-2", "evt_same", parcel.about)
            copies = counter.office.duplicate(parcel.id, 3)
            assert [copy.message_id for copy in copies] == ["evt_same"] * 3
            await counter.ended(again, *copies)
        assert [b'"id":"evt_same"' in message.body.replace(b" ", b"") for message in shop.got] == [True] * 5
        assert len(counter.office.parcels("stripe", payment.reference)) == 5

    asyncio.run(scenario())


def test_what_is_withdrawn_never_comes() -> None:
    async def scenario() -> None:
        counter = Counter()
        async with target() as shop:
            payment = counter.pay("toy", shop.url())
            parcel = counter.office.post("toy", payment.reference, "paid")
            assert counter.office.withdraw(parcel.id).state == "withdrawn"
            [other] = held(counter, shop, 1)
            counter.office.release(other.id)
            await counter.ended(other)
            assert told(shop) == [other.reference[-3:]]
            for deed in (counter.office.hold, counter.office.release, counter.office.withdraw):
                with pytest.raises(Refused, match="parcel-1 is withdrawn"):
                    deed(parcel.id)

    asyncio.run(scenario())


def test_the_answer_to_one_that_is_withdrawn_on_its_way_is_kept_and_it_does_not_come_again() -> None:
    async def scenario() -> None:
        counter = Counter()
        async with target(None) as mute:
            payment = counter.pay("toy", mute.url())
            parcel = counter.office.post("toy", payment.reference, "paid")
            await asyncio.wait_for(mute.came.wait(), 10)
            with pytest.raises(Refused, match="on its way"):
                counter.office.release(parcel.id)
            counter.office.withdraw(parcel.id)
            mute.gone.set()
            await counter.until(lambda: len(counter.office.get(parcel.id).attempts) == 1)
        assert counter.office.get(parcel.id).state == "withdrawn"

    asyncio.run(scenario())


def test_what_is_held_while_others_crowd_the_door_does_not_go() -> None:
    async def scenario() -> None:
        counter = Counter()
        async with target(None) as mute:
            parcels = held(counter, mute, AT_ONCE + 2)
            for parcel in parcels:
                counter.office.release(parcel.id)
            *first, kept, last = parcels
            await asyncio.wait_for(mute.came.wait(), 10)
            counter.office.hold(kept.id)
            mute.gone.set()
            await counter.ended(*first, last)
        assert (counter.office.get(kept.id).state, counter.office.get(kept.id).attempts) == ("held", ())
        assert kept.reference[-3:] not in told(mute)

    asyncio.run(scenario())


def test_nothing_goes_to_a_host_that_is_not_allowed() -> None:
    async def scenario() -> None:
        counter = Counter(allowed=["127.0.0.1:1"])
        async with target() as shop:
            payment = counter.pay("toy", shop.url())
            parcel = counter.office.post("toy", payment.reference, "paid")
            again = counter.office.resend(parcel.id)
            assert shop.got == []
        for one in (parcel, again):
            assert (one.state, one.due, len(one.attempts)) == ("forbidden", None, 1)
            assert "is not allowed" in str(one.attempts[0].refusal)
            assert (one.attempts[0].sequence, one.attempts[0].status) == (0, None)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "url",
    [
        "http://elsewhere.example/",
        "http://127.0.0.1@elsewhere.example/",
        "http://127.0.0.1:99999/",
        "http://[::1",
        "ftp://127.0.0.1/",
        "//127.0.0.1/",
        "http://2130706433/",
        "http://127.0.0.1/\r\nX: 1",
        "http://127.0.0.1/\ud800",
    ],
)
def test_whatever_address_a_target_names_is_read_with_suspicion(url: str) -> None:
    counter = Counter()
    payment = counter.pay("toy", url)
    assert counter.office.post("toy", payment.reference, "paid").state == "forbidden"


@pytest.mark.parametrize(
    ("wallet", "event", "spoilt", "why"),
    [
        ("toy", "pending", None, "no notification of 'pending', but of paid, refunded, unknown"),
        ("toy", "refunded", None, "nothing was refunded"),
        ("toy", "paid", "wrong-key", "no forgery 'wrong-key'; there are none"),
        ("stripe", "refunded", "wrong-key", "posted as 'paid', not 'refunded'"),
        ("stripe", "closed", None, "does not tell 'closed' of the payment '[0-9]+': it is paid"),
        ("applepay", "paid", None, "applepay sends no notifications: its proofs are presented"),
    ],
)
def test_a_wallet_tells_nothing_that_it_would_not_tell(wallet: str, event: Event, spoilt: str | None, why: str) -> None:
    counter = Counter() if wallet == "toy" else Counter(discover())
    payment = counter.pay(wallet, "http://127.0.0.1:9/")
    with pytest.raises(Refused, match=why):
        counter.office.post(wallet, payment.reference, event, spoilt=spoilt)
    assert counter.office.parcels() == []


def test_a_payment_without_an_address_is_told_at_the_address_of_the_account() -> None:
    async def scenario() -> None:
        counter = Counter()
        payment = counter.pay("toy", None)
        with pytest.raises(Refused, match="has no address for notifications"):
            counter.office.post("toy", payment.reference, "paid")
        async with target() as shop:
            for mode, path in (("fancy", "/elsewhere"), ("plain", "/account")):
                counter.office.addresses["toy", mode] = shop.url(path)
                await counter.ended(counter.office.post("toy", payment.reference, "paid"))
        assert [message.url for message in shop.got] == ["/elsewhere", "/account"]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("post", "field"),
    [
        (lambda office, of: office.post("toy", of, "paid", plan=Plan(delay=float("nan"))), "delay"),
        (lambda office, of: office.post("toy", of, "paid", plan=Plan(delay=float("inf"))), "delay"),
        (lambda office, of: office.post("toy", of, "paid", plan=Plan(schedule=(1e300,))), "schedule"),
        (lambda office, of: office.post("toy", of, "paid", plan=Plan(schedule=(1.0,) * 100)), "schedule"),
        (lambda office, of: office.post("toy", of, "paid", plan=Plan(copies=COPIES + 1)), "copies"),
        (lambda office, of: office.post("toy", of, "paid", plan=Plan(lost=frozenset({0}))), "lost"),
        (lambda office, of: office.post("toy", of, "paid", message_id="a\nb"), "message_id"),
        (lambda office, of: office.duplicate(office.post("toy", of, "paid", held=True).id, 0), "copies"),
    ],
)
def test_nothing_without_end_is_taken(post: Callable[[PostOffice, str], object], field: str) -> None:
    counter = Counter()
    payment = counter.pay("toy", "http://127.0.0.1:9/")
    with pytest.raises(ValueError, match=field):
        post(counter.office, payment.reference)


def test_an_order_is_of_held_ones_each_named_once() -> None:
    counter = Counter()
    payment = counter.pay("toy", "http://127.0.0.1:9/")
    one, two = (counter.office.post("toy", payment.reference, "paid", held=True) for _ in range(2))
    waiting = counter.office.post("toy", payment.reference, "paid")
    with pytest.raises(Refused, match="named twice"):
        counter.office.reorder([one.id, two.id, one.id])
    with pytest.raises(Refused, match="parcel-3 is not held but waiting"):
        counter.office.reorder([one.id, waiting.id])
    with pytest.raises(KeyError, match="parcel-9"):
        counter.office.reorder([one.id, "parcel-9"])
    assert counter.office.reorder([]) == []
    assert [parcel.state for parcel in counter.office.parcels()] == ["held", "held", "waiting"]


def test_what_is_unknown_is_a_key_error() -> None:
    counter = Counter()
    with pytest.raises(KeyError):
        counter.office.post("toy", "nobody's", "paid")
    with pytest.raises(KeyError):
        counter.office.post("nobody", "nobody's", "paid")
    for deed in (counter.office.hold, counter.office.release, counter.office.withdraw, counter.office.resend):
        with pytest.raises(KeyError):
            deed("parcel-1")


def test_the_shelf_drops_what_was_finished_first_and_never_what_may_still_go() -> None:
    counter = Counter()
    payment = counter.pay("toy", "http://127.0.0.1:9/")
    live, done = (counter.office.post("toy", payment.reference, "paid", held=True) for _ in range(2))
    shelf, dropped = Shelf(limit=3), list[Parcel]()
    shelf.record_dropped = dropped.append
    shelf.refill([live, counter.office.withdraw(done.id)])
    for _ in range(2):
        shelf.keep(replace(live, id=shelf.new_id()))
    assert (
        [one.id for one in shelf.all()]
        == ["parcel-1", "parcel-3", "parcel-4"]
        == [one.id for one in shelf.of("toy", payment.reference)]
    )
    assert [one.id for one in dropped] == [done.id]
    with pytest.raises(Refused, match="3 parcels are on their way or held"):
        shelf.new_id()
