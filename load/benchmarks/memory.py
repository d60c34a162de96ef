"""What a waiting buyer costs: thousands of them, each with a story, a connection and a request without answer yet."""

from __future__ import annotations

import argparse
import resource
import sys
from statistics import median

from fixtures.session import Session
from load.benchmarks.engine import LOOKS
from load.benchmarks.run import kept_full, running
from load.benchmarks.shops import shop

FEW = 100  # buyers, beside whom the many are weighed
SECONDS = 6.0  # less than timing.request, so that nobody gives up
SLOW = 20.0  # orders a second that the server takes
MOST = 1024**3  # bytes


def weighed(told: Session, buyers: int) -> tuple[int, int]:
    """Resident bytes of an engine with so many inside, and of its Locust process. Raises RuntimeError where they were
    never all inside."""
    with running(told, kept_full(SECONDS), [f"--buyers={buyers}", f"--looks={LOOKS}"]) as run:
        full = [moment for moment in run.moments() if moment.inside == buyers]
    if not full:
        raise RuntimeError(f"{buyers} buyers were never inside at the same time")
    return max(moment.memory for moment in full), max(moment.locust.memory for moment in full)


def compare(buyers: int, runs: int) -> bool:
    """Prints every run and the medians; whether so many stay within 1 GiB, Locust's process included."""
    totals, each = [], []
    for run in range(1, runs + 1):
        with shop("flat", "--limit", str(SLOW)) as told:
            few, _ = weighed(told, FEW)
        with shop("flat", "--limit", str(SLOW)) as told:
            many, locust = weighed(told, buyers)
        totals.append(many + locust)
        each.append((many - few) / (buyers - FEW))
        sizes = f"engine {many / 2**20:.0f} MiB, Locust {locust / 2**20:.0f} MiB"
        print(f"run {run}: {buyers} waiting buyers: {sizes}, {each[-1] / 1024:.1f} KiB each", flush=True)
    print(f"median: {median(totals) / 2**20:.0f} MiB together, {median(each) / 1024:.1f} KiB for each waiting buyer")
    print(f"memory / 1 GiB: {median(totals) / MOST:.2f} (aim at most 1)")
    return median(totals) <= MOST


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m load.benchmarks.memory", description=__doc__)
    parser.add_argument("--buyers", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # the server inherits it
    sys.exit(0 if compare(options.buyers, options.runs) else 1)


if __name__ == "__main__":
    main()
