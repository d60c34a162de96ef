"""Two engines with half of the load each beside one with all of it: exchanges a second of their processors."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from fixtures.session import Session
from load.benchmarks.alone import engine, rate
from load.benchmarks.day import session
from load.benchmarks.exchanges import GENERATOR, ORDER, SERVER
from load.benchmarks.nginx import NotInstalled, serving

STORIES = 5000.0  # a second, of all engines together
AIM = 0.9


def measured(told: Session, engines: int, seconds: float, stories: float) -> float:
    """Exchanges a second of the engines' processors, while all of them are at it."""
    with ExitStack() as stack:
        heard = [
            stack.enter_context(engine(told, GENERATOR, seconds, rate=stories, index=index, of=engines))
            for index in range(engines)
        ]
        moments = [[moment for moment in one if moment.exchanges] for one in heard]
    # the batch in which the first came and the one in which the last left are no whole seconds
    return sum(rate(one[:-1]) for one in moments) / engines


def compare(seconds: float, runs: int, stories: float) -> bool:
    """Prints every run, the medians and the ratio; whether the aim is reached."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory(prefix="walletproof-") as folder, serving(ORDER, SERVER) as server:
        told = session(Path(folder), server.url)
        for run in range(1, runs + 1):
            for engines, found in rates.items():
                found.append(measured(told, engines, seconds, stories))
                print(f"run {run}: {engines} x {stories / engines:g} stories/s: {found[-1]:,.0f} a second of a core")
    one, two = median(rates[1]), median(rates[2])
    print(f"median: one {one:,.0f}, two {two:,.0f} exchanges a second of a core")
    print(f"two / one: {two / one:.2f} (aim {AIM})")
    return two / one >= AIM


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m load.benchmarks.workers", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=STORIES, help="stories a second, of all engines together")
    options = parser.parse_args()
    try:
        sys.exit(0 if compare(options.seconds, options.runs, options.rate) else 1)
    except NotInstalled as lack:
        sys.exit(str(lack))


if __name__ == "__main__":
    main()
