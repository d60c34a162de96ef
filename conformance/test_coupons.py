"""Coupons take off what they say, once where they say once, and what costs nothing is not asked of a wallet."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import OrderState
from fixtures.target.target import Target

LOGIC = "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/10-Business_Logic_Testing/"
LIMITS = f"{LOGIC}05-Test_Number_of_Times_a_Function_Can_Be_Used_Limits"


@check(
    "coupons.discount",
    severity="critical",
    each="target",
    needs="orders fulfilments coupons",
    costs="Every order with a coupon is charged wrongly.",
    source=f"{LOGIC}01-Test_Business_Logic_Data_Validation",
)
def test_a_coupon_takes_off_what_it_says(target: Target, wallet: Counterpart) -> None:
    """With each coupon the wallet is asked for the price less the discount, to the minor unit; paid, it fulfils."""
    bargains = wallet.bargains()

    assert [one.unfair for one in bargains if one.unfair] == []
    order = wallet.hardest(bargains)
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "coupons.several",
    severity="critical",
    each="target",
    needs="orders state coupons",
    costs="Who buys ten pieces gets the discount ten times, down to nothing.",
    source=f"{LOGIC}01-Test_Business_Logic_Data_Validation",
)
def test_a_coupon_counts_once_for_several_pieces(target: Target, wallet: Counterpart) -> None:
    """Of an order of several pieces a coupon takes what it takes of any order, once and not for each piece."""
    bargains = wallet.bargains(pieces=3)

    assert [one.unfair for one in bargains if one.unfair] == []
    order = wallet.hardest(bargains)
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).state is OrderState.PAID


@check(
    "coupons.nothing-left",
    severity="critical",
    each="target",
    needs="orders coupons",
    costs="A free order is stuck for ever, or the checkout crashes.",
    source=f"{LOGIC}01-Test_Business_Logic_Data_Validation",
)
def test_an_order_that_costs_nothing_ends(target: Target, wallet: Counterpart) -> None:
    """An order of which a coupon leaves nothing to pay is refused, or fulfilled without asking a wallet for nothing."""
    like = target.place(wallet.setup)

    bargain = wallet.bargain(wallet.whole_price())

    assert bargain.unfair == ""
    assert wallet.ended_well(bargain)
    assert target.shows(like)


@check(
    "coupons.once",
    severity="critical",
    each="target",
    needs="orders coupons",
    costs="A coupon meant for one order serves for ever.",
    source=LIMITS,
)
def test_a_coupon_for_one_order_serves_one(wallet: Counterpart) -> None:
    """Of several orders with one coupon for one order, however its code is spelt, only the first is discounted."""
    assert wallet.won_one_after_the_other(wallet.single_use(), times=3) == 1


@check(
    "coupons.once-cancelled",
    severity="normal",
    each="target",
    depth="full",
    needs="orders cancel coupons",
    costs="Ordering and cancelling makes new coupons.",
    source=LIMITS,
)
def test_the_coupon_of_a_cancelled_order_serves_at_most_one_more(wallet: Counterpart) -> None:
    """A coupon whose order was cancelled may be used again or not, and if again, for one order."""
    assert wallet.won_after_cancelling(wallet.single_use()) <= 1


@check(
    "coupons.together",
    severity="critical",
    each="target",
    needs="orders coupons races",
    costs="A coupon meant for one order serves all that are placed at once.",
    source="https://cwe.mitre.org/data/definitions/362.html",
)
def test_simultaneous_orders_win_by_a_coupon_once(wallet: Counterpart) -> None:
    """Of simultaneous orders with the same coupon for one order, no more than one is discounted."""
    assert wallet.won_together(wallet.single_use(), times=6) <= 1
