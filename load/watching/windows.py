"""A heartbeat without an end is told day by day: each day is a run of its own, with books that are closed and a report.

So nothing grows for ever: journal, ledger, history and figures begin anew, buyers log in again, and the limits of the
target file count for a day.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fixtures.processes import ChildFailed
from fixtures.target.problems import ConfigurationError
from load.plan import Plan

WINDOW = 86_400.0  # seconds
RETRY = 60.0  # seconds until a day that could not begin is tried again
KEPT = 30  # days whose reports are kept

_WORST = (4, 1, 3, 5, 2)
"""Exit codes, the one that outweighs all others first."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its exit code, and whether somebody ended it."""

    code: int
    interrupted: bool = False


def windows(plan: Plan) -> Iterator[Plan]:
    """The plan as runs that follow each other, each with a seed of its own; one that has an end is a single run."""
    if not plan.endless:
        yield plan
        return
    seed, left = plan.seed, plan.seconds
    while left > 0:
        yield replace(plan, seconds=min(left, WINDOW), seed=seed)
        seed, left = seed + 1, left - WINDOW


def first(plan: Plan) -> Plan:
    """What is permitted or refused before anything begins."""
    return next(windows(plan))


def play(
    plan: Plan,
    out: Path,
    run: Callable[[Plan, Path], Ended],
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.time,
) -> int:
    """Runs every window until somebody ends one, and returns the exit code that outweighs all others.

    The first must begin, so that a mistake is seen at once; a later one is tried again, because a watch does not end
    where the target is down. Raises what the first `run` raises.
    """
    codes: list[int] = []
    for window in windows(plan):
        began = clock()
        ended = _tried(window, folder(out, plan, began), run, again=bool(codes))
        while ended is None:
            sleep(RETRY)
            began = clock()
            ended = _tried(window, folder(out, plan, began), run, again=True)
        codes.append(ended.code)
        broke_down = plan.endless and clock() - began < RETRY
        if ended.interrupted or (broke_down and len(codes) == 1):
            break
        if broke_down:
            sleep(RETRY)
    return worst(codes)


def _tried(window: Plan, out: Path, run: Callable[[Plan, Path], Ended], *, again: bool) -> Ended | None:
    try:
        return run(window, out)
    except (ConfigurationError, ChildFailed) as problem:
        if not again:
            raise
        print(f"the next day cannot begin, it is tried again in {RETRY:g} s\n{problem}", file=sys.stderr, flush=True)
        return None


def folder(out: Path, plan: Plan, now: float) -> Path:
    """Where a run reports: of a heartbeat without an end, a folder for each day, the latest of which are kept."""
    if not plan.endless:
        return out
    kept = sorted(out.glob("????-??-??T??-??-??Z"))
    for old in kept[: max(0, len(kept) - KEPT + 1)]:
        shutil.rmtree(old)
    return out / time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime(now))


def worst(codes: Sequence[int]) -> int:
    """The exit code that outweighs the others; 0 only if all are."""
    return next((code for code in _WORST if code in codes), max(codes, default=0))
