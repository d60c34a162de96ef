"""Steps of a target file, taken in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from fixtures.browser.walking import Effort, Lost, Tab
from fixtures.target.browsing import line
from tests.browsing.pages import Site, html, site

FORM = """
<form action="/done" method="post">
  <input id="code" name="code"><label><input type="radio" name="wallet" value="alipay">Alipay</label>
  <select name="size"><option value="s">S</option><option id="large" value="l">L</option></select>
  <button id="go">go</button>
</form>"""
DONE = '<p id="order" data-order="o-1"> 17 </p><input id="text" value="weixin://pay">'


@pytest.fixture
def shop() -> Iterator[Site]:
    """A form, and the page behind it."""
    with site(form=html(FORM), done=html(DONE)) as pages:
        yield pages


@pytest.fixture
def tab(page: Page, shop: Site) -> Tab:
    """A tab of hers."""
    return Tab(page, shop.address, Effort(), seconds=5.0)


def test_a_way_is_walked_and_counted(tab: Tab, shop: Site) -> None:
    steps = ["open /form", "fill #code {token}", 'choose input[value="{setup}"]', "choose #large", "click #go"]
    steps += ["see #order", "take id #order data-order", "take reference #order", "take qr #text"]

    taken = tab.walk("checkout", [line(step) for step in steps], {"token": "a b", "setup": "alipay"})

    assert taken == {"id": "o-1", "reference": "17", "qr": "weixin://pay"}
    assert shop.asked[-1] == "POST /done"
    assert tab.effort == Effort(pages=2, clicks=1, fields=3)


def test_who_is_lost_says_where_and_at_which_step(tab: Tab) -> None:
    told = r"step 2 of \[browser\] cart, click #basket: the buyer is stuck at .*/form: .*2000ms"
    with pytest.raises(Lost, match=told), tab.patient_for(2.0):
        tab.walk("cart", [line("open /form"), line("click #basket")], {})


def test_a_word_that_nobody_knows_is_no_step(tab: Tab) -> None:
    with pytest.raises(Lost, match=r"nothing is known for \{token\}"):
        tab.walk("enter", [line("open /form"), line("fill #code {token}")], {})


def test_back_leads_to_where_the_history_was_so_deep(tab: Tab, shop: Site) -> None:
    tab.open(shop.url("/form"))
    depth = tab.depth
    tab.click("#go")
    tab.open(shop.url("/form?again"))

    tab.back_to(depth)

    assert tab.page.url == shop.url("/form")
