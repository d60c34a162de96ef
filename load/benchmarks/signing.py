"""What signing costs whoever sends: notifications that are signed ahead, each for its own instant, beside the same
messages unsigned, that is with one fixed signature.

WeChat Pay's messages (a sealed body, RSA-2048) go through engine, scene, tally and batches to nginx, and Locust fills
its statistics from the batches. Counted is what nginx answers in the time of sending, with the messages ready; how long
signing them took, on how many threads, stands beside it, and so does one message that is sent again and again. A sample
of what was sent is verified.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median

from fixtures.session import Session
from load.benchmarks.nginx import NotInstalled, serving
from load.benchmarks.run import SERVER, kept_full, running
from load.benchmarks.sender import PROGRAM, SETUP, Failed, Figures
from load.benchmarks.shops import shop_at
from load.presigning import THREADS

AIM = 0.9
LONGEST = 300.0  # seconds of one run


def measured(told: Session, seconds: float, threads: int) -> Figures:
    """One run of both halves. Raises Failed where it came to nothing."""
    with tempfile.TemporaryDirectory(prefix="walletproof-") as folder:
        file = Path(folder, "figures.json")
        options = [f"--beside={SERVER}", f"--seconds={seconds}", f"--threads={threads}", f"--figures={file}"]
        with running(told, kept_full(LONGEST), options, program=PROGRAM) as run:
            run.record(LONGEST)
            if not file.exists():
                raise Failed(f"nothing was measured; Locust printed:\n{run.last_lines()}")
            figures = Figures(**json.loads(file.read_text(encoding="utf-8")))
    if figures.ratio is None:
        raise Failed(figures.said)
    return figures


def compare(seconds: float, runs: int, threads: int) -> bool:
    """Prints every run and the median of the ratios; whether the aim is reached. Raises Failed."""
    ratios = []
    with serving(core=SERVER) as server, shop_at(server.url, SETUP) as told:
        for run in range(1, runs + 1):
            figures = measured(told, seconds, threads)
            ratios.append(figures.ratio or 0.0)
            print(f"run {run}: {figures.said}: {ratios[-1]:.2f}", flush=True)
    ratio = median(ratios)
    print(f"signed : unsigned = {ratio:.2f}, aim {AIM:g}: {'reached' if ratio >= AIM else 'MISSED'}")
    return ratio >= AIM


def main() -> int:
    """The command; 1 where the aim is missed, or nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m load.benchmarks.signing", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="of sending, in each half of a run (3)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=THREADS, help="that sign (2)")
    options = parser.parse_args()
    try:
        return 0 if compare(options.seconds, options.runs, options.threads) else 1
    except (Failed, NotInstalled) as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
