"""How surely a run finds the mutants that fail only under load, and that it blames nobody beside them.

Each run is a whole one, as the command makes it: sandbox and mutant of its own, a day of stories, the books in the end.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from fixtures.model import Outcome
from fixtures.mutants import discover
from fixtures.mutants.app import REFERENCE
from fixtures.preparing import prepare_embedded
from fixtures.processes import ROOT
from fixtures.session import Session
from fixtures.target.reading import CANONICAL
from load.__main__ import conduct
from load.plan import Plan

GROWTH = 3.0  # times as slow, in the last quarter, as in the first: what the machine's own moods never reach
SAMPLES = 40
LATE = 240.0  # seconds that a run may take beside its load
BUYERS = 2000

LEVEL = f"""
[[service_levels]]
metric = "order.place"
percentile = 50
growth = {GROWTH}
least_samples = {SAMPLES}
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run said of one merchant: topics that failed, and what ended the run if there is no verdict."""

    merchant: str
    failed: frozenset[str]
    problem: str = ""

    @property
    def right(self) -> bool:
        """Whether a mutant was caught as it says, and the reference merchant not blamed."""
        if self.problem:
            return False
        return not self.failed if self.merchant == REFERENCE else wanted(self.merchant) <= self.failed

    def __str__(self) -> str:
        told = self.problem or ", ".join(sorted(self.failed)) or "nothing found"
        return f"{self.merchant:24} {'right' if self.right else 'WRONG'}  {told}"


def wanted(merchant: str) -> frozenset[str]:
    """What must fail in a run against a mutant."""
    return discover()[merchant].under_load


def merchants() -> list[str]:
    """The reference merchant, and all mutants that claim to fail under load."""
    return [REFERENCE, *(name for name, mutant in discover().items() if mutant.under_load)]


def play(merchant: str, options: argparse.Namespace, seed: int) -> Run:
    """One run in a process of its own, whose output is only read when it fails."""
    with tempfile.TemporaryDirectory(prefix="walletproof-") as folder:
        command = [sys.executable, "-P", "-m", "load.benchmarks.under_load", "--only", merchant, "--out", folder]
        command += ["--seconds", str(options.seconds), "--rate", str(options.rate), "--seed", str(seed)]
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        try:
            ran = subprocess.run(
                command,
                env={**os.environ, "PYTHONPATH": path},
                capture_output=True,
                text=True,
                timeout=options.seconds + LATE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Run(merchant, frozenset(), "the run did not end")
        return verdict(merchant, Path(folder, "results.json"), ran.stderr)


def verdict(merchant: str, results: Path, said: str) -> Run:
    """What the results of a run come to."""
    if not results.exists():
        return Run(merchant, frozenset(), f"no results: {said.strip()[-300:]}")
    rows = json.loads(results.read_text("utf-8"))["results"]
    failed = frozenset(row["topic"] for row in rows if row["outcome"] == Outcome.FAILED)
    ours = [row["topic"] for row in rows if row["outcome"] == Outcome.ERROR]
    return Run(merchant, failed, f"error of ours: {', '.join(ours)}" if ours else "")


def one(merchant: str, options: argparse.Namespace) -> int:
    """A run against one merchant, in this process."""
    plan = Plan(options.rate, options.seconds, BUYERS, "every", options.seed)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="walletproof-")))
        at = f"/m/{REFERENCE}"
        session = prepare_embedded(
            folder, stack, seed=options.seed, examples=0, module="fixtures.mutants", document_at=at
        )
        return conduct(_described(session, merchant, folder), plan, options.out)


def _described(session: Session, merchant: str, folder: Path) -> Session:
    """The session with a target file, which names what the canonical contract leaves open."""
    file = folder / "target.toml"
    own = f'\n[sandbox]\nurl = "{session.sandbox_url}"\ntoken = "{session.sandbox_token}"\n'
    canonical = CANONICAL.read_text("utf-8").replace("${BASE_URL}", f"{session.embedded_url}/m/{merchant}")
    file.write_text(f'capabilities = ["load", "gateway"]\n{canonical}{own}{LEVEL}', "utf-8")
    return replace(session, target=str(file), embedded_url=None)


def tell(runs: Sequence[Run]) -> bool:
    """Prints how often each was right, and what found it; whether all were."""
    for merchant in dict.fromkeys(run.merchant for run in runs):
        own = [run for run in runs if run.merchant == merchant]
        right = sum(run.right for run in own)
        by = Counter(topic for run in own for topic in run.failed)
        word = "not blamed in" if merchant == REFERENCE else "caught in"
        told = ", ".join(f"{topic} {count}" for topic, count in by.most_common())
        print(f"{merchant:24} {word} {right} of {len(own)}{f': {told}' if told else ''}")
    return all(run.right for run in runs)


def main() -> int:
    """Prints each run, then the sums; 1 where one was not right."""
    parser = argparse.ArgumentParser(prog="python -m load.benchmarks.under_load", description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="of each merchant (10)")
    parser.add_argument("--seconds", type=float, default=60.0, help="of load in each (60)")
    parser.add_argument("--rate", type=float, default=10.0, help="stories a second (10)")
    parser.add_argument("--together", type=int, default=1, help="runs beside each other (1)")
    parser.add_argument("--seed", type=int, default=1, help="of the first run; each further one has the next")
    parser.add_argument("--merchant", action="append", default=[], choices=merchants(), help="only this (repeatable)")
    parser.add_argument("--only", choices=merchants(), help="one run against it in this process")
    parser.add_argument("--out", type=Path, help="where the results of that run go")
    options = parser.parse_args()
    if options.only:
        return one(options.only, options)
    chosen = options.merchant or merchants()
    tasks = [(merchant, options.seed + number) for number in range(options.runs) for merchant in chosen]
    runs: list[Run] = []
    with ThreadPoolExecutor(options.together) as threads:
        for run in threads.map(lambda task: play(task[0], options, task[1]), tasks):
            runs.append(run)
            print(run, flush=True)
    return int(not tell(runs))


if __name__ == "__main__":
    sys.exit(main())
