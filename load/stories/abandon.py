"""A buyer who opens the payment page and leaves. Nobody may be given goods for that, now or later."""

from __future__ import annotations

from load.arrivals import Arrival
from load.stories.kind import Kind
from load.stories.scene import Scene
from load.story import Story, Until
from load.topics import ABANDON, ABANDONED

LATER = 2.0  # seconds after which the order is looked at; the audit looks again in the end


def abandon(scene: Scene, arrival: Arrival, due: float) -> Story:
    """From her intended coming until she leaves; after that her order stays untouched."""
    with scene.judged(ABANDON, due) as ending:
        order = yield from scene.place(arrival.setup)
        yield from scene.open(order)
        scene.tally.count(ABANDONED, arrival.setup)
        ending.over()
        yield Until(scene.now() + LATER)
        yield from scene.untouched(order)


ABANDONING = Kind(abandon, weight=10.0, pays=False)
