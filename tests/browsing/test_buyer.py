"""A buyer in a shop of a few pages: what she orders, what of it is evidence, and what it took her."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.browser.browser import Browser
from fixtures.browser.chromium import Chromium
from fixtures.model import Exchange, Inconclusive, NotApplicable, Order
from fixtures.target.reading import parse
from fixtures.target.target import Target
from fixtures.wallets import discover
from tests.browsing.pages import Site, html, site

WALLETS = {"bitpay": discover()["bitpay"]}
TEXT = """
base_url = "http://localhost:PORT"
capabilities = ["browser"]
[limits]
LIMITS
[timing]
settle = 4
[wallets.bitpay]
notify = "/notify"
[order.place]
request = "POST /orders"
capture = { id = "id" }
[order.read]
request = "GET /orders/{id}"
capture = { amount = "amount" }
[browser]
cart = ["open /cart"]
checkout = ["click #checkout"]
pay = "#pay"
order = ["open /order", "take id #order data-order", "take reference #order data-reference"]
returned = ["see #order[data-order='{id}']"]
[[shelf]]
item = "tea"
price = 1250
currency = "USD"
"""
SHOP = {
    "cart": html('<a id="checkout" href="/checkout">on</a>'),
    "checkout": html('<form action="/placed" method="post"><button id="pay">pay</button></form>'),
    "placed": html('<meta http-equiv="refresh" content="0;url=http://127.0.0.1:1/">'),
    "order": html('<p id="order" data-order="o-1" data-reference="R-1">yours</p>'),
}


class Table:
    """A check's place at a shop of ours, and a wallet of which only the ledger is there."""

    def __init__(self, shop: Site, limits: str = "") -> None:
        self.history: list[Exchange] = []
        self.orders: list[Order] = []
        self.opened: dict[str, object] = {}
        text = TEXT.replace("PORT", str(shop.port)).replace("LIMITS", limits)
        settings = parse(text, Path("target.toml"), discover(), {})
        self.target = Target(settings, WALLETS, self.history.append, placed=self.orders.append)
        self.wallet = SimpleNamespace(setup="bitpay", docs=WALLETS["bitpay"].docs, ledger=lambda: dict(self.opened))
        self.bench = SimpleNamespace(sandbox=SimpleNamespace(url=shop.url("", host="127.0.0.1")))
        self.leads, self.way = True, None

    def leads_on(self) -> bool:
        return self.leads


@pytest.fixture
def shop() -> Iterator[Site]:
    """The shop; its wallet is the same server under this machine's other name."""
    with site(**SHOP, wallet=html("wallet")) as pages:
        onward = html(f'<meta http-equiv="refresh" content="0;url={pages.url("/wallet", host="127.0.0.1")}">')
        pages.pages = {**pages.pages, "/placed": onward}
        yield pages


@pytest.fixture
def table(shop: Site) -> Table:
    """Her place."""
    return Table(shop)


@pytest.fixture
def browser(chromium: Chromium, table: Table) -> Iterator[Browser]:
    """A browser in the hands of a check."""
    place: Any = table
    with chromium.awake() as chrome:
        made = Browser(chrome, place)
        yield made
        made.close()


def test_she_orders_and_all_of_it_is_evidence(browser: Browser, table: Table) -> None:
    buyer = browser.traveller()

    order = buyer.order()

    assert buyer.at_wallet
    assert (order.id, order.reference, str(order.price)) == ("o-1", "R-1", "12.50 USD")
    assert table.orders == [order]
    placed = [one for one in table.history if one.request.method == "POST"]
    assert [(one.source, one.destination, one.answer and one.answer.status) for one in placed] == [
        ("buyer", "target", 200)
    ]
    assert {one.order for one in table.history if one.request.url.endswith("/order")} == {"R-1"}


def test_her_way_is_measured_from_the_cart_on(browser: Browser) -> None:
    buyer = browser.traveller()
    buyer.order()

    way = buyer.way

    assert (way.pages, way.clicks, way.fields) == (3, 2, 0)
    assert way.requests == 2  # neither the wallet's page nor our own look at the order
    assert way.seconds > 0


def test_a_page_without_reference_is_helped_by_the_ledger(browser: Browser, table: Table, shop: Site) -> None:
    shop.pages = {**shop.pages, "/order": html('<p id="order" data-order="o-1">yours</p>')}
    buyer = browser.traveller()
    buyer.to_checkout()
    buyer.press()

    with pytest.raises(Inconclusive, match="0 payments were opened at the wallet; add `take reference SELECTOR`"):
        buyer.ordered()
    table.opened["R-7"] = SimpleNamespace(reference="R-7")
    assert buyer.ordered().reference == "R-7"


def test_an_order_of_before_is_not_taken_for_hers(browser: Browser, table: Table) -> None:
    table.opened["R-1"] = SimpleNamespace(reference="R-1")

    with pytest.raises(Inconclusive, match="leads to an order of before"):
        browser.buyer().order()


def test_nobody_travels_where_the_shop_sends_nobody(browser: Browser, table: Table) -> None:
    table.leads = False

    with pytest.raises(NotApplicable, match="to no page of this wallet"):
        browser.traveller()


def test_what_must_be_seen_is_seen_or_not(browser: Browser, shop: Site) -> None:
    buyer = browser.buyer()
    order = buyer.order()

    assert not buyer.sees(order)
    buyer.tab.open(shop.url("/order"))
    assert buyer.sees(order)


def test_limits_hold_in_the_browser_too(chromium: Chromium, shop: Site) -> None:
    place: Any = Table(shop, "requests_per_second = 1000.0")
    turns: list[None] = []
    place.target.desk.budget.request = lambda: turns.append(None)
    with chromium.awake() as chrome:
        browser = Browser(chrome, place)
        browser.buyer().fill_cart()
        browser.close()

    assert len(turns) == 1
