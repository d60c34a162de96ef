"""The right sum in the right currency, in the wallet's own units, from the shelf to the ledger."""

from __future__ import annotations

from dataclasses import replace

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.target.target import Target


@check(
    "amounts.wrong",
    depth="smoke",
    severity="critical",
    needs="orders fulfilments",
    costs="Somebody pays a cent for anything.",
)
def test_less_than_the_price_does_not_fulfil(target: Target, wallet: Counterpart) -> None:
    """A genuine payment of less than the price lets nothing leave; the full price of a like order does."""
    order = target.place(wallet.setup)
    like = target.place(wallet.setup)

    wallet.prove(wallet.settle(order, replace(order.price, amount=order.price.amount - 1)))

    assert target.settled(order).fulfilments == 0
    wallet.prove(wallet.settle(like, like.price))
    assert target.settled(like, paid=True).fulfilments == 1


@check(
    "amounts.fraction", severity="critical", needs="orders fulfilments", costs="Somebody pays a hundredth of the price."
)
def test_a_hundredth_of_the_price_does_not_fulfil(target: Target, wallet: Counterpart) -> None:
    """A payment of a hundredth of the price, the mark of mixed-up units, lets nothing leave."""
    order = target.place(wallet.setup)
    like = target.place(wallet.setup)

    wallet.prove(wallet.settle(order, order.price.part(100)))

    assert target.settled(order).fulfilments == 0
    wallet.prove(wallet.settle(like, like.price))
    assert target.settled(like, paid=True).fulfilments == 1


@check(
    "amounts.currency", severity="critical", needs="orders fulfilments", costs="100 yen pay for a thing of 100 dollars."
)
def test_another_currency_does_not_fulfil(target: Target, wallet: Counterpart) -> None:
    """The right number in another currency lets nothing leave; in the right one it does."""
    order = target.place(wallet.setup)
    like = target.place(wallet.setup)

    wallet.prove(wallet.settle(order, replace(order.price, currency=wallet.other_currency(order.price.currency))))

    assert target.settled(order).fulfilments == 0
    wallet.prove(wallet.settle(like, like.price))
    assert target.settled(like, paid=True).fulfilments == 1


@check(
    "amounts.scale",
    depth="smoke",
    severity="critical",
    needs="orders gateway",
    modes="every",
    costs="Every sale is off by a factor of a hundred.",
)
def test_the_wallet_is_asked_for_the_shelf_price(target: Target, wallet: Counterpart) -> None:
    """The sum that the gateway is asked for is the price on the shelf."""
    order = target.place(wallet.setup)

    wallet.prove(wallet.pay(order))

    assert wallet.payment(order).asked == order.price


@check(
    "amounts.shown",
    severity="normal",
    needs="orders amounts currency",
    costs="The buyer is shown another sum than is charged.",
)
def test_the_order_shows_the_shelf_price(target: Target, wallet: Counterpart) -> None:
    """The order shows the price of the shelf, in its currency."""
    order = target.place(wallet.setup)

    view = target.settled(order)

    assert (view.amount, view.currency) == (order.price.amount, order.price.currency)


@check(
    "amounts.zero-decimal",
    severity="critical",
    needs="orders state gateway",
    costs="A hundred times the price is charged, or a hundredth.",
)
def test_a_currency_without_decimals_keeps_its_scale(target: Target, wallet: Counterpart) -> None:
    """A price in a currency without decimals reaches the gateway unscaled and is believed when paid."""
    order = target.place(wallet.setup, item=wallet.shelf_item(exponent=0))

    wallet.prove(wallet.pay(order))

    assert wallet.payment(order).asked == order.price
    assert target.settled(order, paid=True).state == "paid"


@check(
    "amounts.three-decimal",
    severity="critical",
    needs="orders state gateway",
    costs="Ten times the price is charged, or a tenth.",
)
def test_a_currency_of_three_decimals_keeps_its_scale(target: Target, wallet: Counterpart) -> None:
    """A price in a currency of three decimals reaches the gateway in thousandths and is believed when paid."""
    order = target.place(wallet.setup, item=wallet.shelf_item(exponent=3))

    wallet.prove(wallet.pay(order))

    assert wallet.payment(order).asked == order.price
    assert target.settled(order, paid=True).state == "paid"


@check(
    "amounts.smallest", severity="normal", needs="orders state gateway", costs="The cheapest thing cannot be bought."
)
def test_the_smallest_price_can_be_paid(target: Target, wallet: Counterpart) -> None:
    """The cheapest thing on the shelf is asked for and paid exactly."""
    order = target.place(wallet.setup, item=target.pick(wallet.setup, smallest=True))

    wallet.prove(wallet.pay(order))

    assert wallet.payment(order).asked == order.price
    assert target.settled(order, paid=True).state == "paid"


@check(
    "amounts.largest", severity="normal", needs="orders state gateway", costs="The dearest thing is charged wrongly."
)
def test_the_largest_price_can_be_paid(target: Target, wallet: Counterpart) -> None:
    """The dearest thing on the shelf is asked for and paid exactly."""
    order = target.place(wallet.setup, item=target.pick(wallet.setup, largest=True))

    wallet.prove(wallet.pay(order))

    assert wallet.payment(order).asked == order.price
    assert target.settled(order, paid=True).state == "paid"


@check(
    "amounts.odd-cents", severity="critical", needs="orders state gateway", costs="A cent is lost on some prices only."
)
def test_a_price_that_floats_cannot_hold_is_asked_for_exactly(target: Target, wallet: Counterpart) -> None:
    """A price that floating-point arithmetic gets wrong reaches the gateway to the last minor unit."""
    order = target.place(wallet.setup, item=wallet.awkward_item())

    wallet.prove(wallet.pay(order))

    assert wallet.payment(order).asked == order.price
    assert target.settled(order, paid=True).state == "paid"


@check(
    "amounts.several",
    severity="critical",
    needs="orders state gateway",
    costs="A cent is lost on every second basket, or all pieces cost as much as one.",
)
def test_several_pieces_cost_their_sum(target: Target, wallet: Counterpart) -> None:
    """Several pieces at a price that floats cannot hold are asked for at exactly their sum, and paid so."""
    item, number = wallet.awkward_basket()
    order = target.place(wallet.setup, item=item, quantity=number)

    wallet.prove(wallet.pay(order))

    assert wallet.payment(order).asked == order.price
    view = target.settled(order, paid=True)
    assert (view.state, view.amount) in {("paid", order.price.amount), ("paid", None)}


@check(
    "amounts.every-price",
    severity="critical",
    depth="full",
    needs="orders gateway",
    costs="Some prices, or all in one currency, are charged wrongly.",
)
def test_every_price_of_the_shelf_is_asked_for_exactly(wallet: Counterpart) -> None:
    """Whatever the shelf sells by this wallet, in every currency and by the piece or seven at once, costs its price."""
    assert wallet.mispriced(number=1) == []
    assert wallet.mispriced(number=7) == []
