"""A storm: the wallet sends one notification many times within a second, and does not wait for an answer in between."""

from __future__ import annotations

from fixtures.delivery import Receipt
from fixtures.model import Order
from load.arrivals import Arrival
from load.stories.beside import Beside
from load.stories.bursts import LEAD, NEEDS, Posting, all_taken, burst, pushed, same, served_once
from load.stories.kind import Kind
from load.stories.scene import Scene
from load.story import Begin, Story, Telling
from load.topics import STORM

COPIES = 20
WITHIN = 1.0
"""Seconds in which all copies are sent."""


def storm(scene: Scene, arrival: Arrival, due: float) -> Story:
    """Every copy is acknowledged in the end, and the goods leave once."""
    with scene.judged(STORM, due) as ending:
        order = yield from _storm(scene, arrival.setup)
        ending.over()
        yield from served_once(scene, order)


def _storm(scene: Scene, setup: str) -> Telling[Order]:
    order = yield from scene.place(setup)
    payment = yield from scene.pay(order)
    begins, wording, plan = scene.now() + LEAD, same(scene), scene.journey(scene.wallets[setup], frozenset())
    instants = (begins + WITHIN * number / COPIES for number in range(COPIES))
    letters: Beside[tuple[Receipt, ...]] = Beside(scene)
    yield Begin(letters.story(burst(scene, [Posting(order, payment, at, wording, plan) for at in instants])))
    yield from scene.goods(order, begins)
    (receipts,) = yield from letters.results()
    all_taken(receipts)
    return order


STORMING = Kind(storm, weight=1.0, needs=NEEDS, by="wallet", plays=pushed)
