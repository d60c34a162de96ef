"""The engine as `load.engine` is it, on a core of its own, and with `--buyers` kept full of people who only look.

Locust starts it for a benchmark, tells it the day and hears its batches, as it does with every engine.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from functools import partial

from load.arrivals import Arrival
from load.engine import __main__ as usual
from load.engine.engine import Engine
from load.messages import Assignment, Batch
from load.stories import STORIES
from load.stories.kind import Kind
from load.stories.scene import Scene
from load.story import Story
from load.topics import BROWSE

PROGRAM = "load.benchmarks.engine"
LOOKS = 4  # of a buyer, after she has placed her order


def look(looks: int, scene: Scene, arrival: Arrival, due: float) -> Story:
    """A buyer orders, and looks at her order again and again until she would be served."""
    with scene.judged(BROWSE, due):
        order = yield from scene.place(arrival.setup)
        for _ in range(looks):
            yield from scene.read(order)


def make(options: argparse.Namespace, assignment: Assignment, send: Callable[[Batch], None]) -> Engine:
    """The engine that the options ask for."""
    looking = {BROWSE: Kind(partial(look, options.looks), weight=1.0, pays=False)}
    engine = Engine(assignment, send, looking if options.looks else STORIES)
    if options.buyers:
        engine.saturate(options.buyers)
    return engine


def main() -> None:
    """The engine's own process."""
    parser = argparse.ArgumentParser(prog=f"python -m {PROGRAM}", description=__doc__)
    parser.add_argument("--core", type=int, required=True, metavar="N")
    parser.add_argument("--buyers", type=int, default=0, metavar="N", help="always inside, whatever the day says")
    parser.add_argument("--looks", type=int, default=0, metavar="N", help="of each buyer; 0 tells the usual stories")
    options = parser.parse_args()
    os.sched_setaffinity(0, {options.core})
    usual.main(partial(make, options))


if __name__ == "__main__":
    main()
