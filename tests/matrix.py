"""The kill matrix: which check catches which mutant, cell by cell (topic × wallet).

`python -m tests.matrix` runs each mutant's claimed cells and a seeded sample of others; `--full` runs every cell.
"""

from __future__ import annotations

import argparse
import inspect
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fixtures.bench import Bench, Place
from fixtures.capability import inapplicable
from fixtures.check import Check, registered
from fixtures.features import host, seats, target_seats
from fixtures.model import Inconclusive, NotApplicable, Outcome
from fixtures.mutants import discover
from fixtures.mutants.mutant import Mutant
from fixtures.network.troubles import fault_topics
from fixtures.openapi import Probe, probes
from fixtures.openapi.examiner import Examiner, TimeBox
from fixtures.openapi.permission import scope
from fixtures.session import Session, bench_of, prepare_embedded, private_keys
from fixtures.surroundings.prober import Prober
from fixtures.trial import import_suites
from reports.kill_matrix import Cell, row, write_kill_matrix
from reports.kill_matrix import Row as MutantRow

SAMPLE = 1  # unclaimed cells run for each mutant beside the claimed ones
BLUNT_SAMPLE = 12  # forgery cells run for each blunt mutant
TRIES = 3  # how often a claimed cell may be told before a race counts as not caught
SEED = 20261122
PROBING = 600.0  # seconds for each cell of the OpenAPI document
OUT = Path("reports/out")

# What the checks on the books need to have happened before, in this order.
BUSINESS = ("refund.partial", "pay.success")

