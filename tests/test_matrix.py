"""The kill matrix, kept: every mutant is caught by the checks it claims, and by no others.

Of each mutant one claimed cell is played and one of each topic that it keeps; `--matrix claims` plays all that are
claimed, with a sample of others, and `--matrix full` every check in which the mutant can differ from the merchant
(tests/drawing.py). Each mutant's row is written to
reports/out/kill-matrix.d as it is played; at the end of the session the rows there become reports/out/kill-matrix.json.
"""

from __future__ import annotations

import fcntl
import random
import re
from collections.abc import Iterator

import pytest

from fixtures.browser.chromium import lacking
from fixtures.model import Outcome
from fixtures.mutants import discover
from fixtures.mutants.app import REFERENCE
from fixtures.mutants.mutant import Mutant
from reports.kill_matrix import Cell, read_kill_matrix, write_kill_matrix
from tests.cells import OUT_OF_REACH, every_task, is_meant, tasks_of, unclaimed
from tests.drawing import EXTENTS, SEED
from tests.matrix import OUT
from tests.playing import Row, Stage, perform, play, run, stage
from tests.reach import Reach
from tests.tracing import traced

ROWS = OUT / "kill-matrix.d"
STAGES = 4  # as many workers at most keep a stage of their own
SAMPLE = 24  # cells played with the merchant itself
FEWEST = 50  # mutants
MUTANTS = discover()


PLAYED = [
    pytest.param(mutant, id=name, marks=pytest.mark.xdist_group(f"stage-{number % STAGES}"))
    for number, (name, mutant) in enumerate(MUTANTS.items())
]


@pytest.fixture(scope="session")
def reach(pytestconfig: pytest.Config) -> Reach | None:
    """Where every cell is asked for, those that can tell a mutant from the merchant."""
    return traced(OUT) if pytestconfig.option.matrix == "full" else None


@pytest.fixture(scope="session")
def warm() -> Iterator[Stage]:
    """Sandbox and mutants, started once for each worker; the rows played so far are gathered in the end."""
    with stage() as running:
        yield running
    _gather()


def _keep(row: Row) -> None:
    write_kill_matrix([row.as_report()], ROWS / f"{row.mutant.__name__}.json")


def _gather() -> None:
    """Makes one matrix of all rows. Whichever worker comes last leaves the complete one."""
    ROWS.mkdir(parents=True, exist_ok=True)
    with (ROWS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        files = [file for name in MUTANTS if (file := ROWS / f"{name}.json").exists()]
        write_kill_matrix([row for file in files for row in read_kill_matrix(file)], OUT / "kill-matrix.json")


def _told(row: Row, cells: list[Cell]) -> list[str]:
    return [f"{cell.topic} × {cell.wallet}: {row.outcomes[cell]} {row.messages[cell]}" for cell in cells]


@pytest.mark.parametrize("mutant", PLAYED)
def test_a_mutant_is_caught_by_what_it_claims_and_by_nothing_else(
    mutant: type[Mutant], warm: Stage, reach: Reach | None, pytestconfig: pytest.Config
) -> None:
    """Claims are kept, and what the mutant leaves alone stays green. A blunt mutant passes for secure nowhere."""
    row = play(warm, mutant, EXTENTS[pytestconfig.option.matrix], reach)
    if not mutant.under_load:  # no check is asked to catch it
        _keep(row)
    if row.escaped and (reason := lacking()) is not None:
        pytest.skip(reason)

    assert _told(row, row.escaped) == []
    assert _told(row, row.false_alarms) == []
    assert _told(row, row.broken) == []
    assert row.claims or mutant.under_load
    assert row.keeps or mutant.blunt


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_a_mutant_says_which_bug_it_has_and_where_that_was_seen(mutant: type[Mutant]) -> None:
    """A mutant that nobody ever met proves little."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", mutant.bug)
    assert re.fullmatch(r"https://[^/]+/.+", mutant.seen_in)
    assert (mutant.__doc__ or "").rstrip().endswith(".")
    assert mutant.__doc__ != mutant.__mro__[1].__doc__
    assert [bool(mutant.claims), mutant.blunt, bool(mutant.under_load)].count(True) == 1


def test_there_are_many_mutants() -> None:
    """As many different bugs as the project promises."""
    assert len(MUTANTS) >= FEWEST


@pytest.mark.xdist_group("stage-0")
def test_every_cell_is_claimed(warm: Stage) -> None:
    """No check without a mutant, wallet by wallet."""
    tasks = tasks_of(warm.bench(REFERENCE), warm.operations())

    assert unclaimed(tasks, MUTANTS.values()) == []


@pytest.mark.xdist_group("stage-0")
def test_every_claim_names_a_cell(warm: Stage) -> None:
    """A claim about a check that does not exist, or not for that wallet, would be kept for ever."""
    tasks = tasks_of(warm.bench(REFERENCE), warm.operations())

    empty = [
        f"{name}: {claim}"
        for name, mutant in MUTANTS.items()
        for claim in mutant.claims
        if not any(is_meant(cell, claim, mutant) for cell in tasks)
    ]
    assert empty == []


@pytest.mark.xdist_group("stage-1")
def test_the_merchant_itself_passes(warm: Stage) -> None:
    """What catches the mutants finds nothing in the merchant that they are made from."""
    bench = warm.bench(REFERENCE)
    tasks = tasks_of(bench, warm.operations())
    chosen = random.Random(SEED).sample(sorted(tasks, key=str), SAMPLE)

    outcomes = {}
    for cell in sorted(chosen, key=lambda one: tasks[one].check.last):
        outcomes[f"{cell.topic} × {cell.wallet}"] = perform(bench, tasks, cell)

    fine = (Outcome.PASSED, Outcome.NOT_APPLICABLE)
    assert {name: told for name, told in outcomes.items() if told[0] not in fine} == {}


@pytest.mark.xdist_group("stage-1")
@pytest.mark.parametrize(("topic", "wallet"), OUT_OF_REACH)
def test_a_cell_out_of_reach_is_not_applicable(topic: str, wallet: str, warm: Stage) -> None:
    """A cell that nobody claims for a reason must not be one that could be claimed."""
    bench = warm.bench(REFERENCE)
    [task] = [one for cell, one in every_task(bench).items() if (cell.topic, cell.wallet) == (topic, wallet)]

    assert run(bench, task)[0] is Outcome.NOT_APPLICABLE
