"""A buyer who only looks: she places an order, reads it and cancels it where that can be. No money, no proof.

She speaks to the target alone: this story needs no sandbox, and a live target can bear it.
"""

from __future__ import annotations

from load.arrivals import Arrival
from load.stories.kind import Kind
from load.stories.scene import Scene, Unserved
from load.story import Story
from load.topics import BROWSE

_WITH_A_WAY_BACK = frozenset({"orders", "cancel"})


def browse(scene: Scene, arrival: Arrival, due: float) -> Story:
    """From her intended coming until her order is seen, and cancelled."""
    with scene.judged(BROWSE, due):
        order = yield from scene.place(arrival.setup)
        yield from scene.read(order)
        if "cancel" in scene.capabilities:
            done = yield from scene.cancel(order)
            if not done.accepted:
                raise Unserved(f"her order could not be cancelled: answered with {done.answer.status}")


BROWSING = Kind(browse, weight=0.0, pays=False, production=_WITH_A_WAY_BACK)
