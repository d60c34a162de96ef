"""How surely races are seen: each race mutant's claimed checks, told again and again.

`python -m tests.races` tells each claimed topic on one wallet of each mutant a hundred times and prints how often it
was caught; `--wallet` chooses the wallet, `--runs` the number, `--mutant` the mutant. Each has a window of 1 ms.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence

from fixtures.model import Outcome
from fixtures.mutants import discover
from fixtures.mutants.mutant import Mutant
from reports.kill_matrix import Cell
from tests.cells import claimed_cells, tasks_of
from tests.playing import Stage, run, stage

RUNS = 100
AT_LEAST = 0.99
CHEAP = ("stripe", "alipay", "wechatpay", "googlepay")
"""Wallets whose stories are told quickest, the quickest first."""


def race_mutants() -> dict[str, type[Mutant]]:
    """The mutants with a window in which somebody else looks."""
    return {name: mutant for name, mutant in discover().items() if ".races" in mutant.__module__}


def chosen(cells: Iterable[Cell], wallet: str | None = None) -> list[Cell]:
    """One cell for each topic: at that wallet, else at the cheapest."""
    by_topic: dict[str, Cell] = {}
    for cell in sorted(cells, key=lambda cell: _price(cell.wallet)):
        if wallet in (None, cell.wallet):
            by_topic.setdefault(cell.topic, cell)
    return list(by_topic.values())


def rate(caught: int, runs: int) -> str:
    """How surely, as a line of the table tells it."""
    return f"{caught:3}/{runs} {caught / runs:7.1%}" if runs else "  not run"


def measure(warm: Stage, mutant: type[Mutant], runs: int, wallet: str | None) -> bool:
    """Tells the mutant's claimed checks and prints a line for each; False if one is not sure enough."""
    bench = warm.bench(mutant.__name__)
    tasks = tasks_of(bench)
    sure = True
    for cell in chosen(claimed_cells(mutant, tasks), wallet):
        began = time.monotonic()
        told = [run(bench, tasks[cell]) for _ in range(runs)]
        missed = [f"    {outcome} {message[:140]}" for outcome, message in told if outcome is not Outcome.FAILED]
        caught, seconds = runs - len(missed), (time.monotonic() - began) / max(runs, 1)
        place = f"{mutant.__name__:28} {cell.topic:20} {cell.wallet:10}"
        print(f"{place} {rate(caught, runs)} {seconds:6.2f} s", *missed, sep="\n", flush=True)
        sure &= caught >= AT_LEAST * runs
    return sure


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; 1 if a race was caught less often than 99 times in 100."""
    parser = argparse.ArgumentParser(prog="python -m tests.races", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help=f"how often each check is told (default {RUNS})")
    parser.add_argument("--mutant", action="append", default=[], help="only this mutant (repeatable)")
    parser.add_argument("--wallet", help="on this wallet instead of the cheapest")
    parser.add_argument("--examples", type=int, default=40, help="depth, as pytest's --examples (default 40, full)")
    options = parser.parse_args(arguments)
    with stage(examples=options.examples) as warm:
        wanted = [mutant for name, mutant in race_mutants().items() if not options.mutant or name in options.mutant]
        sure = [measure(warm, mutant, options.runs, options.wallet) for mutant in wanted]
    return int(not all(sure))


def _price(wallet: str) -> int:
    return CHEAP.index(wallet) if wallet in CHEAP else len(CHEAP)


if __name__ == "__main__":
    sys.exit(main())
