"""Proofs on their way to the target: signed in a thread, carried as the wallet carries them, repeated until taken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, compress

from fixtures import delivery
from fixtures.counterpart.postman import Delivery, presented
from fixtures.model import Answer, Exchange, Message, NotApplicable, Order, Payment, PaymentState
from fixtures.sandbox import requests
from fixtures.sandbox.client import CALL_TIMEOUT
from fixtures.target import contract
from fixtures.target.scripts import Script, carry_out
from fixtures.wallets.interface import Event, Keys, Wallet, Wording
from fixtures.wire import load
from load.stories.speaker import BUYER, Speaker, Unserved, alike, apart
from load.story import Begin, Story, Telling, Until, Work
from load.topics import ACCEPT, ACKNOWLEDGED, FULFILMENT, LETTER, PAID, REFUSED

PLAIN = Wording()
FIRST_REPEAT = 0.5  # seconds after which a wallet first repeats; its own schedule is compressed to that
UNWRITTEN = Message("POST", "")  # a letter is signed when it goes out, by the story that carries it


@dataclass(frozen=True, slots=True)
class Carried:
    """A proof on the way that it took: `source` is who said it to the target, or None where the sandbox did, which has
    it in its history already; `refusal` is None where the answer acknowledges."""

    request: Message
    answer: Answer
    seconds: float
    source: str | None
    refusal: str | None


class ProvingSide(Speaker):
    """The wallet, and the buyer who presents its token."""

    _taken: dict[str, float]
    _seen: set[str]

    def proof(
        self,
        payment: Payment,
        event: Event = "paid",
        wording: Wording = PLAIN,
        *,
        order: Order | None = None,
        at: float | None = None,
        keys: Keys | None = None,
    ) -> Telling[Message]:
        """The genuine proof of an event, signed for now or for another time (Unix seconds), with other keys than the
        run's where `keys` says so."""
        signed: Message = yield Work(self.signing(payment, event, wording, order=order, at=at, keys=keys))
        return signed

    def signing(
        self,
        payment: Payment,
        event: Event = "paid",
        wording: Wording = PLAIN,
        *,
        order: Order | None = None,
        at: float | None = None,
        keys: Keys | None = None,
    ) -> partial[Message]:
        """What makes that proof when it is called, in any thread."""
        house, setup = self.house, order.setup if order else self.setup
        wallet = house.wallets[setup]
        url = self.door(setup, order)
        known = house.keys[wallet.name] if keys is None else keys
        stamp = apart(self.stamp(at))
        return partial(wallet.prove, event, payment, known, stamp, url, self.gateway_url(wallet.name), wording)

    def gateway_url(self, wallet: str) -> str:
        """Where the sandbox serves the wallet."""
        return f"{self.house.session.sandbox_url}/{wallet}"

    def notify_url(self, setup: str) -> str | None:
        """Where the target takes this setup's proofs; None where that depends on the order, or is nowhere."""
        return self.house.notify_url(setup)

    def door(self, setup: str, order: Order | None) -> str:
        """Where a proof of this wallet is sent; one that the buyer presents goes nowhere by itself."""
        wallet = self._wallet(setup)
        if wallet.travel != "pushed":
            return "" if wallet.travel == "presented" else self.gateway_url(wallet.name)
        return self.house.notify_url(setup) or self.house.target.notify_url(setup, order)

    def deliver(
        self,
        message: Message,
        payment: Payment,
        order: Order | None = None,
        *,
        event: Event = "paid",
        forged: bool = False,
    ) -> Telling[Delivery]:
        """Carries a proof of the event to the target as it travels, and judges the answer by the wallet's rule.

        A proof that the buyer presents needs its order. Of a forgery nothing is counted, for only who made it knows
        what should come of it; it is always kept. Raises Unserved where there was no answer.
        """
        setup = order.setup if order is not None else self.setup
        match self._wallet(setup).travel:
            case "pushed":
                carried = yield from self._push(message, payment, setup, order)
            case "presented":
                carried = yield from self._present(message, order)
            case _:
                return (yield from self._write(message, payment, setup, event))
        first = not forged and self._judged(payment, setup, carried, order, event)
        if carried.source is not None and (forged or first or event != "paid" or carried.refusal is not None):
            at = self.now() - carried.seconds
            sent = (carried.request, carried.answer, at, carried.seconds, carried.source, payment.reference)
            self.tally.keep(self._exchange(*sent))
        return Delivery(message, carried.answer, carried.refusal)

    def _push(self, message: Message, payment: Payment, setup: str, order: Order | None) -> Telling[Carried]:
        wallet, reference = self._wallet(setup), payment.reference
        if self.settings.sandbox.deliver_from == "sandbox":
            answer, seconds = yield from self._sent_by_sandbox(message, reference, setup, order)
            return Carried(message, answer, seconds, None, wallet.refusal(answer))
        source = f"wallet:{wallet.name}"
        answer, seconds = yield from self._play(
            ACCEPT, setup, "a notification", _once(message), order, source=source, reference=reference
        )
        return Carried(message, answer, seconds, source, wallet.refusal(answer))

    def _sent_by_sandbox(
        self, message: Message, reference: str, setup: str, order: Order | None
    ) -> Telling[tuple[Answer, float]]:
        patience = self.house.patience
        errand = requests.deliver(message, patience, reference, self._check)
        sent = load(Exchange, (yield from self._sandbox(errand, patience + CALL_TIMEOUT)))
        if sent.answer is None:
            problem = alike(f"a notification: {sent.error}")
            self.tally.failed(ACCEPT, setup, sent.seconds, problem, order.id if order else None)
            raise Unserved(problem)
        return sent.answer, sent.seconds

    def _present(self, message: Message, order: Order | None) -> Telling[Carried]:
        if order is None or (step := self.house.setups[order.setup].present) is None:
            raise NotApplicable("a proof that the buyer presents belongs to an order, and needs wallets.NAME.present")
        place, words = self.house.as_buyer, {**self._words(order), **presented(message)}
        script = carry_out((step,), words, place)
        ran, seconds = yield from self._play(ACCEPT, order.setup, "presenting a proof", script, order)
        request = contract.message(step, {**place.words, **words}, place.base_url, place.headers)
        answer = ran.done.answer
        refusal = None if ran.done.accepted else f"answered with {answer.status}"
        return Carried(request, answer, seconds, BUYER, refusal)

    def _write(self, message: Message, payment: Payment, setup: str, event: Event) -> Telling[Delivery]:
        """Puts something on the chain, where the target looks by itself; nobody there answers for it."""
        wallet = self._wallet(setup)
        path = message.url.removeprefix(self.gateway_url(wallet.name))
        body = yield from self._sandbox(requests.visit(wallet.name, replace(message, url=path)))
        self._take(payment.reference, setup, event)
        return Delivery(message, load(Answer, body), None, silent=True)

    def _judged(self, payment: Payment, setup: str, carried: Carried, order: Order | None, event: Event) -> bool:
        """Takes a delivery down; whether it is the first by which the target took the proof of this payment."""
        if carried.refusal is not None:
            refusal = alike(carried.refusal)
            self.tally.failed(ACCEPT, setup, carried.seconds, refusal, order.id if order else None)
            self.tally.count(REFUSED, setup)
            return False
        self.tally.took(ACCEPT, setup, carried.seconds)
        return self._take(payment.reference, setup, event)

    def _take(self, reference: str, setup: str, event: Event) -> bool:
        if event != "paid" or reference in self._taken:
            return False
        self._taken[reference] = self.now()
        self.tally.count(ACKNOWLEDGED, setup)
        if reference in self._seen:
            self.tally.took(FULFILMENT, setup, 0.0)
        return True

    def letter(self, payment: Payment, order: Order, lost: frozenset[int] = frozenset()) -> Story:
        """The wallet's letter about a payment, repeated by its own schedule, compressed, until it is acknowledged.

        `lost` are the attempts, counted from 1, whose acknowledgement never reaches the wallet.
        """
        wallet, begun = self._wallet(order.setup), self.now()
        said: list[str | None] = [None]
        wording = Wording(message_id=self.stamp().token(24))
        letter = delivery.Letter(lambda at: UNWRITTEN, lambda answer: said[-1])
        post = delivery.deliver(letter, begun, self.journey(wallet, lost))
        try:
            send = next(post)
            while True:
                if send.at > self.now():
                    yield Until(send.at)
                message = yield from self.proof(payment, "paid", wording, order=order)
                try:
                    delivered = yield from self.deliver(message, payment, order)
                except Unserved:
                    send = post.send(None)
                else:
                    said[:] = [delivered.refusal]
                    send = post.send(delivered.answer)
        except StopIteration as end:
            receipt: delivery.Receipt = end.value
        refusal = None if receipt.acknowledged else receipt.attempts[-1].refusal
        if refusal is None:
            self.tally.took(LETTER, order.setup, self.now() - begun)
        else:
            self.tally.failed(LETTER, order.setup, self.now() - begun, alike(refusal), order.id)

    def hand_over(self, payment: Payment, order: Order, lost: frozenset[int] = frozenset()) -> Telling[None]:
        """The proof goes its way: the wallet writes beside the story, or the buyer presents it now.

        Raises Unserved where the target refuses what she presents.
        """
        wallet = self._wallet(order.setup)
        if wallet.travel == "pushed":
            yield Begin(self.letter(payment, order, lost))
            return
        yield from self.letter(payment, order)
        if payment.reference not in self._taken:
            raise Unserved("the target refused the proof of her payment")
        if payment.state is not PaymentState.PAID:
            self.tally.count(PAID, order.setup)

    def journey(self, wallet: Wallet, lost: frozenset[int]) -> delivery.Plan:
        """As much of the wallet's schedule as fits, compressed, into the time that a buyer waits for her goods."""
        waits = wallet.docs.retry_schedule
        factor = (waits[0] if waits else 0.0) / FIRST_REPEAT or 1.0
        room = self.settings.timing.reconcile
        fits = (total <= room for total in accumulate(wait / factor for wait in waits))
        return delivery.Plan(schedule=tuple(compress(waits, fits)), factor=factor, lost=lost)


def _once(message: Message) -> Script[Answer]:
    return (yield message, True)
