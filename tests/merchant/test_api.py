"""The merchant's HTTP surface: who may do what, what is refused, what the document promises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from fixtures.merchant.app import create_app
from fixtures.merchant.money import from_major, to_major
from fixtures.merchant.settings import Settings, SettingsError
from fixtures.sandbox.process import Sandbox
from tests.merchant.conftest import Merchant, open_shop, serve, settings_for


def other(merchant: Merchant, method: str, path: str, token: str | None, **options: Any) -> int:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(base_url=merchant.url, trust_env=False, timeout=20) as client:
        return client.request(method, path, headers=headers, **options).status_code


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("nonsense", 401), ("token-b", 404)])
def test_an_order_is_its_buyers_own(merchant: Merchant, token: str | None, status: int) -> None:
    order = merchant.place("alipay")
    path = f"/orders/{order['id']}"

    assert other(merchant, "GET", path, token) == status
    assert other(merchant, "POST", f"{path}/cancel", token) == status
    assert other(merchant, "POST", f"{path}/refunds", token, json={"amount": 1}) == status
    assert merchant.read(order)["state"] == "pending"


def test_a_buyer_sees_only_her_own_orders(merchant: Merchant) -> None:
    order = merchant.place("alipay")

    mine = merchant.http.get("/orders").json()
    hers = merchant.http.get("/orders", headers={"authorization": "Bearer token-b"}).json()

    assert order["id"] in [one["id"] for one in mine]
    assert order["id"] not in [one["id"] for one in hers]
    assert other(merchant, "GET", "/orders", None) == 401


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": 0},
        {"quantity": -1},
        {"quantity": "1"},
        {"quantity": 1.5},
        {"quantity": True},
        {"quantity": 10**30},
        {"item": "gold"},
        {"item": None},
        {"wallet": "cash"},
        {"amount": 1},
        {"state": "paid"},
        {"expires_in": 0},
        {"expires_in": "1"},
        {"query_after": -1},
    ],
    ids=str,
)
def test_a_buyer_chooses_nothing_but_what_is_asked(merchant: Merchant, change: dict[str, Any]) -> None:
    answer = merchant.http.post("/orders", json={"item": "tea", "quantity": 1, "wallet": "alipay", **change})

    assert answer.status_code == 422
    assert set(answer.json()) == {"detail"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"item":"\\ud800"}'])
def test_what_is_no_wish_is_refused(merchant: Merchant, body: bytes) -> None:
    answer = merchant.http.post("/orders", content=body, headers={"content-type": "application/json"})

    assert answer.status_code in (400, 422)


def test_a_wallet_takes_only_its_own_currencies(merchant: Merchant) -> None:
    answer = merchant.http.post("/orders", json={"item": "book", "wallet": "alipay"})

    assert answer.status_code == 409


def test_bodies_have_a_limit(merchant: Merchant) -> None:
    large = b"x" * (256 * 1024 + 1)

    announced = merchant.http.post("/notify/stripe", content=large)
    streamed = merchant.http.post("/notify/stripe", content=iter([large[:100_000]] * 3))
    order = merchant.http.post("/orders", content=iter([large[:100_000]] * 3))
    allowed = merchant.http.post("/notify/stripe", content=large[:-1])

    assert [answer.status_code for answer in (announced, streamed, order, allowed)] == [413, 413, 413, 401]


@pytest.mark.parametrize("path", ["/notify/nobody", "/return/nobody", "/orders/..%2f", "/orders/%00", "/orders/x"])
def test_what_does_not_exist_is_not_found(merchant: Merchant, path: str) -> None:
    method = "POST" if path.startswith("/notify") else "GET"

    assert merchant.http.request(method, path).status_code == 404


def test_no_answer_holds_a_secret(merchant: Merchant) -> None:
    secrets = [
        text
        for wallet in merchant.shop.settings.wallets.values()
        for name, text in (wallet.model_extra or {}).items()
        if name
        in ("secret_key", "webhook_secret", "client_secret", "apiv3_key", "app_private_key", "merchant_private_key")
    ]
    paths = ["/health", "/shelf", "/orders", "/openapi.json", "/return/paypal?token=x", "/nowhere"]

    texts = [merchant.http.get(path).text for path in paths]
    texts += [merchant.http.post(f"/notify/{setup}", content=b"{}").text for setup in merchant.shop.settings.wallets]

    assert len(secrets) > 5
    assert [text for text in texts if any(secret in text for secret in secrets) or "Traceback" in text] == []
    assert not any(secret in repr(merchant.shop.settings) for secret in secrets)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "token=" + "x" * 500,
        "token=%00",
        "payment_intent=%ff",
        "session_id=%F0%9F%98%80",
        "charset=gbk&a=%F0%9F%98%80",
    ],
)
def test_a_browser_can_bring_anything_back(merchant: Merchant, query: str) -> None:
    answers = [merchant.http.get(f"/return/{setup}?{query}") for setup in merchant.shop.settings.wallets]

    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}


def test_a_wrong_method_is_told_the_right_ones(merchant: Merchant) -> None:
    answer = merchant.http.delete("/orders")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


def test_the_document_names_every_answer(merchant: Merchant) -> None:
    document = merchant.http.get("/openapi.json").json()

    place = document["paths"]["/orders"]["post"]
    assert {"201", "400", "401", "409", "413", "422", "502", "503"} <= set(place["responses"])
    assert {"200", "400", "401", "404", "413", "503"} <= set(document["paths"]["/notify/{setup}"]["post"]["responses"])
    assert place["security"] == [{"HTTPBearer": []}]


def test_shops_live_side_by_side_and_under_a_prefix(sandbox: Sandbox, tmp_path: Path) -> None:
    shops = {name: create_app(settings_for(sandbox, tmp_path / f"{name}.sqlite")) for name in ("one", "two")}
    site = Starlette(routes=[Mount(f"/shops/{name}", app) for name, app in shops.items()])
    wish = {"item": "tea", "quantity": 2, "wallet": "wechatpay"}

    with serve(site) as client:
        order = client.post("/shops/one/orders", json=wish).json()
        found = [len(client.get(f"/shops/{name}/orders").json()) for name in shops]
        base = str(client.base_url)

    assert (order["amount"], found) == (2500, [1, 0])
    payment = sandbox.client.payment("wechatpay", order["reference"])
    assert payment is not None
    assert payment.notify_url == f"{base}/shops/one/notify/wechatpay"


def test_a_public_url_goes_before_the_request(sandbox: Sandbox, tmp_path: Path) -> None:
    settings = settings_for(sandbox, tmp_path / "books.sqlite", public_url="https://shop.example/pay/")
    with open_shop(settings) as merchant:
        order = merchant.place("wechatpay")

    payment = sandbox.client.payment("wechatpay", order["reference"])
    assert payment is not None
    assert payment.notify_url == "https://shop.example/pay/notify/wechatpay"


def test_an_order_survives_a_restart(sandbox: Sandbox, tmp_path: Path) -> None:
    settings = settings_for(sandbox, tmp_path / "books.sqlite")
    with open_shop(settings) as merchant:
        order = merchant.place("alipay")

    with open_shop(settings) as merchant:
        again = merchant.read(order)

    assert again == order


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"webhook_secret": ""}, "webhook_secret"),
        ({"secret_key": None}, "secret_key"),
        ({"mode": "charge"}, "mode"),
        ({"wallet": "cash"}, "cash"),
    ],
    ids=str,
)
def test_wrong_settings_are_named(sandbox: Sandbox, tmp_path: Path, change: dict[str, Any], named: str) -> None:
    good = json.loads(settings_for(sandbox, tmp_path / "books.sqlite").model_dump_json())
    good["wallets"] = {"stripe": good["wallets"]["stripe"] | change}

    with pytest.raises(SettingsError, match=named):
        create_app(Settings.of(good))


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(1250, "CNY", "12.50"), (1, "CNY", "0.01"), (4300, "JPY", "4300"), (12340, "KWD", "12.340"), (820, "USD", "8.20")],
)
def test_money_is_written_exactly(amount: int, currency: str, text: str) -> None:
    assert to_major(amount, currency) == text
    assert from_major(text, currency) == amount


@pytest.mark.parametrize("text", ["", "x", "12.505", "NaN", "Infinity", "1e400", "None", "12,50"])
def test_what_is_no_money_is_none(text: str) -> None:
    assert from_major(text, "CNY") is None
