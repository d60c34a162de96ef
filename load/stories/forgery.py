"""A thief among the crowd: a forged proof of an unpaid order comes in, and must be refused however busy the target is.

Afterwards the same order is paid, for a target that refuses everybody is not secure but closed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from fixtures.counterpart.postman import Delivery
from fixtures.model import Inconclusive, Message, Order, OrderState, Payment
from fixtures.target.setups import WalletSetup
from fixtures.wallets.interface import Forgery, Refused, Wallet
from fixtures.wallets.interface import Scene as Desk
from load.arrivals import Arrival
from load.stories.bursts import LEAD, NEEDS, Posting, all_taken, burst, same
from load.stories.kind import Kind
from load.stories.scene import Scene, Unserved
from load.stories.speaker import apart
from load.story import Story, Telling, Until, Work
from load.topics import BELIEVED, FORGED, FORGERY


def forgery(scene: Scene, arrival: Arrival, due: float) -> Story:
    """The forgery has no effect and is not acknowledged; the genuine proof of the same order is believed."""
    with scene.judged(FORGERY, due):
        yield from _forgery(scene, arrival.setup)


def _forgery(scene: Scene, setup: str) -> Telling[None]:
    order = yield from scene.place(setup)
    known = forgeries(scene.wallets[setup], scene.setups[setup])
    yield from _refused(scene, order, known[scene.stamp().random.randrange(len(known))])
    payment = yield from scene.pay(order)
    if scene.wallets[setup].travel == "pushed":
        plan = scene.journey(scene.wallets[setup], frozenset())
        twin = Posting(order, payment, scene.now() + LEAD, same(scene), plan)
        all_taken((yield from burst(scene, [twin])))
    else:
        yield from scene.hand_over(payment, order)
    yield from scene.goods(order, scene.now())


def _refused(scene: Scene, order: Order, way: Forgery) -> Telling[None]:
    """Tries it. Raises Unserved, with a sentence, where the target did not do right; then the order is never paid, so
    that the books show what it came to."""
    try:
        victim = yield from scene.open(order)
        message: Message = yield Work(_making(scene, order, way, victim))
    except (Inconclusive, Refused) as problem:
        raise Unserved(f"nothing to forge: {problem}") from None
    scene.tally.count(FORGED, order.setup)
    delivery: Delivery = yield from scene.deliver(message, victim, order, forged=True)
    yield Until(scene.now() + scene.settings.timing.quiet)
    view = yield from scene.read(order)
    what = f"a forged proof ({way.group}.{way.name}: {way.wrong})"
    if view.fulfilments or view.state is OrderState.PAID:
        scene.tally.count(BELIEVED, order.setup)
        raise Unserved(f"{what} was believed")
    if delivery.crashed:
        raise Unserved(f"{what} was answered with {delivery.answer.status}")
    # a hint may be acknowledged: what the target asks the wallet afterwards decides
    if delivery.acknowledged and way.group == "forgery":
        raise Unserved(f"{what} was acknowledged")


def _making(scene: Scene, order: Order, way: Forgery, victim: Payment) -> Callable[[], Message]:
    """What makes the forgery when it is called, in any thread."""
    wallet, stamp = scene.wallets[order.setup], apart(scene.stamp())
    gateway = scene.gateway_url(wallet.name)
    url = scene.door(order.setup, order)
    paid = wallet.act("settle", victim, stamp)
    other = wallet.act("settle", wallet.assume(stamp.digits(20), order.price, victim.mode, stamp, url or None), stamp)
    return partial(way.make, Desk(paid, other, scene.keys[wallet.name], stamp, url, gateway))


def forgeries(wallet: Wallet, setup: WalletSetup) -> Sequence[Forgery]:
    """Those of the wallet that exist in the setup's mode: spoilt proofs, and hints that lie."""
    return [one for one in wallet.forgeries if one.group in ("forgery", "hint") and one.exists_in(setup.mode)]


def _played(wallet: Wallet, setup: WalletSetup) -> bool:
    """On a chain a forgery is a transaction that deceives its readers, and nothing that is sent to the target."""
    return wallet.travel != "observed" and bool(forgeries(wallet, setup))


FORGING = Kind(forgery, weight=5.0, needs=NEEDS, by="wallet", plays=_played)
