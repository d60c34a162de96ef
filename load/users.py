"""What buyers and wallets do in a load run; who they are is said in the locustfile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import gevent
from locust import FastHttpUser

from fixtures.delivery import Letter, Plan, deliver
from fixtures.model import Answer, Inconclusive, NotApplicable, Order, Payment, View
from fixtures.sandbox.client import SandboxError
from fixtures.target import LimitReached, TargetUnwell
from fixtures.target.settling import finished
from fixtures.wallets.interface import Refused, Wording
from load.arrivals import Arrival
from load.floor import Errand, Floor
from load.journal import Sample
from load.topics import ACCEPT, LETTER, PAY, PLACE, PURCHASE, READ
from load.wire import Cashier, Control

IDLE = 0.01  # seconds between two looks for a letter that is due
NOBODY_COMES = 0.5  # seconds between two looks when all buyers have come
FIRST_REPEAT = 0.5  # seconds after which a wallet first repeats; its own schedule is compressed to that
FIRST_LOOK, LONGER, LONGEST = 0.05, 1.5, 1.0  # seconds between two looks at an order: the first, the growth, the most

UNSERVED = (Inconclusive, Refused)


class Guest(FastHttpUser):
    """Somebody on the shop floor, with connections of her own for every story she tells."""

    abstract = True
    insecure = False
    floor: Floor
    """The run; given to the class when it begins."""

    def on_start(self) -> None:
        """Sits down at the table: target and sandbox over this user's connections."""
        floor, session = self.floor, self.floor.session
        self.client.client.cookiejar = None  # a buyer is known by the target file's headers alone
        self.target = floor.target.over(self.client)
        self.control = Control(session.sandbox_url, session.sandbox_token, self.client)
        self.cashiers = {setup: self._cashier(setup) for setup in floor.wallets}

    def _cashier(self, setup: str) -> Cashier:
        floor, wallet = self.floor, self.floor.wallets[setup]
        cashier = Cashier(
            setup,
            wallet,
            floor.keys[wallet.name],
            self.target.during(f"load.purchase/{setup}"),
            self.control,
            random=Random(f"{floor.plan.seed}/{floor.session.run}/{id(self)}/{setup}"),
            deliver_from_sandbox=self.target.settings.sandbox.deliver_from == "sandbox",
            check=f"load.purchase/{setup}",
        )
        cashier.line = self.client
        return cashier

    def on_stop(self) -> None:
        """Hangs up."""
        self.hang_up()

    def hang_up(self) -> None:
        """Closes the connections: the next buyer has her own, and none may have gone stale meanwhile."""
        self.client.client.close()

    @contextmanager
    def step(self, topic: str, setup: str, order: Order | None = None) -> Iterator[None]:
        """Takes down how long something took, and what went wrong."""
        at, start = time.time(), time.perf_counter()
        try:
            yield
        except LimitReached:
            raise
        except UNSERVED as problem:
            self._sample(topic, setup, at, time.perf_counter() - start, str(problem), order)
            raise
        self._sample(topic, setup, at, time.perf_counter() - start, None, order)

    def _sample(
        self, topic: str, setup: str, at: float, seconds: float, problem: str | None, order: Order | None
    ) -> None:
        self.floor.sample(Sample(topic, setup, at, seconds, problem, order.id if order else None))


