"""A mutant is played: its cells are run on a stage where every mutant has an address of its own."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fixtures.bench import Bench, Place
from fixtures.browser.browser import browsing
from fixtures.model import Inconclusive, NotApplicable, Outcome
from fixtures.mutants.app import REFERENCE
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
from tests.cells import Task, follows, tasks_of
from tests.drawing import SEED, Extent, choose
from tests.reach import Reach

TRIES = 3  # how often a claimed cell may be told before a race counts as not caught
FEW = 6  # examples of a drawn story where nothing is claimed
PROBING = 600.0  # seconds for each cell of the OpenAPI document

# What the checks on the books need to have happened before, in this order.
BUSINESS = ("refund.partial", "pay.success")


@dataclass
class Row:
    """What one mutant's cells came to; `alike` are those that were spared, as the mutant cannot differ there."""

    mutant: type[Mutant]
    claims: list[Cell]
    keeps: list[Cell] = field(default_factory=list)
    outcomes: dict[Cell, Outcome] = field(default_factory=dict)
    messages: dict[Cell, str] = field(default_factory=dict)
    alike: int = 0

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
        return replace(told, claims=() if self.mutant.blunt else told.claims, alike=self.alike)


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
        "phrasing": lambda: task.extra,
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

    def bench(self, mutant: str, stack: ExitStack | None = None, examples: int | None = None) -> Bench:
        """A bench whose target is that mutant ("Reference" for the merchant itself).

        A check that kills its target is given a process of its own, which ends with the stack, or with the stage.
        """
        session = self.session.looking_at(f"{self.session.embedded_url}/m/{mutant}", mutant)
        # a run of its own: what is drawn for one mutant must not have happened to another before
        session = replace(session, run=f"{session.run}-{mutant}", examples=examples or session.examples)
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
def stage(*, examples: int = 40, module: str = "fixtures.mutants") -> Iterator[Stage]:
    """Starts sandbox and mutants for as long as the block lasts; `module` is a program that serves as they do."""
    import_suites()
    with tempfile.TemporaryDirectory(prefix="walletproof-") as folder, ExitStack() as stack:
        at = f"/m/{REFERENCE}"
        session = prepare_embedded(Path(folder), stack, seed=SEED, examples=examples, module=module, document_at=at)
        client = stack.enter_context(SandboxClient(session.sandbox_url, session.sandbox_token))
        yield Stage(session, stack, client)


def play(stage: Stage, mutant: type[Mutant], extent: Extent, reach: Reach | None = None) -> Row:
    """Runs cells of a mutant; of a blunt one, which claims nothing, forgery cells.

    With a reach, what the mutant does not claim is only run where it can differ from the merchant.
    """
    with ExitStack() as stack:
        name = mutant.__name__
        return _played(stage, stage.bench(name, stack), stage.bench(name, stack, FEW), mutant, extent, reach)


def _played(stage: Stage, bench: Bench, brief: Bench, mutant: type[Mutant], extent: Extent, reach: Reach | None) -> Row:
    tasks = stage.tasks(bench, mutant.setup)
    choice = choose(mutant, tasks, extent, reach)
    played = Row(mutant, choice.claims, choice.keeps, alike=choice.alike)
    chosen = {*choice.claims, *choice.keeps, *choice.others}
    for cell in sorted(chosen, key=lambda cell: (tasks[cell].check.last, str(cell))):
        at, tries = (bench, TRIES) if cell in choice.claims else (brief, 1)
        played.outcomes[cell], played.messages[cell] = _insisting(at, tasks, cell, tries)
    return played


def _insisting(bench: Bench, tasks: Mapping[Cell, Task], cell: Cell, tries: int) -> tuple[Outcome, str]:
    """What a cell comes to; run again as often as that while it does not fail."""
    outcome, message = perform(bench, tasks, cell)
    while outcome is not Outcome.FAILED and (tries := tries - 1):
        outcome, message = run(bench, tasks[cell])
    return outcome, message


def perform(bench: Bench, tasks: Mapping[Cell, Task], cell: Cell) -> tuple[Outcome, str]:
    """Runs one cell, after the business that it looks back on."""
    if tasks[cell].check.last:
        do_business(bench, tasks, cell.wallet)
    return run(bench, tasks[cell])


def do_business(bench: Bench, tasks: Mapping[Cell, Task], wallet: str) -> None:
    """Orders, refunds and orders again, whatever comes of them: books that nobody wrote in agree with everything."""
    for topic in BUSINESS:
        for cell in tasks:
            if (cell.topic, cell.wallet) == (topic, wallet):
                run(bench, tasks[cell])
