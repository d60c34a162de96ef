"""A buyer whose first attempt to pay is refused; then she pays otherwise, or gives up."""

from __future__ import annotations

from fixtures.model import Order
from load.arrivals import Arrival
from load.stories.kind import Kind
from load.stories.purchase import pay_for
from load.stories.scene import Scene
from load.story import Story, Telling
from load.topics import DECLINE, DECLINED

GIVES_UP = 0.5  # the share of buyers who do not try again


def decline(scene: Scene, arrival: Arrival, due: float) -> Story:
    """From her intended coming until she has her goods at the second attempt, or goes home after the first."""
    with scene.judged(DECLINE, due):
        order = yield from scene.place(arrival.setup)
        yield from _refused(scene, order)
        yield from scene.untouched(order)
        if scene.stamp().random.random() >= GIVES_UP:
            yield from pay_for(scene, order)


def _refused(scene: Scene, order: Order) -> Telling[None]:
    """An attempt fails at the wallet, and the shop is told where this wallet tells it."""
    payment = yield from scene.decline(order)
    if payment is None:
        return
    scene.tally.count(DECLINED, order.setup)
    if "failed" in scene.wallets[order.setup].events():
        message = yield from scene.proof(payment, "failed", order=order)
        yield from scene.deliver(message, payment, order, event="failed")


DECLINING = Kind(decline, weight=5.0)
