"""What a mutant changes, and in which cells it can be told from the merchant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from fastapi import FastAPI

from fixtures.check import registered
from fixtures.merchant.integrations import INTEGRATIONS
from fixtures.merchant.integrations.alipay import Alipay
from fixtures.merchant.integrations.base import Integration
from fixtures.merchant.integrations.hardware import Ledger
from fixtures.merchant.pages.pages import Pages
from fixtures.merchant.settings import Settings
from fixtures.merchant.store import Tx
from fixtures.merchant.words import Answer, Order
from fixtures.mutants import discover
from fixtures.mutants.mutant import Mutant
from fixtures.trial import import_suites
from reports.kill_matrix import Cell
from tests.cells import Task
from tests.reach import Reach, changes, kept, key, read, write

PAID = Cell("pay.success", "alipay")


def put_to_work(**kinds: type[Integration]) -> dict[str, type[Integration]]:
    """All integrations, some of them changed."""
    return {**INTEGRATIONS, **kinds}


class Step(Mutant):
    """Changes one step of the shop, and adds a method of its own."""

    def fulfil(self, tx: Tx, order: Order) -> None:
        self.forget(order)

    def forget(self, order: Order) -> None:
        """Nobody else runs it."""


class Door(Mutant):
    """Changes what stands before every step."""

    def open_doors(self, app: FastAPI) -> None: ...


class Beginning(Mutant):
    """Is made in another way."""

    def __init__(self, settings: Settings) -> None: ...


class Reading(Mutant):
    """Changes one step of one wallet."""

    class Faulty(Alipay):
        def ack(self) -> Answer:
            return Answer(500, b"")

    integration_types = put_to_work(alipay=Faulty)


class Chain(Mutant):
    """Changes what a wallet is made of."""

    class Faulty(Ledger):
        modes: ClassVar[tuple[str, ...]] = ()

    integration_types = put_to_work(ledger=Faulty)


class Page(Mutant):
    """Changes one step of the pages."""

    class Faulty(Pages):
        def policy(self, sheet: str = "") -> str:
            return sheet

    pages_type = Faulty


@pytest.mark.parametrize(
    ("mutant", "steps"),
    [
        (Step, {"fulfil"}),
        (Door, {"*"}),
        (Beginning, {"*"}),
        (Reading, {"alipay.ack"}),
        (Chain, {"ledger.*"}),
        (Page, {"pages.policy"}),
    ],
)
def test_a_mutant_changes_the_steps_that_it_overrides(mutant: type[Mutant], steps: set[str]) -> None:
    assert changes(mutant) == steps


def test_every_mutant_changes_something() -> None:
    assert [name for name, mutant in discover().items() if not changes(mutant)] == []


@pytest.fixture(scope="module")
def task() -> Task:
    import_suites()
    return Task(PAID, replace(registered()[0], needs=frozenset()), "alipay")


@pytest.mark.parametrize(
    ("mutant", "steps", "met"),
    [
        (Step, ["place", "fulfil"], True),
        (Step, ["place", "alipay.ack"], False),
        (Step, ["ledger:fulfil"], False),  # the watcher's, for another wallet's order
        (Reading, ["alipay.ack"], True),
        (Reading, ["stripe.ack"], False),
        (Chain, ["ledger.takes"], True),
        (Door, ["place"], True),
        (Page, ["policy"], False),
    ],
)
def test_a_cell_meets_a_mutant_in_a_step_that_it_changes(
    task: Task, mutant: type[Mutant], steps: list[str], met: bool
) -> None:
    assert Reach({key(task): steps}).meets(mutant, task) is met


def test_what_a_watcher_does_counts_for_its_own_wallet_and_for_the_whole_target(task: Task) -> None:
    steps = ["trezor-ethereum:fulfil"]

    for wallet in ("trezor", "-"):
        own = replace(task, cell=Cell("pay.success", wallet))
        assert Reach({key(own): steps}).meets(Step, own)


def test_a_target_of_its_own_may_meet_everything(task: Task) -> None:
    restarted = replace(task, check=replace(task.check, needs=frozenset({"restart"})))

    assert Reach({}).meets(Page, restarted)


def test_the_steps_are_kept_for_this_code(tmp_path: Path) -> None:
    with kept(tmp_path / "new") as file:
        write({"a": ["place"]}, file)
    with kept(tmp_path / "new") as again:
        assert read(again) == Reach({"a": ["place"]})
