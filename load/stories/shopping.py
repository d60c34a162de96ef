"""What a buyer asks the target for: an order, a look at it, its end, the money back, the page she comes back to."""

from __future__ import annotations

from collections.abc import Sequence

from fixtures.model import Answer, Message, Money, Order, OrderState, View
from fixtures.target import contract
from fixtures.target.redirects import onward, origin
from fixtures.target.scripts import Done, Script, carry_out, marked, placed
from fixtures.target.settling import finished
from fixtures.target.steps import Step
from fixtures.target.templates import Values
from load.stories.house import BUYER
from load.stories.speaker import Speaker, Unserved
from load.story import Telling, Until
from load.topics import CANCEL, DOUBLED, FULFILLED, FULFILMENT, LOST, PLACE, PLACED, READ, REFUNDING, RETURN

FIRST_LOOK, LONGER, LONGEST = 0.05, 1.5, 1.0  # seconds between two looks at an order: the first, the growth, the most


class ShoppingSide(Speaker):
    """The buyer in the shop. Every part raises Unserved where the target does not do it."""

    _taken: dict[str, float]
    _seen: set[str]

    def place(self, setup: str) -> Telling[Order]:
        """An order for the first thing that the wallet can sell, kept at once. Raises LimitReached, NotApplicable."""
        house = self.house
        item = house.item(setup)
        if "place" in house.desk.brings:
            order, seconds = yield from self._by_adapter(PLACE, setup, lambda target: target.place(setup, item=item))
        else:
            house.desk.budget.order(item.price)
            order, seconds = yield from self._play(PLACE, setup, "placing an order", self._placing(setup))
        self.tally.took(PLACE, setup, seconds)
        self.tally.count(PLACED, setup)
        self.tally.keep(order)
        return order

    def _placing(self, setup: str) -> Script[Order]:
        house, item, words = self.house, self.house.item(setup), self.house.placing_words(setup)
        before = yield from self._figures(words)
        at = self.now()
        steps = house.setups[setup].place or self.settings.order.place
        ran = yield from carry_out(steps, words, house.as_buyer)
        if not ran.done.accepted:
            raise self._refusal("placing an order", ran)
        return placed(ran.captured, setup, item, item.price, BUYER, before, at)

    def _figures(self, words: Values) -> Script[Values]:
        steps = self.settings.order.figure
        if not steps:
            return {}
        ran = yield from carry_out(steps, words, self.house.as_buyer)
        if not ran.done.accepted:
            raise self._refusal("reading a figure", ran)
        return ran.captured

    def read(self, order: Order) -> Telling[View]:
        """The order as the target shows it."""
        if "read" in self.house.desk.brings:
            view, seconds = yield from self._by_adapter(READ, order.setup, lambda target: target.read(order), order)
        else:
            view, seconds = yield from self._play(READ, order.setup, "reading an order", self._reading(order), order)
        self.tally.took(READ, order.setup, seconds)
        return view

    def _reading(self, order: Order) -> Script[View]:
        operations, words = self.settings.order, self._words(order)
        ran = yield from carry_out(operations.read, words, self.house.as_buyer)
        if not ran.done.accepted:
            raise self._refusal("reading an order", ran)
        shown = ran.captured
        if operations.figure:
            shown = {**shown, **(yield from self._figures(words))}
        return contract.view(order.id, shown, operations, order.price, order.captured)

    def cancel(self, order: Order) -> Telling[Done]:
        """Asks the target to cancel the order; whether it agreed stands in what comes of it."""
        if "cancel" in self.house.desk.brings:
            done, seconds = yield from self._by_adapter(CANCEL, order.setup, lambda target: target.cancel(order), order)
        else:
            script = self._done(order, self.settings.order.cancel, {})
            done, seconds = yield from self._play(CANCEL, order.setup, "cancelling an order", script, order)
        return self._agreed(CANCEL, order, done, seconds)

    def refund(self, order: Order, money: Money | None = None) -> Telling[Done]:
        """Asks the target to give that much back, everything when None. Raises LimitReached too."""
        if "refund" in self.house.desk.brings:
            done, seconds = yield from self._by_adapter(
                REFUNDING, order.setup, lambda target: target.refund(order, money), order
            )
        else:
            self.house.desk.budget.refund(money or order.price)
            amount = contract.written(money, self.settings.order.amounts_in) if money else None
            unique = self.stamp().token(32)
            words = {"amount": amount, "currency": (money or order.price).currency, "unique": unique}
            script = self._done(order, self.settings.order.refund, words)
            done, seconds = yield from self._play(REFUNDING, order.setup, "refunding an order", script, order)
        return self._agreed(REFUNDING, order, done, seconds)

    def _done(self, order: Order, steps: Sequence[Step], words: Values) -> Script[Done]:
        ran = yield from carry_out(steps, {**self._words(order), **words}, self.house.as_buyer)
        return ran.done

    def _agreed(self, metric: str, order: Order, done: Done, seconds: float) -> Done:
        if done.accepted:
            self.tally.took(metric, order.setup, seconds)
        else:
            self.tally.failed(metric, order.setup, seconds, f"answered with {done.answer.status}", order.id)
        return done

    def visit(self, url: str, order: Order) -> Telling[Answer]:
        """The buyer's browser opens a page of the target; her credentials go to the base URL's origin only."""
        own = origin(url) == origin(self.settings.base_url)
        headers = (("Accept", "text/html, */*;q=0.5"), *(self.house.as_buyer.headers if own else ()))
        script = self._visiting(Message("GET", url, headers))
        answer, seconds = yield from self._play(RETURN, order.setup, "coming back to the shop", script, order)
        return self._agreed(RETURN, order, Done(answer.status < 500, answer), seconds).answer

    def _visiting(self, message: Message) -> Script[Answer]:
        answer = yield message, True
        return (yield from marked(onward(message, answer, self.settings.hosts)))

    def wait_for_goods(self, order: Order, since: float) -> Telling[View | None]:
        """Looks at a paid order until nothing more is to be expected of it; None after timing.reconcile from `since`.

        Takes down how long the goods took after the proof was taken, and counts them: fulfilled, doubled, lost.
        """
        deadline, pause = since + self.settings.timing.reconcile, FIRST_LOOK
        while self.now() < deadline:
            try:
                view = yield from self.read(order)
            except Unserved:
                view = None  # taken down; she looks again
            # an attempt that failed before this payment may be what the order still shows
            if view is not None and finished(view) and view.state is not OrderState.FAILED:
                self._came(order, view)
                return view
            yield Until(min(deadline, self.now() + pause))
            pause = min(LONGEST, pause * LONGER)
        self.tally.count(LOST, order.setup)
        return None

    def goods(self, order: Order, since: float) -> Telling[View]:
        """Waits for the goods of a paid order. Raises Unserved where they do not come, or come twice."""
        view = yield from self.wait_for_goods(order, since)
        if view is None:
            raise Unserved(f"paid, and not fulfilled in {self.settings.timing.reconcile:g} s (timing.reconcile)")
        if not delivered(view):
            raise Unserved(f"the target says {view.raw_state or view.state} of a paid order")
        if (view.fulfilments or 0) > 1:
            raise Unserved(f"fulfilled {view.fulfilments} times for one payment")
        return view

    def untouched(self, order: Order) -> Telling[View]:
        """Looks at an order for which nobody has paid. Raises Unserved where the target says otherwise."""
        view = yield from self.read(order)
        if view.fulfilments or view.state == "paid":
            problem = "fulfilled" if view.fulfilments else "said to be paid"
            raise Unserved(f"{problem} without a payment")
        return view

    def _came(self, order: Order, view: View) -> None:
        if not delivered(view):
            return
        if (view.fulfilments or 0) > 1:
            self.tally.count(DOUBLED, order.setup)
        reference = order.reference or order.id
        if reference in self._seen:
            return
        self._seen.add(reference)
        self.tally.count(FULFILLED, order.setup)
        if reference in self._taken:
            self.tally.took(FULFILMENT, order.setup, max(0.0, self.now() - self._taken[reference]))


def delivered(view: View) -> bool:
    """Whether the goods have left, as far as the target shows that."""
    return bool(view.fulfilments) if view.fulfilments is not None else view.state == "paid"