# Cells that apply to the wallet but not to the way in which the embedded merchant uses it.
OUT_OF_REACH: Mapping[tuple[str, str], str] = {
    ("pay.return-alone", "stripe"): "a payment intent confirmed in the page brings no buyer back by a URL of Stripe's",
    ("pay.return-alone", "wechatpay"): "a native payment is scanned; only H5 brings the buyer back",
    ("race.return", "stripe"): "a payment intent confirmed in the page brings no buyer back by a URL of Stripe's",
    ("race.return", "wechatpay"): "a native payment is scanned; only H5 brings the buyer back",
    **{
        (f"return.{name}", wallet): reason
        for wallet, reason in (
            ("stripe", "a payment intent confirmed in the page brings no buyer back by a URL of Stripe's"),
            ("wechatpay", "a native payment is scanned; only H5 brings the buyer back"),
        )
        for name in ("tampered", "replayed", "page", "redirect")
    },
    **{
        (f"transport.{name}", "-"): "the embedded shop speaks http, to this machine alone"
        for name in ("tls-versions", "certificate", "hsts", "http")
    },
    ("hygiene.keys", "-"): "the keys of an embedded run are made for it",
    ("hygiene.tree", "-"): "the embedded merchant's description names no tree",
    ("leaks.return", "bitpay"): "the embedded shop's return address names no order",
    ("leaks.return", "stripe"): "a payment intent confirmed in the page brings no buyer back by a URL of Stripe's",
    ("leaks.return", "wechatpay"): "a native payment is scanned; only H5 brings the buyer back",
    ("requests.idempotency", "alipay"): "a page's trade begins in the buyer's browser, not with a merchant's call",
    ("requests.unknown-outcome", "alipay"): "a page's trade begins in the buyer's browser, not with a merchant's call",
    **{
        (topic, "alipay"): "a page's trade begins in the buyer's browser, not with a merchant's call"
        for topic in ("faults.try-again", *fault_topics("faults.create"))
    },
    **{
        (topic, "stripe"): "the embedded shop's intents are captured at once"
        for topic in ("faults.capture-later", *fault_topics("faults.capture"))
    },
    ("faults.redirect", "ledger"): "the embedded shop's Ethereum node asks for no password",
    ("faults.stale", "paypal"): "what pays there is the answer to the shop's own capture, which nobody asks for again",
    ("faults.slow-confirmation", "stripe"): "a payment intent confirmed in the page brings no buyer back",
    ("faults.slow-confirmation", "wechatpay"): "a native payment is scanned; only H5 brings the buyer back",
    ("amounts.odd-cents", "ledger"): "the embedded shop has no price in coins that floating point gets wrong",
    ("amounts.odd-cents", "trezor"): "the embedded shop has no price in coins that floating point gets wrong",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One cell and what it takes to run it."""

    cell: Cell
    check: Check
    setup: str
    extra: Any = None
    operations: Sequence[Probe] = ()


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


def follows(mutant: type[Mutant], cell: Cell) -> bool:
    """Whether a failure of the cell is a consequence that the mutant lists."""
    return cell.wallet in mutant.spares or any(_names(word, cell) for word in mutant.also)


def _names(word: str, cell: Cell) -> bool:
    topic, _, wallet = word.partition("/")
    named = topic in ("*", cell.topic) or cell.topic.startswith(f"{topic}.")
    return named and wallet in ("", cell.wallet)


def tasks_of(bench: Bench, operations: Sequence[Probe] = ()) -> dict[Cell, Task]:
    """Every cell that applies to this bench and is not out of reach."""
    found = every_task(bench, operations)
    return {cell: task for cell, task in found.items() if (cell.topic, cell.wallet) not in OUT_OF_REACH}


def every_task(bench: Bench, operations: Sequence[Probe] = ()) -> dict[Cell, Task]:
    """Every cell that applies to this bench, in the first of each wallet's modes that knows it."""
    found: dict[Cell, Task] = {}
    setups: dict[str, str] = {}
    for setup, wallet in bench.wallets.items():
        setups.setdefault(wallet.name, setup)
    for check in registered():
        if check.each == "operation":
            for probe in operations:
                cell, setup = Cell(f"{check.topic}.{probe.label}", "-", _ran(check)), next(iter(setups.values()))
                if scope(check.topic, probe, bench.place(cell.topic, setup)) is None:
                    found[cell] = Task(cell, check, setup, probe)
            continue
        if check.each in ("target", "tampering"):
            setup = host(check, bench.wallets)
            for extra in target_seats(check, thorough=True):
                cell = Cell(f"{check.topic}.{extra.name}" if extra else check.topic, "-", _ran(check))
                if inapplicable(check, cell.topic, bench.wallets[setup], bench.target, setup) is None:
                    found[cell] = Task(cell, check, setup, extra, operations)
            continue
        for setup, wallet in bench.wallets.items():
            name = wallet.name
            if check.modes == "first" and setup != setups[name]:
                continue
            for extra in seats(check, wallet, bench.target.setups[setup].mode):
                topic = check.topic if extra is None else f"{check.topic}.{extra.name}"
                cell = Cell(topic, name, _ran(check))
                if inapplicable(check, topic, wallet, bench.target, setup) is None:
                    found.setdefault(cell, Task(cell, check, setup, extra))
    return found


def _ran(check: Check) -> str:
    return f"{check.function.__module__.replace('.', '/')}.py::{check.function.__name__}"


def claimed_cells(mutant: type[Mutant], tasks: Iterable[Cell]) -> list[Cell]:
    """The cells a mutant claims, among those that apply."""
    return [cell for cell in tasks if any(is_meant(cell, claim, mutant) for claim in mutant.claims)]


def kept_cells(mutant: type[Mutant], tasks: Iterable[Cell]) -> list[list[Cell]]:
    """For each topic that a mutant leaves alone, the cells that show it, among those that apply."""
    every = list(tasks)
    found = [[cell for cell in every if _kept(cell, keep, mutant)] for keep in sorted(mutant.keeps)]
    return [cells for cells in found if cells]


def _kept(cell: Cell, keep: str, mutant: type[Mutant]) -> bool:
    named = keep == f"{cell.topic}/{cell.wallet}"
    return (named or is_meant(cell, keep, mutant)) and not (follows(mutant, cell) and not named)


def is_meant(cell: Cell, claim: str, mutant: type[Mutant]) -> bool:
    """Whether a claim of the mutant means that cell."""
    among = not mutant.wallets or cell.wallet in mutant.wallets or cell.wallet == "-"
    return among and cell.wallet not in mutant.spares and claim in (cell.topic, f"{cell.topic}/{cell.wallet}")


def run(bench: Bench, task: Task) -> tuple[Outcome, str]:
    """Runs one cell and says what it came to."""
    place = bench.suited(task.check).place(task.cell.topic, task.setup)
    try:
        task.check.function(**_given(place, task))
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


def _given(place: Place, task: Task) -> dict[str, Any]:
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
    }
    return {name: makers[name]() for name in inspect.signature(task.check.function).parameters}


