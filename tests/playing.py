"""A mutant is played: its cells are run on a stage where every mutant has an address of its own."""

from __future__ import annotations

import hashlib
import inspect
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fixtures.bench import Bench, Place
from fixtures.browser.browser import browsing
from fixtures.model import Inconclusive, NotApplicable, Outcome
from fixtures.mutants.mutant import Mutant
from fixtures.openapi import Probe, probes
from fixtures.openapi.examiner import Examiner, TimeBox
from fixtures.preparing import prepare_embedded
from fixtures.sandbox.client import SandboxClient
from fixtures.session import Session, bench_of, private_keys
from fixtures.surroundings.prober import Prober
from fixtures.trial import import_suites
from reports.kill_matrix import Cell, row
from reports.kill_matrix import Row as MutantRow
from tests.cells import Task, claimed_cells, follows, kept_cells, tasks_of

SAMPLE = 1  # unclaimed cells run for each mutant beside the claimed ones
BLUNT_SAMPLE = 12  # forgery cells run for each blunt mutant
TRIES = 3  # how often a claimed cell may be told before a race counts as not caught
SEED = 20261122
PROBING = 600.0  # seconds for each cell of the OpenAPI document

# What the checks on the books need to have happened before, in this order.
BUSINESS = ("refund.partial", "pay.success")


@dataclass
class Row:
    """What one mutant's cells came to."""

    mutant: type[Mutant]
    claims: list[Cell]
    keeps: list[Cell] = field(default_factory=list)
    outcomes: dict[Cell, Outcome] = field(default_factory=dict)
    messages: dict[Cell, str] = field(default_factory=dict)

    @property
    def caught(self) -> list[Cell]:
        """The claimed cells that failed, as they must."""
        return [cell for cell in self.claims if self.outcomes.get(cell) is Outcome.FAILED]

    @property
    def escaped(self) -> list[Cell]:
        """The claimed cells that did not fail."""
        return [cell for cell in self.claims if self.outcomes.get(cell) is not Outcome.FAILED]

    @property
    def broken(self) -> list[Cell]:
        """The cells that must stay green with the mutant and did not."""
        return [cell for cell in self.keeps if self.outcomes.get(cell) is not Outcome.PASSED]

    @property
    def false_alarms(self) -> list[Cell]:
        """The cells that failed though the mutant neither claims them nor lists them as consequences."""
        failed = [cell for cell, outcome in self.outcomes.items() if outcome is Outcome.FAILED]
        return [cell for cell in failed if cell not in self.claims and not follows(self.mutant, cell)]

    def as_report(self) -> MutantRow:
        """The row of kill-matrix.json."""
        passed = [cell for cell, outcome in self.outcomes.items() if outcome is Outcome.PASSED]
        told = row(self.mutant.__name__, [self.mutant.bug], self.claims, [*self.caught, *self.false_alarms], passed)
        return replace(told, claims=()) if self.mutant.blunt else told


def run(bench: Bench, task: Task) -> tuple[Outcome, str]:
    """Runs one cell and says what it came to."""
    place = bench.suited(task.check).place(task.cell.topic, task.setup)
    try:
        with ExitStack() as over:
            task.check.function(**_given(place, task, over))
    except AssertionError as failure:
        return Outcome.FAILED, str(failure)
    except NotApplicable as reason:
        return Outcome.NOT_APPLICABLE, str(reason)
    except Inconclusive as reason:
        return Outcome.INCONCLUSIVE, str(reason)
    except Exception as error:
        return Outcome.ERROR, f"{type(error).__name__}: {error}"
    finally:
        place.bench.flush(place.name)
    return Outcome.PASSED, ""


def _given(place: Place, task: Task, over: ExitStack) -> dict[str, Any]:
    makers: dict[str, Callable[[], Any]] = {
        "target": lambda: place.target,
        "wallet": lambda: place.wallet,
        "forgery": lambda: task.extra,
        "form": lambda: task.extra,
        "trap": lambda: task.extra,
        "signer": lambda: task.extra,
        "tampering": lambda: task.extra,
        "trouble": lambda: task.extra,
        "operation": lambda: task.extra,
        "examiner": lambda: Examiner(place, TimeBox(PROBING), task.operations, secrets=private_keys(place.bench)),
        "paid": place.paid,
        "other": place.other,
        "records": place.records,
        "storyteller": place.storyteller,
        "lifecycle": place.lifecycle,
        "prober": lambda: Prober(place.target, place.wallet),
        "browser": lambda: over.enter_context(browsing(place)),
    }
    return {name: makers[name]() for name in inspect.signature(task.check.function).parameters}


