"""News of refunds: made at the wallet, still on their way, or come back because nobody could take the money."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import Order, OrderState
from fixtures.target.target import Target


@check(
    "refund.external-parts",
    severity="normal",
    needs="orders state refunded fulfilments gateway",
    costs="After the second refund by hand nobody knows how much of the money is still the shop's.",
)
def test_refunds_made_at_the_wallet_add_up_in_any_order(target: Target, wallet: Counterpart, paid: Order) -> None:
    """Three refunds of one sum made at the wallet are three, though the news of the last overtakes another."""
    part = paid.price.part(5)
    first, second, third = (wallet.refund_outside(paid, part) for _ in range(3))

    wallet.prove(first, "refunded")
    wallet.prove(third, "refunded")
    wallet.prove(second, "refunded")

    view = target.settled(paid)
    assert (view.refunded, view.state, view.fulfilments) == (3 * part.amount, OrderState.PAID, 1)


@check(
    "refund.slow",
    severity="critical",
    needs="orders refunded refund gateway",
    costs="A refund that takes days is taken for a failed one, and given once more.",
)
def test_a_refund_by_a_slow_means_is_a_refund(target: Target, wallet: Counterpart) -> None:
    """A part of a payment by a means that takes days goes back as slowly, once, and is booked when news of it comes."""
    order = target.place(wallet.setup)
    wallet.prove_where_sent(wallet.pend(order), "pending")
    wallet.prove(wallet.settle(order))
    target.settled(order, paid=True)
    part = order.price.part(3)

    done = target.refund(order, part)
    wallet.prove(wallet.payment(order), "refunded")

    assert done.accepted
    assert wallet.payment(order).refunded == part.amount
    assert target.settled(order).refunded == part.amount
