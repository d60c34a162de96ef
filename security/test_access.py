"""One buyer's orders are nobody else's business."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import Order, OrderState
from fixtures.target.target import Target


@check(
    "access.read",
    severity="critical",
    needs="orders two-buyers",
    costs="Strangers read names, addresses and purchases.",
)
def test_another_buyer_cannot_read_the_order(target: Target, wallet: Counterpart) -> None:
    """An order is not shown to another buyer, and is to its own."""
    order = target.place(wallet.setup)

    assert not target.shows(order, buyer="second")
    assert target.shows(order, buyer="first")


@check(
    "access.anonymous",
    severity="critical",
    needs="orders two-buyers",
    costs="Strangers read names, addresses and purchases.",
)
def test_nobody_reads_an_order_without_credentials(target: Target, wallet: Counterpart) -> None:
    """An order is not shown to somebody without credentials, and is to its buyer."""
    order = target.place(wallet.setup)

    assert not target.shows(order, buyer=None)
    assert target.shows(order, buyer="first")


@check("access.cancel", severity="critical", needs="orders state cancel two-buyers", costs="Strangers cancel orders.")
def test_another_buyer_cannot_cancel_the_order(target: Target, wallet: Counterpart) -> None:
    """An order is not cancelled by another buyer, and is by its own."""
    order = target.place(wallet.setup)

    assert not target.cancel(order, buyer="second").accepted
    assert target.settled(order).state is OrderState.PENDING
    assert target.cancel(order).accepted


@check(
    "access.refund", severity="critical", needs="orders refund two-buyers gateway", costs="Strangers send money back."
)
def test_another_buyer_cannot_refund_the_order(target: Target, wallet: Counterpart, paid: Order) -> None:
    """An order is not refunded at another buyer's request, and is at its own."""
    done = target.refund(paid, buyer="second")

    assert not done.accepted
    assert wallet.payment(paid).refunded == 0
    assert target.refund(paid).accepted
