"""What a buyer does at the wallet: opens what the target gave her, pays, is refused, comes back."""

from __future__ import annotations

from fixtures.counterpart.opening import opened, page
from fixtures.model import Answer, Inconclusive, Message, Order, Payment, PaymentState
from fixtures.sandbox import requests
from fixtures.sandbox.client import SandboxError
from fixtures.wallets.interface import Action, Event, Refused
from fixtures.wire import load
from load.stories.proving import ProvingSide
from load.stories.shopping import ShoppingSide
from load.stories.speaker import Unserved, alike
from load.story import Telling, Until
from load.topics import PAID, PAY

LOOK = 0.05  # seconds between two looks into the wallet's ledger
BROWSER = (("Accept", "text/html, */*;q=0.5"),)


class PayingSide(ProvingSide, ShoppingSide):
    """The buyer at the cashier. A part raises Unserved where she cannot, and SandboxError for troubles of ours."""

    def pay(self, order: Order) -> Telling[Payment]:
        """Opens the payment and pays it; where the merchant must capture, the approval is proven and captured first.

        A proof that the buyer presents is still to be delivered, and moves the money then.
        """
        begun = self.now()
        try:
            payment = yield from self._paid(order)
        except Unserved as problem:
            self.tally.failed(PAY, order.setup, self.now() - begun, str(problem), order.id)
            raise
        self.tally.took(PAY, order.setup, self.now() - begun)
        if payment.state is PaymentState.PAID:
            self.tally.count(PAID, order.setup)
        return payment

    def open(self, order: Order) -> Telling[Payment]:
        """The buyer opens what the target gave: the link, the form or the QR text, and goes no further."""
        wallet, reference = self._wallet(order.setup), self._reference(order)
        try:
            yield from self._open_page(order)
            if not (self.house.has_gateway and wallet.travel == "pushed"):
                yield from self._opened(order, reference)
        except Inconclusive as problem:
            raise Unserved(alike(str(problem))) from None
        return (yield from self._act(order, "open"))

    def decline(self, order: Order) -> Telling[Payment | None]:
        """An attempt to pay is refused at the wallet, another is possible; None at a wallet that refuses nothing."""
        yield from self.open(order)
        try:
            return (yield from self._acted(order, "decline"))
        except Refused:
            return None

    def come_back(self, payment: Payment, order: Order) -> Telling[Answer | None]:
        """Her browser returns to the shop with the wallet's parameters; None where there is no such way."""
        wallet = self._wallet(order.setup)
        url = wallet.return_visit(payment, self.house.keys[wallet.name], self.stamp())
        return None if url is None else (yield from self.visit(url, order))

    def ledger(self, order: Order) -> Telling[Payment | None]:
        """What the wallet's ledger knows about the order."""
        wallet, reference = self._wallet(order.setup), self._reference(order)
        found = load(list[Payment], (yield from self._sandbox(requests.payment(wallet.name, reference))))
        return found[0] if found else None

    def _paid(self, order: Order) -> Telling[Payment]:
        yield from self.open(order)
        payment = yield from self._act(order, "pay")
        if payment.state is PaymentState.APPROVED and self._wallet(order.setup).travel == "pushed":
            yield from self._approved(payment, order, "approved")
            return (yield from self._captured(order))
        return payment

    def _approved(self, payment: Payment, order: Order, event: Event) -> Telling[None]:
        message = yield from self.proof(payment, event)
        yield from self.deliver(message, payment, order, event=event)
        yield from self.come_back(payment, order)

    def _captured(self, order: Order) -> Telling[Payment]:
        """The payment once the target has captured it. Raises Unserved after timing.reconcile."""
        deadline = self.now() + self.settings.timing.reconcile
        while True:
            payment = yield from self.ledger(order)
            if payment is not None and payment.state is not PaymentState.APPROVED:
                return payment
            if self.now() >= deadline:
                raise Unserved("an approved payment was not captured in timing.reconcile")
            yield Until(self.now() + LOOK)

    def _open_page(self, order: Order) -> Telling[None]:
        """Her browser opens the wallet's page, which at some wallets is what opens the payment."""
        given, house = order.given.redirect, self.house
        if house.has_gateway and given is not None:
            place = page(given, self._wallet(order.setup), house.session.sandbox_url)
            if place is not None:
                yield from self._browse(Message("GET", place, BROWSER))

    def _opened(self, order: Order, reference: str) -> Telling[None]:
        """Opens the payment that no gateway call opens, unless the target was first."""
        house, wallet = self.house, self._wallet(order.setup)
        if wallet.travel == "observed" and not house.has_gateway:
            raise Unserved("its payments are seen on the chain alone, and the target's node is not the sandbox's")
        url = house.target.notify_url(order.setup, order) if wallet.travel == "pushed" else None
        mode = house.setups[order.setup].mode
        made = opened(order, reference, wallet, mode, self.stamp(), url, has_gateway=house.has_gateway)
        try:
            yield from self._sandbox(requests.assume(made))
        except Refused:
            return

    def _act(self, order: Order, action: Action) -> Telling[Payment]:
        try:
            return (yield from self._acted(order, action))
        except Refused as refused:
            raise Unserved(alike(f"the wallet refuses to {action}: {refused}")) from None

    def _acted(self, order: Order, action: Action) -> Telling[Payment]:
        """Raises Refused, and Unserved where no gateway call about the order came."""
        request = requests.act(self._wallet(order.setup).name, self._reference(order), action)
        try:
            return load(Payment, (yield from self._sandbox(request)))
        except LookupError:
            if action != "open":
                raise SandboxError(f"the sandbox has lost the payment of an order ({action})") from None
            raise Unserved("no gateway call for the order reached the sandbox") from None

    def _reference(self, order: Order) -> str:
        if order.reference is None:
            raise Unserved("the target did not tell the order's reference at the wallet (capture `reference`)")
        return order.reference
