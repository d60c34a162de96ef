"""Orders that end without money: closed at the wallet too, and never once they are paid."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import Order, OrderState, PaymentState
from fixtures.target.target import Target


@check(
    "close.before-payment",
    depth="smoke",
    severity="normal",
    needs="orders cancel gateway",
    costs="A buyer pays for an order that no longer exists.",
)
def test_a_cancelled_order_cannot_be_paid_at_the_wallet(target: Target, wallet: Counterpart) -> None:
    """Cancelling an unpaid order closes its payment at the wallet."""
    order = target.place(wallet.setup)
    wallet.open(order)

    done = target.cancel(order)

    assert done.accepted
    assert wallet.payment(order).state is PaymentState.CLOSED


@check("close.cancel", severity="normal", needs="orders state cancel", costs="A buyer cannot leave an order.")
def test_the_buyer_can_cancel_an_unpaid_order(target: Target, wallet: Counterpart) -> None:
    """An unpaid order that its buyer cancels becomes cancelled, and no other order of hers does."""
    order, other = target.place(wallet.setup), target.place(wallet.setup)

    done = target.cancel(order)

    assert done.accepted
    assert target.settled(order).state is OrderState.CANCELLED
    assert target.settled(other).state is OrderState.PENDING


@check(
    "close.after-payment",
    severity="critical",
    needs="orders state fulfilments cancel",
    costs="Money is kept for an order that counts as cancelled.",
)
def test_a_paid_order_is_not_cancelled(target: Target, paid: Order) -> None:
    """Cancelling a paid order is refused and changes nothing."""
    done = target.cancel(paid)

    assert not done.accepted
    view = target.settled(paid)
    assert (view.state, view.fulfilments) == (OrderState.PAID, 1)


@check(
    "close.then-card",
    severity="critical",
    needs="orders fulfilments cancel gateway",
    feature="cards",
    costs="A buyer whose payment sheet was still open pays for an order that is gone, and gets nothing.",
)
def test_a_card_for_a_cancelled_order_is_not_charged_for_nothing(target: Target, wallet: Counterpart) -> None:
    """A card that comes for an order cancelled meanwhile is not charged, or its money goes back, or the goods leave."""
    order, again = target.place(wallet.setup), target.place(wallet.setup)
    payment = wallet.pay(order)
    target.cancel(order)

    wallet.prove(payment)

    assert wallet.squared(order)
    wallet.prove(wallet.pay(again))
    assert target.settled(again, paid=True).fulfilments == 1
