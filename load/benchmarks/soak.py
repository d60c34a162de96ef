"""Whether an engine grows: its resident memory after a quarter of many stories, and after all of them."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from load.benchmarks.alone import Moment, engine
from load.benchmarks.day import session
from load.benchmarks.exchanges import BUYERS, GENERATOR, ORDER, SERVER
from load.benchmarks.nginx import NotInstalled, serving

LONGEST = 600.0  # seconds of one run
MOST_GROWTH = 1.05


def soaked(stories: int) -> tuple[Moment, Moment]:
    """What an engine was after a quarter of the stories, and after all of them."""
    with tempfile.TemporaryDirectory(prefix="walletproof-") as folder, serving(ORDER, SERVER) as server:
        told = session(Path(folder), server.url)
        with engine(told, GENERATOR, LONGEST, buyers=BUYERS, stories=stories) as heard:
            moments = list(heard)
    if moments[-1].stories < stories:
        raise RuntimeError(f"only {moments[-1].stories} stories in {LONGEST:g} s")
    quarter = next(moment for moment in moments if moment.stories >= stories / 4)
    return quarter, next(moment for moment in moments if moment.stories >= stories)


def compare(stories: int, runs: int) -> bool:
    """Prints every run and the median growth; whether it is as good as none."""
    growths = []
    for run in range(1, runs + 1):
        quarter, all_of_them = soaked(stories)
        growths.append(all_of_them.memory / quarter.memory)
        sizes = f"{quarter.memory / 2**20:.1f} MiB, {all_of_them.memory / 2**20:.1f} MiB"
        print(f"run {run}: after {quarter.stories} and {all_of_them.stories} stories: {sizes}")
    print(f"median growth: {median(growths):.3f} (aim at most {MOST_GROWTH})")
    return median(growths) <= MOST_GROWTH


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m load.benchmarks.soak", description=__doc__)
    parser.add_argument("--stories", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    try:
        sys.exit(0 if compare(options.stories, options.runs) else 1)
    except NotInstalled as lack:
        sys.exit(str(lack))


if __name__ == "__main__":
    main()
