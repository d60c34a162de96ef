"""Is the notification path alive, and shut? A forgery that nobody may believe knocks; a live target can bear it.

It is about an order of ours where one can be placed and cancelled again, else about a number that was never given out.
It is signed with a key that nobody was ever given, so that neither money nor goods move at a sound target.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

from fixtures.counterpart.postman import Delivery
from fixtures.model import Message, Money, Order, OrderState, Payment, Stamp
from fixtures.target.setups import WalletSetup
from fixtures.wallets.interface import Forgery, Wallet
from fixtures.wallets.interface import Scene as Desk
from load.arrivals import Arrival
from load.stories.kind import Kind
from load.stories.scene import Scene, Unserved
from load.story import Story, Telling, Work
from load.topics import BELIEVED, FORGED, KNOCK

_PLAIN = ("wrong-key", "random-signature", "unsigned")
"""The forgeries that need nothing of anybody else's, the one that looks most genuine first."""

_WITH_A_WAY_BACK = frozenset({"orders", "cancel"})
_NEEDS = frozenset({"acknowledgement"})
_SMALLEST = 1000  # minor units of a payment that nobody made, where no order says how much


def knock(scene: Scene, arrival: Arrival, due: float) -> Story:
    """A forged notification comes in: it must be answered, refused, and without effect."""
    with scene.judged(KNOCK, due):
        if not scene.capabilities >= _WITH_A_WAY_BACK:
            yield from _knock(scene, arrival.setup, None)
            return
        order = yield from scene.place(arrival.setup)
        problem = None
        try:
            yield from _knock(scene, arrival.setup, order)
        except Unserved as unserved:
            problem = unserved
        yield from scene.cancel(order)
        if problem is not None:
            raise problem


def _knock(scene: Scene, setup: str, order: Order | None) -> Telling[None]:
    """Raises Unserved where the target does not take it as it should."""
    victim = _unpaid(scene, setup, order)
    message: Message = yield Work(_making(scene, setup, victim))
    scene.tally.count(FORGED, setup)
    delivery: Delivery = yield from scene.deliver(message, victim, order, forged=True)
    if delivery.crashed:
        raise Unserved(f"a forged notification was answered with {delivery.answer.status}")
    if order is not None and (yield from _paid(scene, order)):
        scene.tally.count(BELIEVED, setup)
        raise Unserved("a forged notification paid an order")
    # what is a hint only may be acknowledged: it is the target's question at the wallet that decides
    if delivery.acknowledged and _way(scene, setup).group == "forgery":
        raise Unserved("a forged notification was acknowledged")


def _paid(scene: Scene, order: Order) -> Telling[bool]:
    view = yield from scene.read(order)
    return view.state is OrderState.PAID or bool(view.fulfilments)


def _unpaid(scene: Scene, setup: str, order: Order | None) -> Payment:
    """The payment of the order, or of one that never was, drawn as if it had been paid."""
    wallet, stamp = scene.wallets[setup], scene.stamp()
    currency = (scene.setups[setup].currencies or wallet.docs.currencies)[0]
    price = order.price if order else Money(max(_SMALLEST, wallet.docs.smallest.get(currency, 1)), currency)
    reference = (order.reference if order else None) or stamp.digits(20)
    drawn = wallet.assume(reference, price, scene.setups[setup].mode, stamp, scene.notify_url(setup))
    return wallet.act("settle", drawn, stamp)


def _making(scene: Scene, setup: str, victim: Payment) -> Callable[[], Message]:
    """What makes the forgery when it is called, in any thread."""
    wallet, stamp = scene.wallets[setup], scene.stamp()
    own = Stamp(stamp.now, Random(stamp.random.getrandbits(64)))
    keys, url, gateway = scene.keys[wallet.name], victim.notify_url or "", scene.gateway_url(wallet.name)
    return partial(_way(scene, setup).make, Desk(victim, _unpaid(scene, setup, None), keys, own, url, gateway))


def _way(scene: Scene, setup: str) -> Forgery:
    return plainest(scene.wallets[setup], scene.setups[setup].mode)


def plainest(wallet: Wallet, mode: str) -> Forgery:
    """The plainest forgery that the wallet knows in that mode; where nothing is signed, the first hint that lies.

    Raises LookupError where it knows neither.
    """
    known = [one for one in wallet.forgeries if one.exists_in(mode)]
    plain = {one.name: one for one in known if one.group == "forgery"}
    for way in (*(plain[name] for name in _PLAIN if name in plain), *(one for one in known if one.group == "hint")):
        return way
    raise LookupError(f"{wallet.name} knows no plain forgery in mode {mode}")


def has_a_door(wallet: Wallet, setup: WalletSetup) -> bool:
    """Whether the wallet knocks at a path that needs no order."""
    path = (setup.notify or "{").replace("{setup}", "")
    return wallet.travel == "pushed" and "{" not in path


KNOCKING = Kind(knock, weight=0.0, needs=_NEEDS, by="wallet", pays=False, plays=has_a_door, production=_NEEDS)