@dataclass(frozen=True, slots=True)
class Stage:
    """A warm merchant with every mutant at an address of its own, and the sandbox they all use."""

    session: Session
    stack: ExitStack
    sandbox: SandboxClient
    _tasks: dict[str, dict[Cell, Task]] = field(default_factory=dict)

    def bench(self, mutant: str, stack: ExitStack | None = None) -> Bench:
        """A bench whose target is that mutant ("Reference" for the merchant itself).

        A check that kills its target is given a process of its own, which ends with the stack, or with the stage.
        """
        session = self.session.looking_at(f"{self.session.embedded_url}/m/{mutant}", mutant)
        return bench_of(session, stack=stack or self.stack, sandbox=self.sandbox)

    def tasks(self, bench: Bench, at: str) -> dict[Cell, Task]:
        """The cells of any of the stage's benches, at that setup: the mutants have the same description."""
        if at not in self._tasks:
            self._tasks[at] = tasks_of(bench, self.operations(), at)
        return self._tasks[at]

    def operations(self) -> list[Probe]:
        """The operations of the merchant's own document."""
        if self.session.document is None:
            return []
        return probes(Path(self.session.document), seed=SEED)


@contextmanager
def stage(*, examples: int = 40) -> Iterator[Stage]:
    """Starts sandbox and mutants for as long as the block lasts."""
    import_suites()
    with tempfile.TemporaryDirectory(prefix="walletproof-") as folder, ExitStack() as stack:
        module, at = "fixtures.mutants", "/m/Reference"
        session = prepare_embedded(Path(folder), stack, seed=SEED, examples=examples, module=module, document_at=at)
        client = stack.enter_context(SandboxClient(session.sandbox_url, session.sandbox_token))
        yield Stage(session, stack, client)


@dataclass(frozen=True, slots=True)
class Extent:
    """How many cells of a mutant are played, drawn by the seed: claimed ones, kept ones of each topic, and others."""

    claimed: int
    kept: int
    others: int


EVERY = 10**6
GLIMPSE = Extent(claimed=1, kept=1, others=0)
CLAIMS = Extent(claimed=EVERY, kept=1, others=SAMPLE)
FULL = Extent(claimed=EVERY, kept=EVERY, others=EVERY)
EXTENTS = {"glimpse": GLIMPSE, "claims": CLAIMS, "full": FULL}


def play(stage: Stage, mutant: type[Mutant], extent: Extent) -> Row:
    """Runs cells of a mutant; of a blunt one, which claims nothing, forgery cells."""
    with ExitStack() as stack:
        return _played(stage, stage.bench(mutant.__name__, stack), mutant, extent)


def _drawn(mutant: type[Mutant], cells: Iterable[Cell], most: int) -> list[Cell]:
    """Some of the cells. Each has its own lot, so that a new cell changes the choice only where it is drawn itself."""
    lots = {cell: hashlib.sha256(f"{SEED}/{mutant.__name__}/{cell}".encode()).digest() for cell in cells}
    return sorted(lots, key=lambda cell: lots[cell])[:most]


def _played(stage: Stage, bench: Bench, mutant: type[Mutant], extent: Extent) -> Row:
    tasks = stage.tasks(bench, mutant.setup)
    claimed, others, kept = claimed_cells(mutant, tasks), list[Cell](), list[list[Cell]]()
    if mutant.blunt:  # it is none of these checks' own, but none of them may take it for secure
        forgeries = [cell for cell in tasks if tasks[cell].check.each == "forgery"]
        claims = _drawn(mutant, forgeries, BLUNT_SAMPLE if extent.others < EVERY else EVERY)
    else:
        claims = _drawn(mutant, claimed, extent.claimed)
        # a process of its own for a chance cell would cost more than it tells
        chance = [cell for cell in tasks if "restart" not in tasks[cell].check.needs or extent.others == EVERY]
        others = _drawn(mutant, set(chance) - set(claimed), extent.others)
        kept = [_drawn(mutant, set(cells) - set(claimed), extent.kept) for cells in kept_cells(mutant, tasks)]
    played = Row(mutant, claims, sorted({cell for cells in kept for cell in cells}, key=str))
    for cell in sorted({*claims, *others, *played.keeps}, key=lambda cell: (tasks[cell].check.last, str(cell))):
        if tasks[cell].check.last:
            do_business(bench, tasks, cell.wallet)
        outcome, message = run(bench, tasks[cell])
        tries = 1
        while cell in claims and outcome is not Outcome.FAILED and tries < TRIES:
            outcome, message = run(bench, tasks[cell])
            tries += 1
        played.outcomes[cell], played.messages[cell] = outcome, message
    return played


def do_business(bench: Bench, tasks: Mapping[Cell, Task], wallet: str) -> None:
    """Orders, refunds and orders again, whatever comes of them: books that nobody wrote in agree with everything."""
    for topic in BUSINESS:
        for cell in tasks:
            if (cell.topic, cell.wallet) == (topic, wallet):
                run(bench, tasks[cell])
