"""Payments that the shop must read off a chain: enough, deep enough, once, and each at an address of its own."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import Order
from fixtures.target.target import Target


@check(
    "chain.confirmations",
    depth="smoke",
    severity="critical",
    needs="orders fulfilments gateway",
    feature="chain",
    modes="every",
    costs="Goods leave for a payment that disappears with its block.",
)
def test_goods_wait_for_the_last_confirmation(target: Target, wallet: Counterpart) -> None:
    """With one confirmation less than the shop asks for nothing leaves; with the next block it does."""
    order = target.place(wallet.setup)

    wallet.stage(order, "shallow")

    assert target.settled(order).fulfilments == 0
    wallet.next_block(order)
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "chain.partial",
    severity="normal",
    needs="orders fulfilments gateway",
    feature="chain",
    costs="A buyer who paid in two parts gets nothing.",
)
def test_two_payments_that_make_up_the_price_pay(target: Target, wallet: Counterpart) -> None:
    """Two payments to the order's address that together make up the price pay it, once."""
    order = target.place(wallet.setup)

    wallet.stage(order, "partial")

    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "chain.overpaid",
    severity="normal",
    needs="orders fulfilments gateway",
    feature="chain",
    costs="A buyer who paid too much gets nothing.",
)
def test_more_than_the_price_pays_once(target: Target, wallet: Counterpart) -> None:
    """A payment above the price pays the order, once."""
    order = target.place(wallet.setup)

    wallet.stage(order, "overpaid")

    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "chain.second-payment",
    severity="critical",
    needs="orders fulfilments gateway",
    feature="chain",
    costs="The goods leave twice for one order.",
)
def test_a_second_payment_fulfils_nothing_again(target: Target, wallet: Counterpart, paid: Order) -> None:
    """The whole sum paid once more to the address of a paid order lets nothing leave again."""
    wallet.stage(paid, "second-payment")
    wallet.looked(target.place(wallet.setup))

    assert target.settled(paid, paid=True).fulfilments == 1


@check(
    "chain.fresh-address",
    severity="critical",
    needs="orders gateway",
    feature="chain",
    modes="every",
    costs="One payment is taken for two orders, or for none.",
)
def test_each_order_has_an_address_of_its_own(target: Target, wallet: Counterpart) -> None:
    """No two orders are to be paid to one address."""
    first, second = target.place(wallet.setup), target.place(wallet.setup)

    assert wallet.address(first) != wallet.address(second)
