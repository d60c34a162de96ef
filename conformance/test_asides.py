"""What a wallet says beside that an order is paid: much of it is genuine, about the payment, and no reason to act."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import OrderState
from fixtures.target.target import Target


@check(
    "notify.asides",
    severity="critical",
    needs="orders state refunded fulfilments",
    feature="asides",
    modes="every",
    costs="The goods leave once for each message, or a paid order is written off for a dispute that the shop has won.",
)
def test_what_else_is_said_of_a_payment_changes_nothing(target: Target, wallet: Counterpart) -> None:
    """Of all that a wallet says of one payment the shop delivers once, and books nothing as given back."""
    order = target.place(wallet.setup)
    payment = wallet.pay(order)
    wallet.prove(payment)
    target.settled(order, paid=True)

    said = wallet.chatter(payment)

    assert [delivery.answer.status for delivery in said if delivery.crashed] == []
    view = target.settled(order)
    assert (view.state, view.refunded, view.fulfilments) == (OrderState.PAID, 0, 1)
