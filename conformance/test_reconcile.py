"""Notifications get lost; the shop asks the wallet, and in the end both books agree."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.ledger import Record, differences
from fixtures.model import OrderState
from fixtures.target.target import Target


@check(
    "reconcile.lost-notification",
    depth="smoke",
    severity="critical",
    needs="orders fulfilments reconcile gateway",
    costs="Money is taken and nothing is delivered.",
)
def test_a_payment_whose_notification_got_lost_is_found(target: Target, wallet: Counterpart) -> None:
    """A payment whose notification never comes is found by asking the wallet, and fulfils once."""
    order = target.place(wallet.setup, query_after=0.2)

    wallet.pay(order, returns=False)

    assert target.found(order).fulfilments == 1


@check(
    "reconcile.beside",
    severity="critical",
    needs="orders fulfilments reconcile gateway",
    costs="One order that cannot be looked up, and no other payment is found any more.",
)
def test_an_order_that_cannot_be_looked_up_holds_up_no_other(target: Target, wallet: Counterpart) -> None:
    """While every look for one order fails, the payment of a later one is found all the same, and then its own."""
    stuck = target.place(wallet.setup, query_after=0.1)
    wallet.open(stuck)

    with wallet.query_fault(stuck, "unavailable") as fault:
        wallet.wait_for_hit(fault)
        order = target.place(wallet.setup, query_after=0.1)
        wallet.pay(order, returns=False)
        assert target.found(order).fulfilments == 1

    wallet.pay(stuck, returns=False)
    assert target.found(stuck).fulfilments == 1


@check(
    "reconcile.query-paid",
    severity="critical",
    needs="orders state fulfilments acknowledgement reconcile gateway",
    costs="The goods leave twice for one payment.",
)
def test_a_late_notification_of_a_payment_already_found_changes_nothing(target: Target, wallet: Counterpart) -> None:
    """A payment found by asking the wallet is not counted again when its notification comes after all."""
    order = target.place(wallet.setup, query_after=0.2)
    wallet.pay(order, returns=False)
    target.found(order)

    delivery = wallet.prove(wallet.payment(order))

    assert delivery.refusal is None
    view = target.settled(order)
    assert (view.state, view.fulfilments) == (OrderState.PAID, 1)


@check(
    "reconcile.books",
    severity="blocker",
    needs="orders gateway",
    last=True,
    costs="Money or goods are missing and nobody knows.",
)
def test_the_books_of_shop_and_wallet_agree(wallet: Counterpart, records: list[Record]) -> None:
    """At the end the shop's books say of every order of this run what the wallet's ledger says."""
    assert len(records) > 0
    assert differences(records, wallet.ledger()) == []
