"""The cashier in a real Chromium: what needs one, and what must look the same in one."""

from __future__ import annotations

import json
import time
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.model import Stamp
from fixtures.sandbox.process import Sandbox
from fixtures.wallets import discover
from fixtures.wallets.applepay.gateway import sessions
from tests.sandbox.cashier.conftest import Shop
from tests.sandbox.cashier.openings import Openings
from tests.sandbox.cashier.shop_pages import applepay_page, googlepay_page

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from fixtures.browser.chromium import Chromium


@pytest.fixture
def sheets(sandbox: Sandbox, shop: Shop) -> Shop:
    """The shop with its two pages that open a payment sheet."""
    session = sessions.drawn(discover()["applepay"].published_keys(), Stamp(time.time(), Random(2)))
    shop.pages["/applepay"] = applepay_page(sandbox.url, "in-browser-apple", session)
    shop.pages["/googlepay"] = googlepay_page(sandbox.url, "in-browser-google")
    return shop


def state_of(sandbox: Sandbox, wallet: str, reference: str) -> str | None:
    payment = sandbox.client.payment(wallet, reference)
    return None if payment is None else payment.state.value


def test_stripe_asks_once_more_and_leads_back_by_itself(page: Page, openings: Openings, sandbox: Sandbox) -> None:
    opened = openings.open("stripe")
    page.goto(opened.given)
    page.click("#challenge")
    page.click("#challenge-pass")

    page.wait_for_selector("#home")

    assert page.url.startswith(f"{opened.back}?session=cs_test_")
    assert state_of(sandbox, "stripe", opened.reference) == "paid"


def test_alipay_in_chinese_by_keyboard_on_a_narrow_screen(chromium: Chromium, openings: Openings) -> None:
    opened = openings.open("alipay")
    with chromium.awake() as browser:
        context = browser.new_context(locale="zh-CN", viewport={"width": 360, "height": 700})
        page = context.new_page()
        page.goto(opened.given)
        assert (page.inner_text("h1"), page.inner_text("#amount-due")) == ("支付宝", "¥12.50")
        assert page.evaluate("document.documentElement.scrollWidth") == 360

        page.focus("#pay")
        page.keyboard.press("Enter")

        page.wait_for_selector("#state.paid")
        assert page.inner_text("#back-to-shop") == "返回商户"
        page.click("#back-to-shop")
        page.wait_for_selector("#home")
        context.close()


def test_apple_pay_from_the_click_to_the_token(page: Page, sheets: Shop, sandbox: Sandbox) -> None:
    page.goto(f"{sheets.url}/applepay?failing")
    with page.expect_popup() as opening:
        page.click("#sheet")
    sheet = opening.value

    sheet.click("#decline")
    sheet.wait_for_selector("#problem")
    sheet.click("#pay")  # waits until the merchant has shown its session again
    sheet.wait_for_selector("#failed:visible")
    sheet.click("#pay")
    token: Any = json.loads(page.inner_text("#told[data-kind=paid]"))

    assert set(token) == {"paymentData", "paymentMethod", "transactionIdentifier"}
    assert page.title().endswith("/applepay/paymentservices/startSession")
    assert state_of(sandbox, "applepay", "in-browser-apple") == "approved"


@pytest.mark.parametrize("wallet", ["applepay", "googlepay"])
def test_a_sheet_that_is_cancelled_or_closed_gives_nothing(wallet: str, page: Page, sheets: Shop) -> None:
    page.goto(f"{sheets.url}/{wallet}")
    for press in (True, False):
        with page.expect_popup() as opening:
            page.click("#sheet")
        opening.value.click("#cancel") if press else opening.value.close()

        page.wait_for_selector("#told[data-kind=cancelled]")


def test_google_pay_from_the_click_to_the_token(page: Page, sheets: Shop, sandbox: Sandbox) -> None:
    page.goto(f"{sheets.url}/googlepay")
    with page.expect_popup() as opening:
        page.click("#sheet")

    opening.value.click("#pay")
    token = json.loads(page.inner_text("#told[data-kind=paid]"))

    assert token["protocolVersion"] == "ECv2"
    assert state_of(sandbox, "googlepay", "in-browser-google") == "approved"


def test_a_sheet_speaks_to_no_page_but_the_one_it_was_opened_for(page: Page, sheets: Shop, sandbox: Sandbox) -> None:
    page.goto(f"{sheets.url}/googlepay")
    page.evaluate("addEventListener('message', (event) => document.title = JSON.stringify(event.data))")
    stranger = f"{sandbox.url}/cashier/sheet?wallet=googlepay&amount=1&currency=USD&origin=http://localhost:1"
    with page.expect_popup() as opening:
        page.evaluate("(url) => void open(url)", stranger)

    opening.value.click("#pay")
    opening.value.wait_for_selector("#end")

    assert "walletproof" not in page.title()
