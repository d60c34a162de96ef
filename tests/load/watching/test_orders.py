"""What orders tell over time: success, buyers, stuck ones; in bounded memory, and absent where it cannot be seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fixtures.model import OrderState, View
from fixtures.target.client import TargetUnwell
from load.watching import orders
from load.watching.orders import MOST_FOLLOWED, MOST_READS, Orders, Standing

PENDING, PAID, FAILED = View("", OrderState.PENDING), View("", OrderState.PAID), View("", OrderState.FAILED)
DELIVERED = View("", OrderState.PAID, fulfilments=1)
WAITING = View("", OrderState.PAID, fulfilments=0)
CANCELLED = View("", OrderState.CANCELLED)


class Shown:
    """Orders by id; `reads` are those that were read."""

    def __init__(self, **views: View) -> None:
        self.views = dict(views)
        self.reads: list[str] = []

    def list(self) -> Sequence[str]:
        return list(self.views)

    def read(self, id: str) -> View:
        self.reads.append(id)
        if self.views[id].order == "unreadable":
            raise TargetUnwell("in words that the file does not list")
        return self.views[id]


def test_the_share_of_decided_payments_that_succeeded() -> None:
    shown = Shown(old=PENDING)
    watched = Orders(shown)
    watched.look(0)
    shown.views |= {"a": DELIVERED, "b": PAID, "c": FAILED, "d": CANCELLED, "e": PENDING, "old": FAILED}

    assert watched.look(30).success is None  # they may turn out to be the run's own
    standing = watched.look(60)

    assert standing.success == 2 / 3  # what is cancelled was no attempt, what stood there before is not of this hour
    assert standing.buyers == 5


def test_a_payment_counts_for_an_hour() -> None:
    shown = Shown()
    watched = Orders(shown)
    watched.look(0)
    shown.views |= {"a": FAILED}

    watched.look(30)
    assert watched.look(60).success == 0
    assert watched.look(3631) == Standing(success=None, buyers=0, stuck={"pending": 0, "paid": 0})


def test_an_order_is_stuck_before_the_money_or_before_the_goods() -> None:
    shown = Shown(a=PENDING, b=WAITING, c=DELIVERED)
    watched = Orders(shown)

    assert watched.look(0).stuck == {"pending": 0, "paid": 0}
    assert watched.look(900).stuck == {"pending": 1, "paid": 1}
    shown.views["b"] = DELIVERED
    assert watched.look(930).stuck == {"pending": 1, "paid": 0}


def test_what_cannot_be_seen_is_absent() -> None:
    assert Orders(Shown(a=View("", fulfilments=0))).look(0) == Standing(None, None, {})
    assert Orders(Shown()).look(0) == Standing(None, None, {})


def test_one_unreadable_order_hides_no_other() -> None:
    shown = Shown(a=View("unreadable"), b=WAITING)
    watched = Orders(shown)
    watched.look(0)

    assert watched.look(900).stuck == {"pending": 0, "paid": 1}


def test_the_runs_own_orders_are_no_buyers() -> None:
    shown, ours = Shown(), set[str]()
    watched = Orders(shown, lambda: ours)
    watched.look(0)
    shown.views |= {"a": FAILED, "b": PENDING, "c": PENDING}
    watched.look(30)
    ours |= {"a", "b"}  # told a moment after the target showed them

    assert watched.look(60) == Standing(success=None, buyers=1, stuck={"pending": 0, "paid": 0})


def test_every_order_has_its_turn_though_few_are_read_at_a_time() -> None:
    shown = Shown(**{f"order-{number}": PENDING for number in range(3 * MOST_READS)})
    watched = Orders(shown)

    for look in range(3):
        watched.look(30.0 * look)

    assert sorted(shown.reads) == sorted(shown.views)


def test_a_week_of_orders_leaves_nothing_behind() -> None:
    shown = Shown()
    watched = Orders(shown)
    sizes = kept(watched)
    for look in range(7 * 24 * 4):
        now = 900.0 * look
        shown.views[f"good-{look}"], shown.views[f"never-{look}"] = DELIVERED, PENDING
        for id in list(shown.views)[:-400]:  # a list that shows the latest
            del shown.views[id]
        watched.look(now)

    assert all(size <= 2 * MOST_FOLLOWED for size in sizes())


def test_a_buyer_who_has_gone_is_no_longer_followed() -> None:
    shown = Shown(a=PENDING, b=WAITING)
    watched = Orders(shown)
    watched.look(0)

    assert watched.look(orders.GIVEN_UP + 1).stuck == {"pending": 0, "paid": 1}


def test_an_adapter_tells_by_itself() -> None:
    assert Standing.told({"payments": 4, "succeeded": 3, "unfulfilled": 2}) == Standing(0.75, None, {"paid": 2})
    assert Standing.told({"payments": 0, "succeeded": 0}) == Standing()


def kept(watched: Orders) -> Callable[[], list[int]]:
    """How much it holds, whatever its attributes are called."""
    return lambda: [len(value) for value in vars(watched).values() if isinstance(value, dict | frozenset)]
