"""The buyer's way through the shop in a real browser: what only shows where somebody clicks."""

from __future__ import annotations

from fixtures.browser.browser import Browser
from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.target.target import Target

_WCAG = "https://www.w3.org/TR/WCAG22/"
_IDEMPOTENT = "https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2"
_COOKIES = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#samesitesamesite-value"


@check(
    "browser.pay",
    severity="blocker",
    needs="orders fulfilments gateway browser",
    costs="Buyers with a full cart leave without paying.",
)
def test_a_buyer_gets_from_her_cart_to_a_paid_order(target: Target, browser: Browser) -> None:
    """A buyer gets from her cart to the wallet's page, is asked there for the shelf's price, and once, and has paid."""
    buyer = browser.traveller()
    order = buyer.order()

    assert buyer.at_wallet
    buyer.finish(order)
    browser.measure(buyer)

    assert [payment.asked for payment in buyer.payments()] == [order.price]
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "browser.return-race",
    severity="critical",
    needs="orders fulfilments gateway browser",
    costs="The goods leave twice for one payment.",
)
def test_a_return_during_the_notification_fulfils_once(target: Target, wallet: Counterpart, browser: Browser) -> None:
    """The buyer's browser is on its way back while the notification comes in: the goods leave once."""
    buyer = browser.traveller()
    order = buyer.order()
    payment = wallet.settle(order)

    with wallet.held("*", "hold-after", order) as call:
        buyer.set_out(order)
        call.wait(lambda: buyer.has_arrived)
        wallet.prove(payment)
        call.release()
    buyer.arrive()

    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "browser.back",
    severity="critical",
    needs="orders fulfilments gateway browser",
    each="target",
    source=_IDEMPOTENT,
    costs="A buyer who goes back pays twice.",
)
def test_going_back_and_paying_again_asks_for_no_second_payment(target: Target, browser: Browser) -> None:
    """Who has paid, goes back to the checkout and clicks there again is not asked for the money a second time."""
    buyer = browser.buyer()
    order = buyer.order()
    buyer.finish(order)

    buyer.press_again_after_going_back()

    assert [payment.asked for payment in buyer.payments()] == [order.price]
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "browser.double-click",
    severity="critical",
    needs="orders fulfilments gateway browser",
    each="target",
    source=_IDEMPOTENT,
    costs="An impatient buyer pays twice.",
)
def test_a_double_click_asks_for_one_payment(target: Target, browser: Browser) -> None:
    """The last click, twice in one moment and on two pages of one cart, makes one order and asks for one payment."""
    buyer = browser.buyer()
    buyer.to_checkout()

    buyer.press_twice()

    order = buyer.ordered()
    assert [payment.asked for payment in buyer.payments()] == [order.price]
    buyer.finish(order)
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "browser.two-tabs",
    severity="critical",
    needs="orders fulfilments gateway browser",
    each="target",
    costs="A buyer gets for the price of one piece as many as she likes.",
)
def test_a_cart_changed_in_another_tab_has_its_own_price(target: Target, browser: Browser) -> None:
    """A cart that grew in another tab is not sold at the price of before; the buyer pays for what it holds now."""
    buyer = browser.buyer()
    buyer.to_checkout()
    buyer.add()

    buyer.press_until_ordered()

    order = buyer.ordered()
    assert [payment.asked for payment in buyer.payments()] == [order.price]
    buyer.finish(order)
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "browser.reload",
    severity="critical",
    needs="orders fulfilments gateway browser",
    each="target",
    costs="Each look at a paid order sends the goods once more.",
)
def test_reloading_after_the_payment_does_nothing(target: Target, browser: Browser) -> None:
    """Reloading the page after the payment, or coming back once more, neither pays nor delivers again."""
    buyer = browser.buyer()
    order = buyer.order()
    buyer.finish(order)

    buyer.reload(order, times=2)

    assert target.settled(order, paid=True).fulfilments == 1
    assert [payment.asked for payment in buyer.payments()] == [order.price]


@check(
    "browser.session",
    severity="critical",
    needs="orders fulfilments gateway browser",
    each="target",
    source=_COOKIES,
    costs="Whoever has just paid is asked to log in, sees no order, and pays again or calls.",
)
def test_a_buyer_who_returns_from_the_wallet_sees_her_order(target: Target, browser: Browser) -> None:
    """The buyer who comes back from the wallet's site is still logged in and sees the order that she has paid."""
    buyer = browser.traveller()
    order = buyer.order()

    buyer.finish(order)

    assert buyer.sees(order)
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "browser.accessibility",
    severity="normal",
    needs="orders browser",
    each="target",
    source=_WCAG,
    costs="Buyers who cannot see or use a mouse cannot pay.",
)
def test_everybody_can_use_the_checkout(browser: Browser) -> None:
    """Cart, checkout and order page have no barrier that the axe rules call serious or critical."""
    barriers = browser.barriers()

    assert [barrier for barrier in barriers if barrier.grave] == []
