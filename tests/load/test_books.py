"""Every order is read a last time, several at once; who is late has time, and is looked at again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import cast

import pytest

from fixtures.bench import Bench
from fixtures.model import Given, Inconclusive, Money, Order, OrderState, Payment, PaymentState, View
from fixtures.sandbox.views import FinalView
from fixtures.target.settings import Timing
from load.books import READERS, Reading

PRICE = Money(1250, "CNY")
Look = Callable[[str, int], View]


class Shop:
    """A target, its wallet's ledger and its bench at once; `look` is told the order and how often it was read."""

    def __init__(self, look: Look, paid: tuple[str, ...]) -> None:
        self._look, self._paid = look, paid
        self.reads: Counter[str] = Counter()
        self.cancelled: list[str] = []
        self.capabilities = frozenset({"cancel"})
        self.settings = SimpleNamespace(timing=Timing(quiet=0.01, reconcile=0.2))
        self.wallets = {"alipay": SimpleNamespace(name="alipay")}
        self.doubtful: set[str] = set()
        self.run = "run"
        self.target = self.sandbox = self

    def during(self, check: str) -> Shop:
        return self

    def payments(self) -> list[Payment]:
        return [Payment("alipay", "key", "T", f"R{id}", PRICE, PaymentState.PAID) for id in self._paid]

    def read(self, order: Order) -> View:
        self.reads[order.id] += 1
        return self._look(order.id, self.reads[order.id])

    def cancel(self, order: Order) -> None:
        self.cancelled.append(order.id)


def closed(shop: Shop, *ids: str) -> dict[str, FinalView]:
    """The final views of these orders."""
    orders = [Order(id, f"R{id}", "alipay", PRICE, Given(), "first", 1.0) for id in ids]
    with ThreadPoolExecutor(READERS) as readers:
        return {view.order: view for view in Reading(cast("Bench", shop), readers).final(orders)}


def test_an_order_that_is_finished_is_read_once() -> None:
    shop = Shop(lambda order, _: View(order, OrderState.PAID, fulfilments=1), paid=("1", "2"))

    views = closed(shop, "1", "2")

    assert shop.reads == {"1": 1, "2": 1}
    assert {view.fulfilments for view in views.values()} == {1}


def test_one_that_is_still_open_is_cancelled_and_its_state_is_what_was_seen_before() -> None:
    shop = Shop(lambda order, _: View(order, OrderState.PENDING), paid=())

    assert closed(shop, "1")["1"].state is OrderState.PENDING
    assert shop.cancelled == ["1"]


def test_after_a_late_one_all_are_read_again() -> None:
    def look(order: str, reads: int) -> View:
        late = order == "late" and reads < 4
        return View(order, OrderState.PENDING if late else OrderState.PAID, fulfilments=0 if late else reads)

    shop = Shop(look, paid=("late", "prompt"))
    views = closed(shop, "late", "prompt")

    assert views["late"].state is OrderState.PAID
    assert views["prompt"].fulfilments == 2
    assert shop.cancelled == []


def test_one_that_never_comes_is_waited_for_no_longer_than_timing_reconcile() -> None:
    shop = Shop(lambda order, _: View(order, OrderState.PAID, fulfilments=0), paid=("1",))

    assert closed(shop, "1")["1"].fulfilments == 0
    assert shop.reads["1"] > 2


@pytest.mark.parametrize("paid", [(), ("1",)])
def test_one_that_cannot_be_read_is_doubtful_and_stays_without_state(paid: tuple[str, ...]) -> None:
    def look(order: str, _: int) -> View:
        raise Inconclusive(f"no answer about {order}")

    view = closed(Shop(look, paid), "1")["1"]

    assert (view.state, view.fulfilments, view.doubtful, view.price) == (None, None, True, PRICE)
