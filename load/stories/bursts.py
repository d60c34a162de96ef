"""Letters of a wallet that come beside each other: signed ahead, and each repeated until the target acknowledges it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from fixtures.counterpart.postman import Delivery
from fixtures.delivery import NO_ANSWER, Letter, Plan, Receipt, deliver
from fixtures.model import Message, Order, Payment
from fixtures.target.setups import WalletSetup
from fixtures.wallets.interface import Wallet, Wording
from load.presigning import HORIZON, Job, Presigner
from load.stories.beside import Beside
from load.stories.proving import UNWRITTEN
from load.stories.scene import Scene, Unserved
from load.stories.speaker import alike
from load.story import Telling, Until
from load.topics import DOUBLED, LAG, LETTER

LEAD = 0.1
"""Seconds in which the wallet writes and signs what it will send."""

NEEDS = frozenset({"orders", "acknowledgement"})
"""What a target must be able to do for whoever sends it letters."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One letter, first sent `at` (Unix seconds). Those with the same wording are one message to whoever gets them."""

    order: Order
    payment: Payment
    at: float
    wording: Wording
    plan: Plan


@dataclass(frozen=True, slots=True)
class _Written:
    posting: Posting
    message: Message


def burst(scene: Scene, postings: Sequence[Posting]) -> Telling[tuple[Receipt, ...]]:
    """Sends each at its time, and comes to what became of them when all are acknowledged or given up.

    They come in the order of their times. What is sent first is signed while the burst is prepared; how late the
    latest of them was is the generator's own lag.
    """
    letters: Beside[Receipt] = Beside(scene)
    jobs = (Job(one.at, partial(_written, one, _signing(scene, one, one.at))) for one in postings)
    late = yield from Presigner(jobs, scene.now).play(lambda written: letters.story(_letter(scene, written)))
    scene.tally.took(LAG, "-", late)
    return (yield from letters.results())


def same(scene: Scene) -> Wording:
    """A wording with a message id of its own, by which copies are known again."""
    return Wording(message_id=scene.stamp().token(24))


def _letter(scene: Scene, written: _Written) -> Telling[Receipt]:
    """The letter from its first message on; each repeat of the wallet's schedule is signed for its own instant."""
    one, message, taken = written.posting, written.message, False
    post = deliver(Letter(lambda at: UNWRITTEN, scene.wallets[one.order.setup].refusal), one.at, one.plan)
    try:
        send = next(post)
        while True:
            delivery = yield from _delivered(scene, one, message)
            if delivery is not None and delivery.acknowledged and not taken:
                taken = True
                scene.tally.took(LETTER, one.order.setup, scene.now() - one.at)
            send = post.send(None if delivery is None else delivery.answer)
            yield Until(send.at - HORIZON)
            message = yield from scene.proof(one.payment, "paid", one.wording, order=one.order, at=send.at)
            yield Until(send.at)
    except StopIteration as end:
        receipt: Receipt = end.value
    if not taken:
        problem = alike(receipt.attempts[-1].refusal or NO_ANSWER)
        scene.tally.failed(LETTER, one.order.setup, scene.now() - one.at, problem, one.order.id)
    return receipt


def _delivered(scene: Scene, one: Posting, message: Message) -> Telling[Delivery | None]:
    try:
        return (yield from scene.deliver(message, one.payment, one.order))
    except Unserved:
        return None


def _signing(scene: Scene, one: Posting, at: float) -> Callable[[], Message]:
    return scene.signing(one.payment, "paid", one.wording, order=one.order, at=at)


def _written(one: Posting, sign: Callable[[], Message]) -> _Written:
    return _Written(one, sign())


def all_taken(receipts: Sequence[Receipt]) -> None:
    """Raises Unserved, with a sentence, where a letter was given up."""
    given_up = [receipt.attempts[-1].refusal for receipt in receipts if not receipt.acknowledged]
    if given_up:
        reason = alike(given_up[0] or NO_ANSWER)
        raise Unserved(f"{len(given_up)} of {len(receipts)} notifications were never acknowledged: {reason}")


def served_once(scene: Scene, order: Order) -> Telling[None]:
    """Looks once more when the target has had timing.quiet. Raises Unserved where the goods left more than once."""
    yield Until(scene.now() + scene.settings.timing.quiet)
    view = yield from scene.read(order)
    if (view.fulfilments or 0) > 1:
        scene.tally.count(DOUBLED, order.setup)
        raise Unserved(f"fulfilled {view.fulfilments} times for one payment")


def pushed(wallet: Wallet, _: WalletSetup) -> bool:
    """Whether the wallet itself comes to the target: what a buyer presents or a chain shows is no letter."""
    return wallet.travel == "pushed"
