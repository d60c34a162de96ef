"""A buyer who orders, pays, and looks until she has what she paid for, while the wallet tells the shop."""

from __future__ import annotations

from fixtures.model import Order
from load.arrivals import Arrival
from load.stories.kind import Kind
from load.stories.proving import FIRST_REPEAT
from load.stories.scene import Scene
from load.story import Story, Telling, Until
from load.topics import PURCHASE

FIRST_LOST = frozenset({1})
LOSES = 0.2  # the share of letters whose first acknowledgement is lost on its way back


def purchase(scene: Scene, arrival: Arrival, due: float) -> Story:
    """From her intended coming until she sees the goods; those of a repeated letter must not come twice."""
    with scene.judged(PURCHASE, due) as ending:
        order = yield from scene.place(arrival.setup)
        repeated = yield from pay_for(scene, order)
        ending.over()
        if repeated:
            yield Until(scene.now() + 2 * FIRST_REPEAT)
            yield from scene.goods(order, scene.now())


def pay_for(scene: Scene, order: Order) -> Telling[bool]:
    """Pays and waits for the goods; whether the letter is repeated, because the seed lets its acknowledgement be lost.

    Raises Unserved.
    """
    payment = yield from scene.pay(order)
    paid_at = scene.now()
    lost = scene.stamp().random.random() < LOSES
    yield from scene.hand_over(payment, order, FIRST_LOST if lost else frozenset())
    yield from scene.goods(order, paid_at)
    return lost and scene.wallets[order.setup].travel == "pushed"


PURCHASING = Kind(purchase, weight=70.0)
