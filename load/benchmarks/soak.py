"""Whether an engine grows: its resident memory after a quarter of many stories, and after all of them."""

from __future__ import annotations

import argparse
import sys
from statistics import median

from load.benchmarks.engine import LOOKS
from load.benchmarks.exchanges import BUYERS, ORDER
from load.benchmarks.nginx import NotInstalled, serving
from load.benchmarks.run import SERVER, Moment, kept_full, running
from load.benchmarks.shops import shop_at

LONGEST = 600.0  # seconds of one run
MOST_GROWTH = 1.05


def soaked(stories: int) -> tuple[Moment, Moment]:
    """What a run was after a quarter of the stories, and after all of them. Raises RuntimeError if they never came."""
    quarter: Moment | None = None
    with (
        serving(ORDER, SERVER) as server,
        shop_at(server.url) as told,
        running(told, kept_full(LONGEST), [f"--buyers={BUYERS}", f"--looks={LOOKS}"]) as run,
    ):
        for moment in run.moments():
            if quarter is None and moment.stories >= stories / 4:
                quarter = moment
            if quarter is not None and moment.stories >= stories:
                return quarter, moment
    raise RuntimeError(f"there were not {stories} stories in {LONGEST:g} s")


def compare(stories: int, runs: int) -> bool:
    """Prints every run and the median growths; whether that of the engine is as good as none."""
    growths, beside = [], []
    for run in range(1, runs + 1):
        quarter, whole = soaked(stories)
        growths.append(whole.memory / quarter.memory)
        beside.append(whole.locust.memory / quarter.locust.memory)
        engine = f"engine {quarter.memory / 2**20:.1f} MiB, {whole.memory / 2**20:.1f} MiB"
        locust = f"Locust {quarter.locust.memory / 2**20:.1f} MiB, {whole.locust.memory / 2**20:.1f} MiB"
        print(f"run {run}: after {quarter.stories} and {whole.stories} stories: {engine}; {locust}", flush=True)
    print(f"median growth: {median(growths):.3f} (aim at most {MOST_GROWTH}); of Locust beside: {median(beside):.3f}")
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
