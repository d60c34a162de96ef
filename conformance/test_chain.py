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


@check(
    "chain.kept-address",
    severity="critical",
    needs="orders cancel gateway",
    feature="chain",
    costs="Who pays late pays a stranger's order.",
)
def test_an_address_stays_with_its_order(target: Target, wallet: Counterpart) -> None:
    """The address of a cancelled order, to which its buyer may still pay, is not given to another order."""
    left = target.place(wallet.setup)
    done = target.cancel(left)

    later = target.place(wallet.setup)

    assert done.accepted
    assert wallet.address(later) != wallet.address(left)


@check(
    "chain.account",
    severity="critical",
    needs="orders gateway",
    feature="chain",
    modes="every",
    costs="The money comes to where no wallet of the merchant's looks for it.",
)
def test_the_merchants_device_finds_the_money(target: Target, wallet: Counterpart) -> None:
    """An order's address is one at which the merchant's own device looks for payments."""
    order = target.place(wallet.setup)

    assert wallet.shown_by_device(order)


@check(
    "chain.named",
    severity="normal",
    needs="orders gateway",
    feature="chain",
    costs="Buyers pay on whichever chain their wallet is set to, and the shop never sees it.",
)
def test_the_request_names_its_chain(target: Target, wallet: Counterpart) -> None:
    """A payment request says on which chain to pay: the same address is good on all of them."""
    order = target.place(wallet.setup)

    assert wallet.named_chain(order) is not None


@check(
    "chain.batch",
    severity="critical",
    needs="orders fulfilments gateway",
    feature="chain",
    costs="A buyer whose exchange pays many at once gets nothing.",
)
def test_one_transaction_pays_two_orders(target: Target, wallet: Counterpart) -> None:
    """One transaction pays two orders, one of them in two parts: each counts in full, and once."""
    order, beside = target.place(wallet.setup), target.place(wallet.setup)

    wallet.stage(order, "batch", beside)

    assert target.settled(order, paid=True).fulfilments == 1
    assert target.settled(beside, paid=True).fulfilments == 1


@check(
    "chain.overtaken",
    severity="critical",
    needs="orders fulfilments gateway",
    feature="chain",
    costs="A buyer whose payment came with a reorganisation gets nothing.",
)
def test_a_payment_in_an_overtaking_block_counts(target: Target, wallet: Counterpart) -> None:
    """A payment counts that is first seen in a block which takes the place of one that the shop has read."""
    order = target.place(wallet.setup)

    wallet.stage(order, "overtaken")
    wallet.looked(order)
    wallet.next_block(order)

    assert target.settled(order, paid=True).fulfilments == 1
