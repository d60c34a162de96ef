"""Is a latency believable? A server stands still for 1 s in every 10, and writes down when it showed each order.

The truth is that time minus the instant at which the buyer meant to come, which the schedule knows. The aim: p99 and
p99.9 as the engine reports them lie within 5 % of the truth. Beside it plain Locust, whose users wait for their answers
before they come again: it never asks while the server stands still, and so hardly notices.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import median

from fixtures.processes import ROOT, child
from load.benchmarks.run import GENERATOR, SERVER, even, running
from load.benchmarks.shops import shop
from load.days import stages
from load.mix import mix
from load.topics import BROWSE

PERCENTS = (50.0, 99.0, 99.9)
JUDGED = (99.0, 99.9)
WITHIN = 0.05
RATE, SECONDS, BUYERS = 200.0, 60.0, 10_000
USERS = 10  # of plain Locust
LOCUSTFILE = ROOT / "load" / "benchmarks" / "closed.py"


@dataclass(frozen=True, slots=True)
class Run:
    """One day. Percentiles in seconds: the truth, what the engine reports, and what plain Locust reports."""

    truth: tuple[float, ...]
    reported: tuple[float, ...]
    closed: tuple[float, ...]

    def ratio(self, percent: float) -> float:
        """What is reported over what is true."""
        index = PERCENTS.index(percent)
        return self.reported[index] / self.truth[index]

    def __str__(self) -> str:
        rows = zip(PERCENTS, self.truth, self.reported, self.closed, strict=True)
        return "; ".join(
            f"p{percent:g}: truth {truth * 1000:.1f} ms, engine {ours * 1000:.1f} ms (ratio {ours / truth:.3f}), "
            f"plain Locust {theirs * 1000:.1f} ms (ratio {theirs / truth:.3f})"
            for percent, truth, ours, theirs in rows
        )


def measure(rate: float, seconds: float, seed: int) -> Run:
    """One day on the engine and one on plain Locust, each on a server of its own."""
    plan = even(rate, seconds, BUYERS, seed)
    with tempfile.TemporaryDirectory(prefix="walletproof-") as folder:
        log = Path(folder, "visits")
        with shop("stalls", "--log", str(log)) as session, running(session, plan) as run:
            told = mix(plan, session.settings())
            record = run.record(seconds)
        schedule = told.schedule(plan)
        due = [record.began + one.at for stage in stages(plan) for one in schedule.of(stage)]
        truth = percentiles(_took(log, due), PERCENTS)
        reported = tuple(record.figures.percentile(BROWSE, percent) or 0.0 for percent in PERCENTS)
        return Run(truth, reported, _closed(rate, seconds, Path(folder)))


def _took(log: Path, due: Sequence[float]) -> list[float]:
    """How long each visit took. Raises RuntimeError where one is missing.

    Each order's word ends in its number in this engine, counted in hexadecimal, and buyers order as they come.
    """
    lines = [line.split() for line in log.read_text("utf-8").splitlines()]
    lines.sort(key=lambda line: (len(line[0]), line[0]))
    if len(lines) != len(due):
        raise RuntimeError(f"{len(due)} came, and {len(lines)} were served")
    return [float(shown) - meant for (_, shown), meant in zip(lines, due, strict=True)]


def percentiles(took: Iterable[float], percents: Sequence[float]) -> tuple[float, ...]:
    """Nearest-rank percentiles."""
    ordered = sorted(took)
    return tuple(ordered[max(0, ceil(round(percent * len(ordered) / 100, 6)) - 1)] for percent in percents)


def _closed(rate: float, seconds: float, folder: Path) -> tuple[float, ...]:
    """What plain Locust reports of as many visits a second, from a few users."""
    with child("load.benchmarks.servers", ["stalls", "--core", str(SERVER)]) as server:
        command = [sys.executable, "-P", "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary"]
        command += ["--host", str(server.announced["url"]), "-u", str(USERS), "-r", str(USERS)]
        command += [
            "--each",
            str(rate / USERS),
            "-t",
            f"{seconds:.0f}s",
            "--json-file",
            str(folder / "closed"),
            "--exit-code-on-error",
            "0",
        ]
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        locust = subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.sched_setaffinity(locust.pid, {GENERATOR})
        locust.wait(seconds + 60)
    (row,) = (row for row in json.loads((folder / "closed.json").read_text("utf-8")) if row["name"] == BROWSE)
    took = (float(ms) / 1000 for ms, number in row["response_times"].items() for _ in range(number))
    return percentiles(took, PERCENTS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark; 0 where the median run reached the aim."""
    parser = argparse.ArgumentParser(prog="python -m load.benchmarks.stalls", description=__doc__)
    parser.add_argument("--rate", type=float, default=RATE, metavar="N", help="visits a second")
    parser.add_argument("--seconds", type=float, default=SECONDS, metavar="S")
    parser.add_argument("--runs", type=int, default=3, metavar="N")
    options = parser.parse_args(arguments)
    runs = []
    for number in range(options.runs):
        runs.append(measure(options.rate, options.seconds, number))
        print(runs[-1], flush=True)
    reached = True
    for percent in JUDGED:
        middle = median(run.ratio(percent) for run in runs)
        kept = abs(middle - 1) <= WITHIN
        print(f"p{percent:g}: median ratio {middle:.3f}, aim 1 ± {WITHIN:g}: {'reached' if kept else 'MISSED'}")
        reached = reached and kept
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
