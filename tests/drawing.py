"""Which cells of a mutant are played: drawn by the seed, so that two runs play the same ones."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fixtures.mutants.mutant import Mutant
from reports.kill_matrix import Cell
from tests.cells import Task, claimed_cells, follows, kept_cells
from tests.reach import Reach

SEED = 20261122
EVERY = 10**6
SAMPLE = 1  # unclaimed cells run for each mutant beside the claimed ones
BLUNT_SAMPLE = 12  # forgery cells run for each blunt mutant

Tasks = Mapping[Cell, Task]


@dataclass(frozen=True, slots=True)
class Extent:
    """How many cells of a mutant are played: claimed ones, kept ones of each topic, and others."""

    claimed: int
    kept: int
    others: int


GLIMPSE = Extent(claimed=1, kept=1, others=0)
CLAIMS = Extent(claimed=EVERY, kept=1, others=SAMPLE)
FULL = Extent(claimed=EVERY, kept=1, others=EVERY)
EXTENTS = {"glimpse": GLIMPSE, "claims": CLAIMS, "full": FULL}


@dataclass(frozen=True, slots=True)
class Choice:
    """The cells to play; `alike` is how many cannot differ from the merchant's own and are spared."""

    claims: list[Cell]
    keeps: list[Cell]
    others: list[Cell]
    alike: int


def choose(mutant: type[Mutant], tasks: Tasks, extent: Extent, reach: Reach | None) -> Choice:
    """The cells of a mutant; of a blunt one, which claims nothing, forgery cells.

    To the full extent every check is played in which the mutant can differ, beside all that it claims, in one of its
    cells. A cell that may fail as a consequence says nothing, and a process of its own for each cell that kills its
    target would cost more than it tells: both are left out.
    """
    if mutant.blunt:  # it is none of these checks' own, but none of them may take it for secure
        forgeries = [cell for cell in tasks if tasks[cell].check.each == "forgery"]
        return Choice(_drawn(mutant, forgeries, EVERY if extent == FULL else BLUNT_SAMPLE), [], [], 0)
    claimed = set(claimed_cells(mutant, tasks))
    differing = {cell for cell in tasks if reach is None or reach.meets(mutant, tasks[cell])}
    chance = {cell for cell in differing - claimed if "restart" not in tasks[cell].check.needs}
    if extent == FULL:
        chance = _one_of_each_check(mutant, {cell for cell in chance if not follows(mutant, cell)})
    keeps = {cell for cells in kept_cells(mutant, tasks) for cell in _drawn(mutant, set(cells) - claimed, extent.kept)}
    claims, others = _drawn(mutant, claimed, extent.claimed), _drawn(mutant, chance, extent.others)
    return Choice(claims, sorted(keeps, key=str), others, len(tasks.keys() - differing - claimed - keeps))


def _drawn(mutant: type[Mutant], cells: Iterable[Cell], most: int) -> list[Cell]:
    """Some of the cells. Each has its own lot, so that a new cell changes the choice only where it is drawn itself."""
    lots = {cell: hashlib.sha256(f"{SEED}/{mutant.__name__}/{cell}".encode()).digest() for cell in cells}
    return sorted(lots, key=lambda cell: lots[cell])[:most]


def _one_of_each_check(mutant: type[Mutant], cells: Iterable[Cell]) -> set[Cell]:
    checks = defaultdict[str, list[Cell]](list)
    for cell in cells:
        checks[cell.ran].append(cell)
    return {cell for alike in checks.values() for cell in _drawn(mutant, alike, 1)}
