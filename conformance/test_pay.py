"""The life of a payment as the buyer sees it.

An order is paid when the wallet's ledger says so and not before: not when the buyer tried, not when the money is still
on its way, not when the browser came back. And what the wallet took must never be lost on the shop's side.
"""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import OrderState, PaymentState
from fixtures.target.target import Target


@check(
    "pay.success",
    depth="smoke",
    severity="blocker",
    needs="orders state",
    modes="every",
    costs="No order can be paid with this wallet.",
)
def test_a_paid_order_becomes_paid(target: Target, wallet: Counterpart) -> None:
    """An order that the buyer pays becomes paid at the shop."""
    order = target.place(wallet.setup)

    wallet.prove(wallet.pay(order))

    assert target.settled(order, paid=True).state is OrderState.PAID


@check(
    "pay.failure",
    severity="critical",
    needs="orders state reconcile gateway",
    costs="Goods leave for a payment that was refused.",
)
def test_a_refused_payment_is_not_paid(target: Target, wallet: Counterpart) -> None:
    """An attempt that the wallet refuses leaves the order unpaid, whatever way the shop learns of it."""
    order = target.place(wallet.setup, query_after=0.1)

    wallet.prove_where_sent(wallet.decline(order), "failed")
    wallet.looked(order)

    assert target.settled(order).state is not OrderState.PAID
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).state is OrderState.PAID


@check(
    "pay.abandon",
    severity="critical",
    needs="orders state reconcile gateway",
    costs="Goods leave for a checkout nobody finished.",
)
def test_an_abandoned_checkout_stays_unpaid(target: Target, wallet: Counterpart) -> None:
    """A buyer who opens the checkout and leaves has not paid."""
    order = target.place(wallet.setup, query_after=0.1)

    wallet.open(order)
    wallet.looked(order)

    assert target.settled(order).state is OrderState.PENDING
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).state is OrderState.PAID


@check(
    "pay.pending",
    severity="critical",
    needs="orders state",
    modes="every",
    costs="Goods leave before the money came, and it may never come.",
)
def test_a_pending_payment_is_not_yet_paid(target: Target, wallet: Counterpart) -> None:
    """A payment whose money is still on its way does not pay the order; the same payment does once it has arrived."""
    order = target.place(wallet.setup)

    wallet.tell(wallet.pend(order), "pending")

    assert target.settled(order).state is OrderState.PENDING
    wallet.prove(wallet.settle(order))
    assert target.settled(order, paid=True).state is OrderState.PAID


@check(
    "pay.late-success",
    severity="critical",
    needs="orders state",
    costs="A buyer pays at the second attempt and gets nothing.",
)
def test_a_second_attempt_pays_after_a_failed_one(target: Target, wallet: Counterpart) -> None:
    """A success after a failed attempt pays the order."""
    order = target.place(wallet.setup)
    wallet.prove_where_sent(wallet.decline(order), "failed")

    wallet.prove(wallet.pay(order))

    assert target.settled(order, paid=True).state is OrderState.PAID


@check(
    "pay.second-card",
    severity="critical",
    needs="orders state fulfilments",
    feature="cards",
    costs="A buyer whose first card was declined cannot pay with her second one, or gets goods for the first.",
)
def test_a_second_card_pays_after_a_declined_one(target: Target, wallet: Counterpart) -> None:
    """A card that its bank declines pays nothing, and does not stand in the way of the next: that one pays, once."""
    order = target.place(wallet.setup)

    wallet.decline_card(order)

    assert target.settled(order).fulfilments == 0
    wallet.prove(wallet.pay(order))
    view = target.settled(order, paid=True)
    assert (view.state, view.fulfilments) == (OrderState.PAID, 1)


@check(
    "pay.twice",
    severity="critical",
    each="target",
    depth="full",
    needs="orders state fulfilments attempt acknowledgement gateway",
    source="https://docs.stripe.com/payments/payment-intents",
    costs="A buyer pays twice for one order, or loses it when one of the two sums goes back.",
)
def test_an_order_is_paid_once_however_often_she_asks(target: Target, wallet: Counterpart) -> None:
    """Of two payments opened for one order the shop keeps one and delivers for it; the other's money goes back."""
    order = target.place(wallet.setup)
    again = wallet.ask_again(order)

    wallet.take(order)
    wallet.take(again)

    assert wallet.kept(order, again) == order.price.amount
    assert target.settled(order, paid=True).fulfilments == 1
    assert target.settled(order).state is OrderState.PAID


@check(
    "pay.expiry",
    severity="normal",
    needs="orders state expiry gateway",
    costs="Stock stays bound, or a dead order is paid.",
)
def test_an_order_whose_time_is_over_ends(target: Target, wallet: Counterpart) -> None:
    """An order that nobody paid in time ends unpaid, and its payment is closed at the wallet."""
    order = target.place(wallet.setup, expires_in=0.5)
    wallet.open(order)

    payment = wallet.eventually(order, lambda found: found.state is PaymentState.CLOSED)

    assert target.settled(order, paid=True).state in {OrderState.CANCELLED, OrderState.FAILED}
    assert payment.state is PaymentState.CLOSED


@check(
    "pay.after-close",
    severity="critical",
    needs="orders state refund cancel gateway",
    costs="Money is taken and nothing is delivered.",
)
def test_a_payment_that_meets_a_cancellation_is_not_lost(target: Target, wallet: Counterpart) -> None:
    """A payment that crosses the shop's own cancellation ends in delivery or in a full refund, never in silence."""
    order = target.place(wallet.setup)
    payment = wallet.pay(order)

    target.cancel(order)
    wallet.prove(payment)

    assert wallet.made_good(order)


@check(
    "pay.late-money",
    severity="critical",
    needs="orders state refund cancel gateway",
    costs="Money is taken and nothing is delivered.",
)
def test_money_for_a_cancelled_order_is_not_lost(target: Target, wallet: Counterpart) -> None:
    """Money that arrives for an order cancelled before is delivered for or given back in full."""
    order = target.place(wallet.setup)
    wallet.open(order)
    target.cancel(order)

    wallet.prove(wallet.settle_late(order))

    assert wallet.made_good(order)


@check(
    "pay.return-alone",
    severity="critical",
    needs="orders fulfilments return",
    costs="Anybody who calls the return address gets the goods.",
)
def test_the_return_address_alone_pays_nothing(target: Target, wallet: Counterpart) -> None:
    """A browser that comes back with the parameters of success proves nothing; only the wallet does."""
    order = target.place(wallet.setup)
    wallet.open(order)

    wallet.come_back_unpaid(order)

    assert target.settled(order).fulfilments == 0
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).fulfilments == 1
