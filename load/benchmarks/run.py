"""One run for a benchmark, as `walletproof load` makes it: Locust without a browser, its engines, and the journal.

The engines have a core of their own; Locust is on the other one, beside the server that is asked.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hdrh.histogram import HdrHistogram

from fixtures.processes import ROOT
from fixtures.session import Session
from load.__main__ import JOURNAL, launched, processes
from load.benchmarks import ENGINE
from load.benchmarks.used import Used, apart
from load.journal import Record, entries, read_journal
from load.messages import Batch
from load.plan import MOST_BUYERS, Plan
from load.stand import folder_of
from load.topics import LEFT, STEPS

SERVER, GENERATOR = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))
"""Cores: that of the server and of Locust, and that of the engines, or of whatever they are compared with."""

LOCUSTFILE = ROOT / "load" / "benchmarks" / "locustfile.py"
PROGRAM = "load.benchmarks.engine"
LOOK = 0.02  # seconds between two looks at the journal
READY = 30.0  # seconds in which the run must have begun
PATIENCE = 90.0  # seconds in which it must have ended after its day
GRACE = 20.0  # seconds in which it must end when everybody is sent home
LAST_LINES = 20


@dataclass(frozen=True, slots=True)
class Moment:
    """What one engine had done up to a batch, and what all of Locust beside the engines had used when it was read.

    `at` is Unix seconds, `memory` bytes, `processor` seconds.
    """

    engine: int
    at: float
    stories: int
    exchanges: int
    failures: int
    inside: int
    memory: int
    processor: float
    locust: Used


class Count:
    """Adds up the batches of one engine."""

    def __init__(self) -> None:
        self._stories = self._exchanges = self._failures = 0

    def add(self, batch: Batch, locust: Used) -> Moment:
        """What the engine has done by now."""
        for name, encoded in batch.histograms.items():
            if name.partition("/")[0] in STEPS:
                self._exchanges += HdrHistogram.decode(encoded).get_total_count()
        self._stories += sum(number for name, number in batch.counts.items() if name.partition("/")[0] == LEFT)
        self._failures += sum(sum(problems.values()) for problems in batch.failures.values())
        done = (self._stories, self._exchanges, self._failures)
        return Moment(batch.engine, batch.at, *done, batch.inside, batch.memory, batch.processor, locust)


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is on, or was: Locust's first process, its journal, what it printed, and the engines' program."""

    process: subprocess.Popen[bytes]
    journal: Path
    output: Path
    program: str

    def used(self) -> tuple[Used, Used]:
        """What the engines have used, and what all of Locust beside them has."""
        return apart(self.process.pid, self.program)

    def moments(self) -> Iterator[Moment]:
        """One for every batch as soon as it is in the journal, until Locust has ended."""
        counts: dict[int, Count] = {}
        for batch in self._batches():
            yield counts.setdefault(batch.engine, Count()).add(batch, self.used()[1])

    def record(self, seconds: float) -> Record:
        """The journal after a day of so many seconds. Raises RuntimeError for a run without an end or without a day."""
        try:
            self.process.wait(READY + seconds + PATIENCE)
        except subprocess.TimeoutExpired:
            raise RuntimeError("the day has no end") from None
        if not self.journal.exists():
            raise RuntimeError(f"Locust ended before the day began; it printed:\n{self.last_lines()}")
        return read_journal(self.journal)

    def last_lines(self) -> str:
        """The end of what Locust and the engines printed."""
        return "\n".join(self.output.read_text(errors="replace").splitlines()[-LAST_LINES:])

    def _batches(self) -> Iterator[Batch]:
        self._wait()
        rest = b""
        with self.journal.open("rb") as file:
            over = False
            while not over:
                over = self.process.poll() is not None
                *lines, rest = (rest + file.read()).split(b"\n")
                yield from (entry for entry in entries(line.decode() for line in lines) if isinstance(entry, Batch))
                time.sleep(LOOK)

    def _wait(self) -> None:
        """Until there is a journal. Raises RuntimeError where none comes."""
        deadline = time.monotonic() + READY
        while not self.journal.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Locust did not begin; it printed:\n{self.last_lines()}")
            time.sleep(LOOK)


@contextmanager
def running(
    session: Session,
    plan: Plan,
    options: Sequence[str] = (),
    *,
    engines: int = 1,
    program: str = PROGRAM,
) -> Iterator[Run]:
    """A run on a prepared session for as long as the block lasts; `options` are those of the engines' program."""
    journal = folder_of(session) / JOURNAL
    journal.unlink(missing_ok=True)
    told = {ENGINE: json.dumps([program, f"--core={GENERATOR}", *options])}
    with tempfile.TemporaryDirectory(prefix="walletproof-") as folder:
        output = Path(folder, "output")
        with output.open("wb") as sink:
            process = launched(session, plan, Path(folder), processes(engines), file=LOCUSTFILE, told=told, output=sink)
        os.sched_setaffinity(process.pid, {SERVER})
        try:
            yield Run(process, journal, output, program)
        finally:
            _end(process)


def kept_full(seconds: float) -> Plan:
    """A day on which nobody comes by herself: the engine keeps inside who shall be there."""
    return Plan(1e-6, seconds, MOST_BUYERS, "every", 1, shape="soak", process="constant")


def even(rate: float, seconds: float, buyers: int = MOST_BUYERS, seed: int = 1) -> Plan:
    """A day on which so many come each second, at even distances."""
    return Plan(rate, seconds, buyers, "every", seed, shape="soak", process="constant")


def _end(process: subprocess.Popen[bytes]) -> None:
    """The first interrupt closes the door, the second sends everybody home."""
    for _ in range(2):
        if process.poll() is None:
            process.terminate()
            time.sleep(10 * LOOK)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
