"""A duplicate: the wallet sends a notification again after a while, although it was acknowledged."""

from __future__ import annotations

from dataclasses import replace

from fixtures.delivery import Receipt
from fixtures.model import Order
from load.arrivals import Arrival
from load.stories.beside import Beside
from load.stories.bursts import LEAD, NEEDS, Posting, all_taken, burst, pushed, same, served_once
from load.stories.kind import Kind
from load.stories.scene import Scene, Unserved
from load.stories.speaker import alike
from load.story import Begin, Story, Telling
from load.topics import REPEAT

COPIES = 3


def repeat(scene: Scene, arrival: Arrival, due: float) -> Story:
    """Every copy is acknowledged, and the goods leave once."""
    with scene.judged(REPEAT, due) as ending:
        order = yield from _repeat(scene, arrival.setup)
        ending.over()
        yield from served_once(scene, order)


def _repeat(scene: Scene, setup: str) -> Telling[Order]:
    order = yield from scene.place(setup)
    payment = yield from scene.pay(order)
    begins, plan = scene.now() + LEAD, scene.journey(scene.wallets[setup], frozenset())
    letters: Beside[tuple[Receipt, ...]] = Beside(scene)
    posting = Posting(order, payment, begins, same(scene), replace(plan, copies=COPIES))
    yield Begin(letters.story(burst(scene, [posting])))
    yield from scene.goods(order, begins)
    (receipts,) = yield from letters.results()
    all_taken(receipts)
    if refusal := receipts[0].attempts[-1].refusal:
        raise Unserved(f"a notification was refused when it came again, though it had been taken: {alike(refusal)}")
    return order


REPEATING = Kind(repeat, weight=3.0, needs=NEEDS, by="wallet", plays=pushed)
