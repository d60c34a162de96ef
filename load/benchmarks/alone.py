"""One engine by itself, with real stories, tally and batches: `python -m load.benchmarks.alone SESSION`.

It keeps `--buyers` inside, or lets its share of `--rate` stories a second in, and says what came of it: a line of JSON
for each batch.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import uvloop
from hdrh.histogram import HdrHistogram

from fixtures.processes import ROOT, stop
from fixtures.session import Session
from load.arrivals import Arrival
from load.engine.engine import Engine
from load.messages import Assignment, Batch, Close, Command, Stage, line
from load.plan import Plan
from load.stories.kind import Kind
from load.stories.scene import Scene
from load.story import Story
from load.topics import BROWSE, LEFT, STEPS

MOST_BUYERS = 20_000
HEAD_START = 1.0  # seconds until the first arrival is due
LOOKS = 4
PATIENCE = 120.0  # seconds beyond those that were asked for


@dataclass(frozen=True, slots=True)
class Moment:
    """What one engine had done up to a batch. `at` is Unix seconds, `memory` bytes, `processor` seconds."""

    at: float
    stories: int
    exchanges: int
    failures: int
    inside: int
    memory: int
    processor: float


def look(scene: Scene, arrival: Arrival, due: float) -> Story:
    """A buyer orders, and looks at her order again and again until she would be served."""
    with scene.judged(BROWSE, due):
        order = yield from scene.place(arrival.setup)
        for _ in range(LOOKS):
            yield from scene.read(order)


class Counter:
    """Counts what batches tell, and says it."""

    def __init__(self, most: int | None) -> None:
        self._stories = self._exchanges = self._failures = 0
        self._most = most
        self.enough = asyncio.Event()

    def hear(self, batch: Batch) -> None:
        """The engine's: a batch, written as it would be to Locust."""
        with Path(os.devnull).open("wb") as nobody:
            nobody.write(line(batch))
        for name, encoded in batch.histograms.items():
            if name.partition("/")[0] in STEPS:
                histogram = HdrHistogram.decode(encoded)
                self._exchanges += histogram.get_total_count()
                del histogram.encoder  # or it stays in this engine's memory until the garbage collector comes
        self._stories += sum(number for name, number in batch.counts.items() if name.partition("/")[0] == LEFT)
        self._failures += sum(sum(problems.values()) for problems in batch.failures.values())
        figures = (self._stories, self._exchanges, self._failures, batch.inside, batch.memory, batch.processor)
        print(json.dumps(asdict(Moment(batch.at, *figures))), flush=True)
        if self._most is not None and self._stories >= self._most:
            self.enough.set()


class Commands:
    """An even day of so many seconds, or a shorter one that ends with enough stories."""

    over = False

    def __init__(self, seconds: float, rate: float, enough: asyncio.Event) -> None:
        self._seconds, self._enough = seconds, enough
        self._stages = [Stage(0, 0.0, seconds, rate, rate)] if rate else []

    async def next(self) -> Assignment | Command:
        """The day, and its end."""
        if self._stages:
            return self._stages.pop()
        if not self.over:
            self.over = True
            await asyncio.wait([asyncio.ensure_future(self._enough.wait())], timeout=self._seconds + HEAD_START)
        return Close("", at_once=True)


@contextmanager
def engine(session: Session, core: int, seconds: float, **options: float) -> Iterator[Iterator[Moment]]:
    """An engine on a core; what it says, batch by batch, until it ends."""
    told = [f"--{name}={value}" for name, value in options.items()]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-P", "-m", "load.benchmarks.alone", f"--seconds={seconds}", f"--core={core}", *told]
    process = subprocess.Popen(
        [*command, json.dumps(session.told())], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
    )
    assert process.stdout is not None
    try:
        yield (Moment(**json.loads(text)) for text in process.stdout)
    finally:
        stop(process)


def rate(moments: list[Moment]) -> float:
    """Exchanges a second of the engine's processor between the first of these moments and the last."""
    first, last = moments[0], moments[-1]
    return (last.exchanges - first.exchanges) / (last.processor - first.processor)


async def tell(options: argparse.Namespace) -> None:
    """Runs the engine in this process."""
    session: dict[str, Any] = json.loads(options.session)
    keys = json.loads(Path(session["keys"]).read_text(encoding="utf-8"))
    plan = Plan(options.rate or 1.0, options.seconds, MOST_BUYERS, "every", 1, shape="peak", process="constant")
    began = time.time() + HEAD_START
    counter = Counter(options.stories or None)
    engine = Engine(
        Assignment(session, keys, plan, began, options.index, options.of),
        counter.hear,
        {BROWSE: Kind(look, weight=1.0, pays=False)},
    )
    if options.buyers:
        engine.saturate(options.buyers)
    await asyncio.wait_for(
        engine.run(Commands(options.seconds, options.rate, counter.enough)), options.seconds + PATIENCE
    )


def main() -> None:
    """The engine's own process."""
    parser = argparse.ArgumentParser(prog="python -m load.benchmarks.alone", description=__doc__)
    parser.add_argument("session", metavar="SESSION")
    for name, kind in {
        "buyers": int,
        "rate": float,
        "seconds": float,
        "stories": int,
        "index": int,
        "core": int,
    }.items():
        parser.add_argument(f"--{name}", type=kind, default=0)
    parser.add_argument("--of", type=int, default=1)
    options = parser.parse_args()
    os.sched_setaffinity(0, {options.core})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(tell(options))


if __name__ == "__main__":
    main()
