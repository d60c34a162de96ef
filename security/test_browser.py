"""What somebody wins who changes pages, addresses and frames in a real browser."""

from __future__ import annotations

from fixtures.browser.browser import Browser
from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.target.target import Target

_FRAMING = "https://cheatsheetseries.owasp.org/cheatsheets/Clickjacking_Defense_Cheat_Sheet.html"
_POLICY = "https://cheatsheetseries.owasp.org/cheatsheets/Content_Security_Policy_Cheat_Sheet.html"
_REDIRECTS = "https://cheatsheetseries.owasp.org/cheatsheets/Unvalidated_Redirects_and_Forwards_Cheat_Sheet.html"
_SECRETS = "https://cheatsheetseries.owasp.org/cheatsheets/HTML5_Security_Cheat_Sheet.html"


@check(
    "browser.return-alone",
    severity="blocker",
    needs="orders fulfilments gateway browser",
    costs="Anybody who can write an address gets the goods.",
)
def test_a_browser_that_returns_unpaid_gets_nothing(target: Target, wallet: Counterpart, browser: Browser) -> None:
    """A browser that comes back from the wallet as if she had paid gets nothing; the same order, paid, is delivered."""
    buyer = browser.traveller()
    order = buyer.order()

    buyer.come_back(order, lying=True)

    assert target.settled(order).fulfilments == 0
    wallet.prove(buyer.pay(order))
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "browser.hidden-amount",
    severity="blocker",
    needs="orders fulfilments gateway browser",
    each="target",
    costs="Everything costs one cent.",
)
def test_a_changed_hidden_field_changes_no_price(target: Target, browser: Browser) -> None:
    """Every hidden field of the checkout that looks like a sum says 1: asked for is the shelf's price, or nothing."""
    buyer = browser.buyer()
    buyer.to_checkout()
    price = buyer.price

    buyer.press_with_hidden_sums_at(1)

    assert {payment.asked for payment in buyer.payments()} <= {price}
    buyer.press_until_ordered()
    order = buyer.ordered()
    assert [payment.asked for payment in buyer.payments()] == [price]
    buyer.finish(order)
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "browser.open-redirect",
    severity="normal",
    needs="orders fulfilments gateway browser",
    each="target",
    source=_REDIRECTS,
    costs="A link to the shop leads to a page that looks like it and asks for a card.",
)
def test_no_address_of_the_shop_leads_to_a_foreign_host(target: Target, browser: Browser) -> None:
    """Neither the way back nor the login takes a browser to a host that somebody has written into the address."""
    buyer = browser.buyer()
    order = buyer.order()
    buyer.finish(order)

    enticed = [*buyer.enticed_back(order), *browser.stranger().enticed_at_login()]

    assert enticed == []
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "browser.framing",
    severity="normal",
    needs="orders browser",
    each="target",
    source=_FRAMING,
    costs="A buyer who thinks that she closes an advertisement presses the button that pays.",
)
def test_no_foreign_page_frames_the_checkout(browser: Browser) -> None:
    """Cart, checkout and order page show nothing inside a frame of somebody else's page."""
    assert browser.framed() == ()


@check(
    "browser.content-policy",
    severity="normal",
    needs="orders browser",
    each="target",
    source=_POLICY,
    costs="One comment with a script in it, and the checkout sends the card to a stranger.",
)
def test_a_smuggled_script_does_not_run(browser: Browser) -> None:
    """A script that somebody has smuggled into checkout or order page, in whatever way, does not run."""
    assert browser.smuggled() == ()


@check(
    "browser.secrets",
    severity="blocker",
    needs="orders browser",
    each="target",
    source=_SECRETS,
    costs="Every buyer holds the shop's keys: to sign, to refund, to pay out.",
)
def test_the_pages_hold_none_of_the_merchants_secrets(browser: Browser) -> None:
    """No page from cart to order holds a secret of the shop: in its source, its scripts, its storage, its cookies."""
    assert browser.exposed() == ()
