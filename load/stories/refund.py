"""A buyer who has her goods and wants her money back."""

from __future__ import annotations

from fixtures.model import Order, OrderState, View
from fixtures.target.setups import WalletSetup
from fixtures.wallets.interface import Wallet
from load.arrivals import Arrival
from load.stories.kind import Kind
from load.stories.purchase import pay_for
from load.stories.scene import Scene, Unserved
from load.story import Story, Telling, Until
from load.topics import REFUND, REFUNDED

LOOK = 0.2  # seconds between two looks


def refund(scene: Scene, arrival: Arrival, due: float) -> Story:
    """From her intended coming until the shop shows that everything was given back."""
    with scene.judged(REFUND, due):
        order = yield from scene.place(arrival.setup)
        yield from pay_for(scene, order)
        done = yield from scene.refund(order)
        if not done.accepted:
            raise Unserved(f"a refund of a paid order was answered {done.answer.status}")
        yield from _given_back(scene, order)
        scene.tally.count(REFUNDED, arrival.setup)


def _given_back(scene: Scene, order: Order) -> Telling[None]:
    deadline = scene.now() + scene.settings.timing.reconcile
    while True:
        view = yield from scene.read(order)
        if _shows(view, order):
            return
        if scene.now() >= deadline:
            raise Unserved("a refund that was accepted is not shown in timing.reconcile")
        yield Until(scene.now() + LOOK)


def _shows(view: View, order: Order) -> bool:
    """Whether the order is refunded, as far as the target shows that."""
    if view.refunded is not None:
        return view.refunded >= order.price.amount
    return view.state in {OrderState.REFUNDED, None}


def gives_back(wallet: Wallet, _: WalletSetup) -> bool:
    """Whether money can be given back through the wallet's gateway."""
    return "refund" in wallet.docs.operations


REFUNDING = Kind(refund, weight=5.0, needs=frozenset({"orders", "refund"}), plays=gives_back)
