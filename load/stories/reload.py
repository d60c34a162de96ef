"""A buyer who pays, and reloads the page to which she came back while the wallet tells the shop."""

from __future__ import annotations

from fixtures.model import Order, Payment
from load.arrivals import Arrival
from load.stories.kind import Kind
from load.stories.scene import Scene, Unserved
from load.story import Begin, Story, Until
from load.topics import RELOAD

TIMES = 4
AFTER = 0.05  # seconds between two of them


def reload(scene: Scene, arrival: Arrival, due: float) -> Story:
    """From her intended coming until she sees the goods, once, whatever page she reloads meanwhile."""
    with scene.judged(RELOAD, due) as ending:
        order = yield from scene.place(arrival.setup)
        payment = yield from scene.pay(order)
        paid_at = scene.now()
        yield Begin(_reloads(scene, payment, order))
        yield from scene.hand_over(payment, order)
        yield from scene.goods(order, paid_at)
        ending.over()
        yield Until(paid_at + 2 * TIMES * AFTER)
        yield from scene.goods(order, scene.now())


def _reloads(scene: Scene, payment: Payment, order: Order) -> Story:
    """Where the wallet sends nobody back, she reloads the page of her order."""
    for _ in range(TIMES):
        try:
            if (yield from scene.come_back(payment, order)) is None:
                yield from scene.read(order)
        except Unserved:
            pass  # taken down as a step; what counts is whether she gets her goods, once
        yield Until(scene.now() + AFTER)


RELOADING = Kind(reload, weight=10.0)
