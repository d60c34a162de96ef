"""The kill matrix: which check catches which mutant, cell by cell (topic × wallet).

`python -m tests.matrix` runs each mutant's claimed cells and a seeded sample of others; `--full` runs every
check in which the mutant can differ from the merchant.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from fixtures.mutants import discover
from reports.kill_matrix import write_kill_matrix
from tests.drawing import CLAIMS, FULL
from tests.playing import Row, play, stage
from tests.tracing import traced

OUT = Path("reports/out")


def main() -> int:
    """Runs the matrix and writes reports/out/kill-matrix.json."""
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--full", action="store_true", help="run every check that can differ (hours)")
    parser.add_argument("--mutant", action="append", default=[], help="only this mutant (repeatable)")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    known = {name: mutant for name, mutant in discover().items() if not mutant.under_load}
    chosen = [mutant for name, mutant in known.items() if not options.mutant or name in options.mutant]
    rows, reach = [], traced(options.out) if options.full else None
    with stage() as warm:
        for mutant in chosen:
            began = time.monotonic()
            played = play(warm, mutant, FULL if options.full else CLAIMS, reach)
            rows.append(played)
            _tell(played, time.monotonic() - began)
    write_kill_matrix([played.as_report() for played in rows], options.out / "kill-matrix.json")
    return int(any(played.escaped or played.false_alarms or played.broken for played in rows))


def _tell(played: Row, seconds: float) -> None:
    verdict = "caught" if not played.escaped else "ESCAPED"
    counts = f"{len(played.caught)}/{len(played.claims)} claimed, {seconds:5.1f} s"
    print(f"{played.mutant.__name__:32} {verdict:8} {counts}", flush=True)
    for cell in played.escaped:
        told = f"{played.outcomes[cell]} {played.messages[cell][:160]}"
        print(f"    not caught by {cell.topic} × {cell.wallet}: {told}", flush=True)
    for cell in played.broken:
        print(f"    not kept      {cell.topic} × {cell.wallet}: {played.messages[cell][:160]}", flush=True)
    for cell in played.false_alarms:
        print(f"    also failed   {cell.topic} × {cell.wallet}: {played.messages[cell][:160]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
