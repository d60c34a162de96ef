"""After an outage of the wallet: the notifications of several payments were held back, and come all at once."""

from __future__ import annotations

from fixtures.model import Order, View
from load.arrivals import Arrival
from load.stories.beside import Beside
from load.stories.bursts import LEAD, NEEDS, Posting, all_taken, burst, pushed, same, served_once
from load.stories.kind import Kind
from load.stories.scene import Scene
from load.story import Begin, Story, Telling
from load.topics import OUTAGE

BUYERS = 5


def outage(scene: Scene, arrival: Arrival, due: float) -> Story:
    """Every notification is acknowledged, at the latest when it is repeated, and each buyer is served once."""
    with scene.judged(OUTAGE, due) as ending:
        orders = yield from _outage(scene, arrival.setup)
        ending.over()
        for order in orders:
            yield from served_once(scene, order)


def _outage(scene: Scene, setup: str) -> Telling[list[Order]]:
    paid = []
    for _ in range(BUYERS):
        order = yield from scene.place(setup)
        paid.append((order, (yield from scene.pay(order))))
    back, plan = scene.now() + LEAD, scene.journey(scene.wallets[setup], frozenset())
    buyers: Beside[View] = Beside(scene)
    for order, _ in paid:
        yield Begin(buyers.story(scene.goods(order, back)))
    all_taken((yield from burst(scene, [Posting(*one, back, same(scene), plan) for one in paid])))
    yield from buyers.results()
    return [order for order, _ in paid]


OUTING = Kind(outage, weight=1.0, needs=NEEDS, by="wallet", orders=BUYERS, plays=pushed)
