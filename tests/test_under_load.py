"""Mutants that no check may catch: sound while few orders are in hand, and not when many are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Event, Semaphore
from typing import TypeVar

import pytest

from fixtures.merchant.placing import Wish
from fixtures.merchant.settings import Settings
from fixtures.merchant.words import Answer, Message, Order, Statement
from fixtures.model import Money, Stamp
from fixtures.mutants import discover, under_load
from fixtures.mutants.mutant import Mutant
from fixtures.mutants.under_load import ForgetsWhatDoesNotFit, GrowsWithEveryOrder, LocksAFewOrders, SavesOverOthers
from fixtures.wallets import discover as wallets

PATIENCE = 10.0  # seconds, far more than anything here takes
PRICE = 1250
ALIPAY = wallets()["alipay"]
KEYS = ALIPAY.published_keys()

T = TypeVar("T", bound=Mutant)
Make = Callable[[type[T]], T]


class Hour:
    """Stands for the time in a mutant: whoever sleeps does what `sleep` says."""

    def __init__(self, sleep: Callable[[float], object]) -> None:
        self.sleep = sleep
        self.time = time.time


class Gate:
    """Sleepers stay until it opens; `arrived` counts them."""

    def __init__(self) -> None:
        self._open, self._arrived = Event(), Semaphore(0)

    def sleep(self, _: float) -> None:
        """Waits."""
        self._arrived.release()
        assert self._open.wait(PATIENCE)

    def wait_for(self, sleepers: int) -> None:
        """Until so many more have come."""
        for _ in range(sleepers):
            assert self._arrived.acquire(timeout=PATIENCE)

    def open(self) -> None:
        """For good."""
        self._open.set()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make[Mutant]]:
    """Opens shops that know one wallet."""
    table = {"wallet": "alipay", "mode": "key", "gateway_url": "http://127.0.0.1:9/alipay"}
    settings = Settings.of(
        {
            "database": f"sqlite:///{tmp_path / 'books.sqlite'}",
            "buyers": {"token-a": "alice"},
            "wallets": {"alipay": {**table, **ALIPAY.merchant_credentials(KEYS, "key")}},
        }
    )
    opened: list[Mutant] = []

    def shop(kind: type[T]) -> T:
        made = kind(settings)
        opened.append(made)
        return made

    yield shop
    for made in opened:
        made.store.close()


@pytest.fixture
def crowd() -> Iterator[ThreadPoolExecutor]:
    """Who comes at the same time."""
    with ThreadPoolExecutor(8) as threads:
        yield threads


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Where whoever works for a while stays until he is let go."""
    made = Gate()
    monkeypatch.setattr(under_load, "time", Hour(made.sleep))
    return made


def place(shop: Mutant, count: int) -> list[Order]:
    return [shop.place("alice", Wish("tea", 1, "alipay", None, None, None), "http://shop") for _ in range(count)]


def pay(shop: Mutant, order: Order) -> None:
    statement = Statement(
        "paid", reference=order.reference, transaction=f"T{order.id}", amount=PRICE, currency="CNY", refunded=0
    )
    shop.apply(shop.integration("alipay"), order, statement)


def tell(shop: Mutant, order: Order) -> Answer:
    stamp = Stamp(time.time(), Random(order.id))
    asked = ALIPAY.assume(order.reference, Money(PRICE, "CNY"), "key", stamp, None)
    paid = ALIPAY.act("pay", asked, stamp)
    proof = ALIPAY.prove("paid", paid, KEYS, stamp, "http://shop/notify/alipay", "http://127.0.0.1:9/alipay")
    return shop.receive("alipay", Message(dict(proof.headers), proof.body, {}))


def fulfilments(shop: Mutant, orders: list[Order]) -> list[int]:
    with shop.store.reading() as tx:
        found = tx.fulfilments([order.id for order in orders])
    return [len(found[order.id]) for order in orders]


def finish(running: list[Future[None]]) -> None:
    for one in running:
        one.result(PATIENCE)


def test_copies_wait_for_each_other_as_long_as_there_is_a_lock(
    make: Make[LocksAFewOrders], crowd: ThreadPoolExecutor, gate: Gate
) -> None:
    shop = make(LocksAFewOrders)
    first, other = place(shop, 2)
    running = [crowd.submit(pay, shop, order) for order in (first, other)]
    gate.wait_for(2)

    running.append(crowd.submit(pay, shop, first))
    gate.open()
    finish(running)

    assert fulfilments(shop, [first, other]) == [1, 1]


def test_a_copy_is_paid_again_when_other_orders_have_all_the_locks(
    make: Make[LocksAFewOrders], crowd: ThreadPoolExecutor, gate: Gate
) -> None:
    shop = make(LocksAFewOrders)
    first, *others = place(shop, 1 + under_load.LOCKS)
    running = [crowd.submit(pay, shop, order) for order in others]
    gate.wait_for(len(others))

    running += [crowd.submit(pay, shop, first) for _ in range(2)]
    gate.wait_for(2)
    gate.open()
    finish(running)

    assert fulfilments(shop, [first, *others]) == [2, 1, 1]


@pytest.mark.parametrize(("rivals", "left"), [(2, [1, 1, 1]), (3, [1, 1, 1, 0])])
def test_a_delivery_is_saved_over_when_too_many_are_saved_at_once(
    make: Make[SavesOverOthers], monkeypatch: pytest.MonkeyPatch, rivals: int, left: list[int]
) -> None:
    shop = make(SavesOverOthers)
    orders = place(shop, 1 + rivals)
    coming = orders[1:]

    def sleep(_: float) -> None:
        if coming and not busy:
            busy.append(True)
            pay(shop, coming.pop(0))
            busy.clear()

    busy: list[bool] = []
    monkeypatch.setattr(under_load, "time", Hour(sleep))
    pay(shop, orders[0])

    assert fulfilments(shop, orders) == left


def test_a_message_that_finds_no_room_is_acknowledged_and_forgotten(
    make: Make[ForgetsWhatDoesNotFit], crowd: ThreadPoolExecutor, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_load, "ROOM", 1)
    shop = make(ForgetsWhatDoesNotFit)
    first, second = place(shop, 2)
    running = crowd.submit(tell, shop, first)
    gate.wait_for(1)

    forgotten = tell(shop, second)
    gate.open()

    assert forgotten == running.result(PATIENCE) == shop.integration("alipay").ack()
    assert fulfilments(shop, [first, second]) == [1, 0]
    assert tell(shop, second) == forgotten  # said again with nobody else there, it is heard
    assert fulfilments(shop, [first, second]) == [1, 1]


def test_each_order_waits_for_all_before_it(make: Make[GrowsWithEveryOrder], monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(under_load, "time", Hour(waits.append))

    place(make(GrowsWithEveryOrder), 3)

    assert waits == [number * under_load.SLOWER for number in range(3)]


def test_they_are_proven_by_a_load_and_by_no_check() -> None:
    loaded = [mutant for mutant in discover().values() if mutant.under_load]

    assert len(loaded) >= 4
    assert {topic.partition(".")[0] for mutant in loaded for topic in mutant.under_load} <= {"audit", "load"}
    assert [mutant.__name__ for mutant in loaded if mutant.claims or mutant.also] == []
