"""The buyer's bank asks her once more: until she has answered, nothing is paid."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import OrderState
from fixtures.target.target import Target


@check(
    "pay.step-up",
    severity="blocker",
    needs="orders state fulfilments gateway",
    feature="challenges",
    costs="Whoever closes the bank's window has the goods for nothing.",
)
def test_a_challenged_payment_is_not_paid_yet(target: Target, wallet: Counterpart) -> None:
    """A payment that waits for the buyer to prove herself is not paid and nothing leaves; once she has, it is."""
    order = target.place(wallet.setup)

    wallet.challenge(order)

    view = target.settled(order)
    assert (view.state, view.fulfilments) == (OrderState.PENDING, 0)
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).fulfilments == 1
