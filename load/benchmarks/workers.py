"""Two workers with half of the load each beside one with all of it: exchanges a second of the generator's processor.

The two are Locust's own workers beside a master (`--processes 2`), each with its engine and half of the buyers; all
engines share a core, and keep it busy: an engine with little to do takes more of its processor for each exchange.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from dataclasses import dataclass
from statistics import median

from fixtures.session import Session
from load.benchmarks.engine import LOOKS
from load.benchmarks.exchanges import ORDER
from load.benchmarks.nginx import NotInstalled, serving
from load.benchmarks.run import SERVER, Moment, kept_full, running
from load.benchmarks.shops import shop_at

BUYERS = 256  # of all engines together
AIM = 0.9


@dataclass(frozen=True, slots=True)
class Rate:
    """Exchanges a second of the engines' processors, and of theirs and Locust's together."""

    engines: float
    whole: float

    def __str__(self) -> str:
        return f"{self.engines:,.0f} a second of the engines' processor, {self.whole:,.0f} with Locust's own"


def measured(told: Session, engines: int, seconds: float, buyers: int) -> Rate:
    """What they brought while all of them were at it. Raises RuntimeError where one was not."""
    heard: defaultdict[int, list[Moment]] = defaultdict(list)
    with running(
        told, kept_full(seconds), [f"--buyers={buyers // engines}", f"--looks={LOOKS}"], engines=engines
    ) as run:
        for moment in run.moments():
            if moment.exchanges:
                heard[moment.engine].append(moment)
        if len(heard) < engines or min(map(len, heard.values())) < 4:
            raise RuntimeError(f"{len(heard)} of {engines} engines were at it; Locust printed:\n{run.last_lines()}")
    # the batch in which the first came and the one in which the last left are no whole seconds
    ends = [(moments[0], moments[-2]) for moments in heard.values()]
    exchanges = sum(last.exchanges - first.exchanges for first, last in ends)
    processor = sum(last.processor - first.processor for first, last in ends)
    beside = ends[0][1].locust.processor - ends[0][0].locust.processor
    return Rate(exchanges / processor, exchanges / (processor + beside))


def compare(seconds: float, runs: int, buyers: int) -> bool:
    """Prints every run, the medians and the ratios; whether the aim is reached."""
    rates: dict[int, list[Rate]] = {1: [], 2: []}
    with serving(ORDER, SERVER) as server, shop_at(server.url) as told:
        for run in range(1, runs + 1):
            for engines, found in rates.items():
                found.append(measured(told, engines, seconds, buyers))
                print(f"run {run}: {engines} x {buyers // engines} buyers: {found[-1]}", flush=True)
    one, two = (Rate(median(r.engines for r in rates[n]), median(r.whole for r in rates[n])) for n in (1, 2))
    print(f"median: one {one}\nmedian: two {two}")
    print(f"two / one: {two.engines / one.engines:.2f} (aim {AIM}); with Locust's own {two.whole / one.whole:.2f}")
    return two.engines / one.engines >= AIM


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m load.benchmarks.workers", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--buyers", type=int, default=BUYERS, help="of all engines together")
    options = parser.parse_args()
    try:
        sys.exit(0 if compare(options.seconds, options.runs, options.buyers) else 1)
    except NotInstalled as lack:
        sys.exit(str(lack))


if __name__ == "__main__":
    main()
