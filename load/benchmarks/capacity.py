"""Does the capacity search find a limit that is known? Locust and its engine, servers of `load.benchmarks.servers`.

Each server is flat up to its limit and has a queue above it. The aim: within 5 %, in at most 3 minutes, every time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from load.benchmarks.run import running
from load.benchmarks.shops import shop
from load.capacity import Capacity
from load.plan import MOST_RATE, Plan

LIMITS = (50.0, 200.0, 800.0)  # stories a second
WITHIN = 0.05
LONGEST = 180.0  # seconds
BUYERS = 10_000


@dataclass(frozen=True, slots=True)
class Run:
    """One search."""

    limit: float
    capacity: Capacity

    @property
    def ratio(self) -> float:
        """What was found over what is true; 0 where nothing was found."""
        return (self.capacity.estimate or 0.0) / self.limit

    @property
    def seconds(self) -> float:
        """When the last probe was over, from the beginning of the day."""
        return max((tried.measured.at for tried in self.capacity.probes), default=0.0)

    @property
    def reached(self) -> bool:
        """Whether the aim was."""
        return abs(self.ratio - 1) <= WITHIN and self.seconds <= LONGEST

    def __str__(self) -> str:
        found = self.capacity
        bracket = " to ".join("?" if rate is None else f"{rate:.1f}" for rate in (found.low, found.high))
        return (
            f"limit {self.limit:6g}/s: found {found.estimate or 0.0:8.1f} ({bracket}), ratio {self.ratio:.3f}, "
            f"{self.seconds:5.0f} s, {len(found.probes)} probes {found.reason}"
        )


def search(limit: float, seconds: float, seed: int) -> Run:
    """One search against a server of its own."""
    plan = Plan(MOST_RATE, seconds, BUYERS, "every", seed, "capacity", "constant")
    with shop("flat", "--limit", str(limit)) as session, running(session, plan) as run:
        capacity = run.record(seconds).capacity
    if capacity is None:
        raise RuntimeError("the search was not over")
    return Run(limit, capacity)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark; 0 where every run reached the aim."""
    parser = argparse.ArgumentParser(prog="python -m load.benchmarks.capacity", description=__doc__)
    parser.add_argument("--seconds", type=float, default=LONGEST, metavar="S", help="longest search")
    parser.add_argument("--runs", type=int, default=3, metavar="N")
    parser.add_argument("--limits", type=float, nargs="+", default=LIMITS, metavar="N", help="stories a second")
    options = parser.parse_args(arguments)
    reached = True
    for limit in options.limits:
        runs = []
        for number in range(options.runs):
            runs.append(search(limit, options.seconds, number))
            print(runs[-1], flush=True)
        middle = median(run.ratio for run in runs)
        verdict = "reached" if all(run.reached for run in runs) else "MISSED"
        print(f"limit {limit:6g}/s: median ratio {middle:.3f}, aim 1 ± {WITHIN:g} in {LONGEST:g} s: {verdict}")
        reached = reached and verdict == "reached"
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