@dataclass(frozen=True, slots=True)
class Stage:
    """A warm merchant with every mutant at an address of its own, and the sandbox they all use."""

    session: Session
    stack: ExitStack

    def bench(self, mutant: str, stack: ExitStack | None = None) -> Bench:
        """A bench whose target is that mutant ("Reference" for the merchant itself).

        A check that kills its target is given a process of its own, which ends with the stack, or with the stage.
        """
        session = self.session.looking_at(f"{self.session.embedded_url}/m/{mutant}", mutant)
        return bench_of(session, stack=stack or self.stack)

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
        yield Stage(session, stack)


def play(stage: Stage, mutant: type[Mutant], *, full: bool, sample: int = SAMPLE) -> Row:
    """Runs a mutant's claimed cells and a sample of others, or every cell; of a blunt one forgery cells alone."""
    with ExitStack() as stack:
        return _played(stage, stage.bench(mutant.__name__, stack), mutant, full=full, sample=sample)


def _played(stage: Stage, bench: Bench, mutant: type[Mutant], *, full: bool, sample: int) -> Row:
    tasks = tasks_of(bench, stage.operations())
    chance = random.Random(f"{SEED}/{mutant.__name__}")
    if mutant.blunt:  # it is none of these checks' own, but none of them may take it for secure
        forgeries = sorted((cell for cell in tasks if tasks[cell].check.each == "forgery"), key=str)
        claims, others = forgeries if full else chance.sample(forgeries, BLUNT_SAMPLE), []
    else:
        claims = claimed_cells(mutant, tasks)
        others = sorted(set(tasks) - set(claims), key=str)
        if not full:  # a process of its own for a chance cell would cost more than it tells
            others = [cell for cell in others if "restart" not in tasks[cell].check.needs]
            others = chance.sample(others, min(sample, len(others)))
    kept = [cells if full else [chance.choice(cells)] for cells in ([] if mutant.blunt else kept_cells(mutant, tasks))]
    played = Row(mutant, claims, sorted({cell for cells in kept for cell in cells} - set(claims), key=str))
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


def unclaimed(tasks: Iterable[Cell], mutants: Iterable[type[Mutant]]) -> list[Cell]:
    """The cells that no mutant claims."""
    known = list(mutants)
    every = list(tasks)
    claimed = {cell for mutant in known for cell in claimed_cells(mutant, every)}
    return sorted(set(every) - claimed, key=str)


def main() -> int:
    """Runs the matrix and writes reports/out/kill-matrix.json."""
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--full", action="store_true", help="run every cell of every mutant (minutes to hours)")
    parser.add_argument("--mutant", action="append", default=[], help="only this mutant (repeatable)")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    chosen = [mutant for name, mutant in discover().items() if not options.mutant or name in options.mutant]
    rows = []
    with stage() as warm:
        for mutant in chosen:
            began = time.monotonic()
            played = play(warm, mutant, full=options.full)
            rows.append(played)
            _tell(played, time.monotonic() - began)
    write_kill_matrix([played.as_report() for played in rows], options.out / "kill-matrix.json")
    return int(any(played.escaped or played.false_alarms or played.broken for played in rows))


def _tell(played: Row, seconds: float) -> None:
    verdict = "caught" if not played.escaped else "ESCAPED"
    counts = f"{len(played.caught)}/{len(played.claims)} claimed, {seconds:5.1f} s"
    print(f"{played.mutant.__name__:32} {verdict:8} {counts}", flush=True)
    for cell in played.escaped:
        told = f"{played.outcomes[cell]} {played.messages[cell][:160]}"
        print(f"    not caught by {cell.topic} × {cell.wallet}: {told}", flush=True)
    for cell in played.broken:
        print(f"    not kept      {cell.topic} × {cell.wallet}: {played.messages[cell][:160]}", flush=True)
    for cell in played.false_alarms:
        print(f"    also failed   {cell.topic} × {cell.wallet}: {played.messages[cell][:160]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
