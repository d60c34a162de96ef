"""The shop's pages: what is ordered is what was shown, once; forms are ours; nobody is led elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from fixtures.merchant import desk
from fixtures.merchant.pages import orders
from fixtures.merchant.pages.words import ITEMS, LANGUAGES, WALLETS, WORDS
from fixtures.merchant.shelf import SHELF
from fixtures.sandbox.process import Sandbox
from fixtures.wallets import discover
from tests.merchant.conftest import Merchant, Wallet, open_shop, settings_for
from tests.merchant.shopper import Page, Shopper, shopper

SHEETS = {"applepay": "EC_v1", "googlepay": "ECv2"}


@pytest.fixture
def alice(merchant: Merchant) -> Iterator[Shopper]:
    """A buyer who is logged in and has tea in her cart."""
    with shopper(merchant.url) as browser:
        browser.log_in()
        browser.add("tea")
        yield browser


def _orders(merchant: Merchant) -> set[str]:
    return {order["id"] for order in merchant.http.get("/orders").json()}


def _pay(browser: Shopper, setup: str) -> Page:
    return browser.send(browser.open("/shop/checkout"), "/shop/checkout", {"wallet": setup})


# the way of a purchase


def test_from_the_shelf_to_what_was_delivered(alice: Shopper, merchant: Merchant, sandbox: Sandbox) -> None:
    leaving = _pay(alice, "alipay")
    redirect = leaving.ids["continue"]["href"]
    order = merchant.http.get("/orders").json()[0]

    assert redirect == order["payment"]["redirect"]
    assert leaving.refresh == f"0;url={redirect}"
    waiting = alice.open(f"/shop/orders/{order['id']}")
    assert waiting.ids["state"]["data-state"] == "pending"
    assert waiting.ids["fulfilments"]["data-count"] == "0"

    wallet = Wallet("alipay", sandbox, merchant)
    assert wallet.prove(wallet.pay(order)) is None
    paid = alice.open("/shop/orders")
    paid = alice.open(str(paid.ids["latest"]["href"]))
    assert paid.ids["state"]["data-state"] == "paid"
    assert paid.ids["fulfilments"]["data-count"] == "1"
    assert paid.refresh is None


def test_several_kinds_are_one_order_at_the_price_of_the_shelf(alice: Shopper) -> None:
    alice.add("rice")
    cart = alice.add("tea")
    assert cart.ids["total"]["data-amount"] == "11300"

    page = _pay(alice, "wechatpay")

    assert page.ids["order"]["data-amount"] == "11300"
    assert "payment-text" in page.ids
    assert page.answer.text.count("<svg") == 1
    assert alice.open("/shop/cart").ids.keys() >= {"empty"}


def test_a_cart_has_one_currency_and_at_most_99_of_a_kind(alice: Shopper) -> None:
    refused = alice.add("book")
    assert refused.answer.status_code == 409
    assert "problem" in refused.ids
    assert refused.ids["total"]["data-amount"] == "1250"

    cart = alice.open("/shop/cart")
    assert alice.send(cart, "/shop/cart", {"quantity": "100"}).answer.status_code == 422
    assert alice.send(cart, "/shop/cart", {"quantity": "99"}).ids["total"]["data-amount"] == str(99 * 1250)
    assert "empty" in alice.send(cart, "/shop/cart", {"quantity": "0"}).ids


def test_only_wallets_that_sell_in_the_currency_are_offered(merchant: Merchant) -> None:
    with shopper(merchant.url) as browser:
        browser.log_in()
        browser.add("koto")
        offered = browser.open("/shop/checkout").values["wallet"]

    assert offered == ["paypal", "stripe", "stripe-checkout"]


def test_what_the_form_says_of_the_price_is_not_read(alice: Shopper, merchant: Merchant) -> None:
    page = alice.open("/shop/checkout")

    alice.send(
        page, "/shop/checkout", {"wallet": "alipay", "amount": "1", "total": "1", "quantity": "1", "item": "mint"}
    )

    assert merchant.http.get("/orders").json()[0]["amount"] == 1250


# once


def test_a_double_click_and_a_reload_are_one_order(alice: Shopper, merchant: Merchant) -> None:
    before, page = _orders(merchant), alice.open("/shop/checkout")
    with ThreadPoolExecutor(4) as clicks:
        sent = [clicks.submit(alice.sent, page, "/shop/checkout", {"wallet": "alipay"}) for _ in range(4)]
    answers = [one.result() for one in sent] + [alice.sent(page, "/shop/checkout", {"wallet": "alipay"})]

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(_orders(merchant) - before) == 1


def test_two_pages_of_one_cart_are_one_order(alice: Shopper, merchant: Merchant) -> None:
    before, pages = _orders(merchant), [alice.open("/shop/checkout") for _ in range(2)]

    first, second = (alice.sent(page, "/shop/checkout", {"wallet": "alipay"}) for page in pages)

    [made] = _orders(merchant) - before
    assert first.headers["location"] == f"/shop/orders/{made}/pay"
    assert second.headers["location"] == f"/shop/orders/{made}"


def test_a_cart_that_another_tab_changed_is_agreed_to_again(alice: Shopper, merchant: Merchant) -> None:
    before, stale = _orders(merchant), alice.open("/shop/checkout")
    alice.add("rice")

    again = alice.send(stale, "/shop/checkout", {"wallet": "alipay"})

    assert again.answer.status_code == 409
    assert again.ids.keys() >= {"problem", "pay"}
    assert again.ids["total"]["data-amount"] == "10050"
    assert _orders(merchant) == before
    alice.send(again, "/shop/checkout", {"wallet": "alipay"})
    assert [merchant.http.get(f"/orders/{id}").json()["amount"] for id in _orders(merchant) - before] == [10050]


def test_a_click_of_another_session_orders_nothing(alice: Shopper, merchant: Merchant) -> None:
    click = alice.open("/shop/checkout").form("/shop/checkout")["click"]
    with shopper(merchant.url) as bob:
        bob.log_in("token-b")
        bob.add("tea")
        page = bob.open("/shop/checkout")
        answer = bob.sent(page, "/shop/checkout", {"wallet": "alipay", "click": click})

    assert answer.status_code == 409
    assert "empty" not in alice.open("/shop/cart").ids


def test_a_wallet_that_does_not_answer_leaves_one_order_to_look_at(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "PAUSE", 0.01)
    monkeypatch.setattr(orders, "PREPARED_WITHIN", 0.0)
    settings = settings_for(sandbox, tmp_path / "books.sqlite")
    away = settings.wallets["stripe"].model_copy(update={"gateway_url": "http://127.0.0.1:9"})
    with open_shop(settings.model_copy(update={"wallets": {"stripe": away}})) as shop, shopper(shop.url) as browser:
        browser.log_in()
        browser.add("tea")
        checkout = browser.open("/shop/checkout")
        pages = [browser.send(checkout, "/shop/checkout", {"wallet": "stripe"}) for _ in range(2)]
        placed = _orders(shop)

    assert len(placed) == 1
    assert {page.ids["order"]["data-order"] for page in pages} == placed
    assert all("no-way" in page.ids for page in pages)


# sessions


def test_a_login_brings_the_cart_and_another_session(merchant: Merchant) -> None:
    with shopper(merchant.url) as browser:
        browser.add("tea")
        before = browser.http.cookies["shop-session"]
        asked = browser.open("/shop/checkout")
        landed = browser.send(asked, "/shop/login", {"token": "token-a"})
        after = browser.http.cookies["shop-session"]

        assert landed.answer.url.path == "/shop/checkout"
        assert before != after
        browser.http.cookies.set("shop-session", before, domain="127.0.0.1", path="/")
    with shopper(merchant.url, cookie=f"shop-session={before}") as thief:
        assert thief.open("/shop/orders").answer.url.path == "/shop/login"


def test_logging_out_ends_the_session_itself(alice: Shopper, merchant: Merchant) -> None:
    session = alice.http.cookies["shop-session"]
    alice.send(alice.open("/shop"), "/shop/logout")

    with shopper(merchant.url, cookie=f"shop-session={session}") as again:
        assert again.open("/shop/orders").answer.url.path == "/shop/login"


def test_a_wrong_code_is_told_and_not_repeated(merchant: Merchant) -> None:
    with shopper(merchant.url) as browser:
        page = browser.log_in("<script>x")

    assert page.answer.status_code == 401
    assert page.ids["token"].get("aria-invalid") == "true"
    assert "script&gt;x" not in page.answer.text
    assert "<script>x" not in page.answer.text


@pytest.mark.parametrize(
    "spoil",
    [
        {"form": "0" * 64},
        {"form": ""},
        {"form": "é"},
    ],
)
def test_a_form_that_is_not_ours_does_nothing(alice: Shopper, spoil: dict[str, str]) -> None:
    answer = alice.sent(alice.open("/shop"), "/shop/logout", spoil)

    assert answer.status_code == 403
    assert "logout" in alice.open("/shop").ids


def test_a_form_of_another_origin_does_nothing(alice: Shopper) -> None:
    page = alice.open("/shop")
    for name, value in (("origin", "https://elsewhere.test"), ("origin", "null"), ("sec-fetch-site", "same-site")):
        answer = alice.http.post("/shop/logout", data=page.form("/shop/logout"), headers={name: value})
        assert answer.status_code == 403


@pytest.mark.parametrize(
    "onward",
    [
        "//elsewhere.test",
        "https://elsewhere.test/shop",
        "/shop/../\\elsewhere",
        "/shop//elsewhere.test",
        "/shop\n/x",
        "",
    ],
)
def test_a_login_leads_only_to_pages_of_the_shop(merchant: Merchant, onward: str) -> None:
    with shopper(merchant.url) as browser:
        page = browser.open("/shop/login", next=onward)
        answer = browser.sent(page, "/shop/login", {"token": "token-a"})

    assert answer.headers["location"] == "/shop"


def test_another_buyers_order_does_not_exist(alice: Shopper, merchant: Merchant) -> None:
    order = merchant.place("alipay")
    with shopper(merchant.url) as bob:
        bob.log_in("token-b")
        assert bob.open(f"/shop/orders/{order['id']}").answer.status_code == 404
    assert alice.open(f"/shop/orders/{order['id']}").answer.status_code == 200


# the way back


def test_the_way_back_leads_to_the_order_and_proves_nothing(alice: Shopper, merchant: Merchant) -> None:
    alice.send(alice.open("/shop/cart"), "/shop/cart", {"quantity": "0"})
    alice.add("book")
    _pay(alice, "stripe-checkout")
    order = merchant.http.get("/orders").json()[0]

    landed = alice.open("/return/stripe-checkout", status="paid", session_id="x", next="https://elsewhere.test")

    assert landed.answer.url.path == f"/shop/orders/{order['id']}"
    assert landed.ids["state"]["data-state"] == "pending"


def test_who_lost_her_session_logs_in_and_is_led_to_her_order(alice: Shopper, merchant: Merchant) -> None:
    _pay(alice, "alipay")
    order = merchant.http.get("/orders").json()[0]
    with shopper(merchant.url) as browser:
        thanks = browser.open("/return/alipay", out_trade_no=order["reference"])
        assert thanks.answer.status_code == 200
        assert order["reference"] not in thanks.answer.text
        assert browser.open("/return/alipay").answer.text == thanks.answer.text

        login = browser.open(str(thanks.ids["login-link"]["href"]))
        landed = browser.send(login, "/shop/login", {"token": "token-a"})

    assert landed.ids["order"]["data-order"] == order["id"]


def test_programs_are_answered_as_ever(merchant: Merchant) -> None:
    assert merchant.http.get("/return/alipay").json() == {"detail": "Thank you. Your order shows what has been paid."}
    assert not [path for path in merchant.http.get("/openapi.json").json()["paths"] if path.startswith("/shop")]


# what stands around


def test_every_page_is_protected(alice: Shopper, merchant: Merchant) -> None:
    answers = [
        alice.http.get(path) for path in ("/shop", "/shop/cart", "/shop/checkout", "/shop/orders/0", "/return/alipay")
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    assert alice.open("/shop/nowhere/at-all").answer.status_code == 404
    cookie = httpx.get(f"{merchant.url}/shop", trust_env=False).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_pages_speak_the_visitors_language(merchant: Merchant) -> None:
    with shopper(merchant.url, **{"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}) as browser:
        assert 'lang="zh-CN"' in browser.open("/shop").answer.text
        assert 'lang="en"' in browser.open("/shop", lang="en").answer.text
        assert "Your access code" in browser.open("/shop/login").answer.text


def test_everything_has_a_name_in_both_languages() -> None:
    assert SHELF.keys() <= ITEMS.keys()
    said = {**WORDS, **{f"item {name}": text for name, text in ITEMS.items()}, **WALLETS}
    assert [name for name, text in said.items() if len(text) != len(LANGUAGES) or not all(text)] == []


# payment sheets


@pytest.fixture(params=["applepay", "googlepay"])
def card_shop(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path) -> Iterator[Merchant]:
    """A shop with one wallet that pays by a sheet."""
    name = str(request.param)
    settings = {
        "gateway_url": sandbox.gateway_url(name),
        **discover()[name].merchant_credentials(sandbox.keys[name], SHEETS[name]),
    }
    values = {
        "wallets": {name: {"wallet": name, "mode": SHEETS[name], **settings}},
        "sheet_scripts": {name: f"https://sheets.test:8443/{name}.js"},
    }
    with open_shop(settings_for(sandbox, tmp_path / "books.sqlite", **values)) as running:
        yield running


def test_the_page_of_a_sheet_allows_the_wallets_own_script(card_shop: Merchant) -> None:
    with shopper(card_shop.url) as browser:
        browser.log_in()
        browser.add("coffee")
        [setup] = browser.open("/shop/checkout").values["wallet"]
        page = _pay(browser, setup)

    policy = page.answer.headers["content-security-policy"]
    assert "script-src 'self' https://sheets.test:8443;" in policy
    assert policy.count("https://") == policy.count("https://sheets.test:8443")
    sheet, order = page.ids["sheet"], card_shop.http.get("/orders").json()[0]
    assert (sheet["data-amount"], sheet["data-currency"]) == ("8.20", "USD")
    assert base64.b64decode(str(sheet["data-about"])).decode() == order["reference"]
    assert (sheet["data-wallet"] == "googlepay") == bool(sheet["data-key"])


def test_a_token_that_is_not_good_pays_nothing_and_is_told(card_shop: Merchant) -> None:
    with shopper(card_shop.url) as browser:
        browser.log_in()
        browser.add("coffee")
        sheet = _pay(browser, browser.open("/shop/checkout").values["wallet"][0]).ids["sheet"]
        path = str(sheet["data-present"])
        ours = {"x-form": str(sheet["data-form"])}

        assert browser.http.post(path, json={"token": "x"}).status_code == 403
        assert browser.http.post(path, json={"token": "x"}, headers=ours).status_code == 422
        assert browser.http.post(path, json=["token"], headers=ours).status_code == 422
    assert card_shop.http.get("/orders").json()[0]["state"] == "pending"