class Shopper(Guest):
    """A buyer who comes when the schedule says so, places, pays, and looks until her order is fulfilled."""

    abstract = True
    loses_every: int = 0

    def shop(self) -> None:
        """One arrival, from the instant at which she means to come."""
        floor = self.floor
        arrival = floor.take()
        if arrival is None:
            gevent.sleep(NOBODY_COMES)
            return
        gevent.sleep(max(0.0, floor.due(arrival) - time.time()))
        if not floor.enter(arrival):
            return
        try:
            self._purchase(arrival)
        except (LimitReached, NotApplicable) as end:
            floor.note(str(end))
            floor.close()
        except SandboxError as problem:
            floor.note(str(problem), ours=True)
        finally:
            self.hang_up()
            floor.leave()

    def _purchase(self, arrival: Arrival) -> None:
        setup, due = arrival.setup, self.floor.due(arrival)
        order, problem = None, None
        try:
            with self.step(PLACE, setup):
                order = self.target.during(f"{PLACE}/{setup}").place(setup)
            with self.step(PAY, setup, order):
                payment = self.cashiers[setup].pay(order)
            self._hand_over(payment, arrival)
            problem = self._wait_for_goods(order)
        except LimitReached:
            raise
        except UNSERVED as unserved:
            problem = str(unserved)
        self._sample(PURCHASE, setup, due, time.time() - due, problem, order)

    def _hand_over(self, payment: Payment, arrival: Arrival) -> None:
        """The wallet writes its letter; every so many, the acknowledgement is lost and the letter comes again."""
        cashier = self.cashiers[arrival.setup]
        waits = cashier.docs.retry_schedule
        lost = bool(self.loses_every) and arrival.number % self.loses_every == self.loses_every - 1
        wording: Wording = cashier.message_id()
        letter = Letter(lambda _: cashier.proof(payment, wording=wording), self.floor.wallets[arrival.setup].refusal)
        plan = Plan(
            schedule=self._affordable(waits),
            factor=waits[0] / FIRST_REPEAT if waits else 1.0,
            lost=frozenset({1}) if lost else frozenset(),
        )
        self.floor.post(arrival.setup, payment, deliver(letter, time.time(), plan))

    def _affordable(self, waits: tuple[float, ...]) -> tuple[float, ...]:
        """As much of the wallet's schedule as fits, compressed, into the time that a buyer waits for her goods."""
        kept, total = [], 0.0
        for wait in waits:
            total += wait * FIRST_REPEAT / waits[0]
            if total > self.target.settings.timing.reconcile:
                break
            kept.append(wait)
        return tuple(kept)

    def _wait_for_goods(self, order: Order) -> str | None:
        """None once the order is fulfilled, else why the buyer went home without."""
        deadline = time.time() + self.target.settings.timing.reconcile
        pause = FIRST_LOOK
        view: View | None = None
        while time.time() < deadline:
            try:
                with self.step(READ, order.setup, order):
                    view = self.target.during(f"{READ}/{order.setup}").read(order)
            except TargetUnwell:
                view = None
            if view is not None and finished(view):
                good = view.fulfilments or view.state == "paid"
                return None if good else f"the target says {view.raw_state or view.state} of a paid order"
            gevent.sleep(pause)
            pause = min(LONGEST, pause * LONGER)
        said = "nothing" if view is None else view.raw_state or view.state
        return (
            f"not fulfilled in {self.target.settings.timing.reconcile:g} s (timing.reconcile); the target says {said}"
        )


class Postman(Guest):
    """Carries the wallets' letters as they fall due, and again until they are acknowledged."""

    abstract = True

    def carry(self) -> None:
        """The next letter that is due, once."""
        errand = self.floor.errand()
        if errand is None:
            gevent.sleep(IDLE)
            return
        try:
            self._answered(errand, self._delivered(errand))
        except NotApplicable as end:
            self.floor.note(str(end))
        except SandboxError as problem:
            self.floor.note(str(problem), ours=True)
        finally:
            self.hang_up()
            self.floor.carried()

    def _delivered(self, errand: Errand) -> Answer | None:
        at, start = time.time(), time.perf_counter()
        answer: Answer | None = None
        try:
            delivery = self.cashiers[errand.setup].deliver(errand.send.message, errand.payment)
            answer, problem = delivery.answer, delivery.refusal
        except UNSERVED as unserved:
            problem = str(unserved)
        self._sample(ACCEPT, errand.setup, at, time.perf_counter() - start, problem, None)
        return answer

    def _answered(self, errand: Errand, answer: Answer | None) -> None:
        try:
            self.floor.again(errand, errand.round.send(answer))
        except StopIteration as end:
            receipt = end.value
            problem = None if receipt.acknowledged else receipt.attempts[-1].refusal
            self._sample(LETTER, errand.setup, errand.begun, time.time() - errand.begun, problem, None)
