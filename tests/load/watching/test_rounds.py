"""The watch looks at a real shop beside the stories: it reads, changes nothing, and comes back after trouble."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fixtures.target.settings import Settings
from load.watching import rounds
from load.watching.orders import Standing
from load.watching.rounds import Own, Rounds
from load.watching.watch import Watch
from tests.target.conftest import SHOP, WALLETS, Shop, read

PATIENCE = 10.0  # seconds


class Looked(Watch):
    """A watch that tells when orders were looked at."""

    def __init__(self) -> None:
        super().__init__(lambda: None)
        self.standings: list[Standing] = []
        self.told = threading.Condition()

    def orders(self, standing: Standing, now: float) -> None:
        with self.told:
            self.standings.append(standing)
            self.told.notify_all()

    def until(self, holds: Callable[[Standing], bool]) -> None:
        """Waits until orders stand like that."""
        with self.told:
            assert self.told.wait_for(lambda: any(map(holds, self.standings)), PATIENCE), self.standings


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "discover", lambda: WALLETS)


@contextmanager
def looking(settings: Settings, own: Own | None = None) -> Iterator[Looked]:
    watch = Looked()
    going = Rounds(settings, watch, own or Own(), every=0.01)
    try:
        yield watch
    finally:
        going.close()


def settings_of(shop: Shop, extra: str = "", folder: Path = Path()) -> Settings:
    return read(extra + SHOP.replace("BASE", shop.url), folder)


def order(state: str, fulfilments: int = 0) -> dict[str, object]:
    facts = {"amount": 1999, "currency": "USD", "refunded": 0, "fulfilments": fulfilments}
    return {"id": "", "ref": "", "buyer": "first-token", "state": state, **facts}


def test_orders_are_listed_and_read_and_nothing_else(shop: Shop) -> None:
    with looking(settings_of(shop)) as watch:
        watch.until(lambda standing: standing.buyers == 0)
        shop.orders |= {name: {**order("paid", 1), "id": name} for name in ("a", "b")}
        watch.until(lambda standing: standing.success == 1 and standing.buyers == 2)

    assert {request.method for request in shop.requests} == {"GET"}


def test_a_target_that_failed_is_looked_at_again(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    shop.script["/orders"] = lambda: (500, {}, b"out of order")
    with looking(settings_of(shop)) as watch:
        while not caplog.records:
            watch.until(lambda standing: True) if watch.standings else threading.Event().wait(0.01)
        assert watch.standings == []
        del shop.script["/orders"]
        watch.until(lambda standing: True)

    assert "answered 500" in caplog.records[0].message
    assert len([record for record in caplog.records if "500" in record.message]) == 1


def test_a_target_without_a_list_is_left_alone(shop: Shop) -> None:
    text = SHOP.replace("BASE", shop.url).replace(
        '[order.list]\nrequest = "GET /orders"\ncapture = { orders = "[].id" }', ""
    )
    with looking(read(text)) as watch:
        threading.Event().wait(0.05)

    assert watch.standings == [] and shop.requests == []


def test_an_adapter_tells_of_all_orders(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(
        "class Shop:\n"
        "    def __init__(self, access): pass\n"
        "    def watch(self, since):\n"
        "        return {'payments': 4, 'succeeded': 3, 'buyers': 7, 'pending': 2}\n"
    )
    with looking(settings_of(shop, 'adapter = "shop:Shop"\n', tmp_path)) as watch:
        watch.until(lambda standing: standing == Standing(0.75, 7, {"pending": 2}))

    assert shop.requests == []


@pytest.mark.parametrize("told", ["{'paid': 1}", "{'stuck': 1}", "{'pending': -1}", "{'pending': 'two'}", "3"])
def test_an_adapter_that_tells_nonsense_is_named(
    told: str, shop: Shop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lines = f"class Shop:\n    def __init__(self, access): pass\n    def watch(self, since): return {told}\n"
    (tmp_path / "shop.py").write_text(lines)
    with looking(settings_of(shop, 'adapter = "shop:Shop"\n', tmp_path)):
        while not caplog.records:
            threading.Event().wait(0.01)

    assert "watch" in caplog.records[0].message


def test_own_orders_are_remembered_for_a_while() -> None:
    own = Own(most=2)
    for number in range(3):
        own.add(f"order-{number}")

    assert own() == {"order-1", "order-2"}
