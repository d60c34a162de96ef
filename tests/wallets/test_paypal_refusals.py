"""What PayPal's gateway refuses, and that no input brings it down."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.model import Message, Money
from fixtures.wallets.paypal import WALLET
from tests.wallets.paypal_shop import Shop, order

ORDERS = "/v2/checkout/orders"


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.mark.parametrize(
    ("value", "currency", "issue"),
    [
        ("0", "USD", "422 CANNOT_BE_ZERO_OR_NEGATIVE"),
        ("-1.00", "USD", "422 CANNOT_BE_ZERO_OR_NEGATIVE"),
        ("1.999", "USD", "422 DECIMAL_PRECISION"),
        ("100.00", "JPY", "422 DECIMALS_NOT_SUPPORTED"),
        ("12.340", "KWD", "422 INVALID_CURRENCY_CODE"),
        ("1e3", "USD", "400 INVALID_PARAMETER_SYNTAX"),
        ("1,00", "USD", "400 INVALID_PARAMETER_SYNTAX"),
        ("1000000000000000", "USD", "422 MAX_VALUE_EXCEEDED"),
        ("1.00", "DOLLAR", "400 INVALID_STRING_LENGTH"),
    ],
)
def test_amounts_that_paypal_refuses(shop: Shop, value: str, currency: str, issue: str) -> None:
    assert shop.issue(f"POST {ORDERS}", order(value, currency)) == issue


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [("10", "USD", 1000), (".5", "USD", 50), ("4300", "JPY", 4300), ("12.30", "EUR", 1230)],
)
def test_amounts_that_paypal_takes(shop: Shop, value: str, currency: str, minor: int) -> None:
    payment = shop.book.by_id(shop.create(value, currency))
    assert payment and payment.asked == Money(minor, currency)


def test_the_breakdown_must_add_up(shop: Shop) -> None:
    def dollars(value: str) -> dict[str, Any]:
        return {"currency_code": "USD", "value": value}

    item = {"name": "book", "quantity": "2", "unit_amount": dollars("9.00")}
    right: dict[str, Any] = {
        "amount": {**dollars("19.99"), "breakdown": {"item_total": dollars("18.00"), "shipping": dollars("1.99")}}
    }
    wrong: dict[str, Any] = {"amount": {**dollars("19.99"), "breakdown": {"item_total": dollars("18.00")}}}
    mixed: dict[str, Any] = {
        "amount": {**dollars("1.00"), "breakdown": {"item_total": {"currency_code": "EUR", "value": "1.00"}}}
    }
    assert shop.create(**right, items=[item])
    assert shop.issue(f"POST {ORDERS}", order(**wrong)) == "422 AMOUNT_MISMATCH"
    assert shop.issue(f"POST {ORDERS}", order(**mixed)) == "422 MULTI_CURRENCY_ORDER"
    assert shop.issue(f"POST {ORDERS}", order(items=[item])) == "422 ITEM_TOTAL_REQUIRED"
    assert shop.issue(f"POST {ORDERS}", order(**right, items=[item, item])) == "422 ITEM_TOTAL_MISMATCH"


@pytest.mark.parametrize(
    ("body", "issue"),
    [
        ({}, "400 MISSING_REQUIRED_PARAMETER"),
        ({"intent": "PAY"}, "400 INVALID_PARAMETER_VALUE"),
        ({"intent": "CAPTURE", "purchase_units": []}, "400 MISSING_REQUIRED_PARAMETER"),
        ({"intent": "CAPTURE", "purchase_units": [1]}, "400 INVALID_PARAMETER_SYNTAX"),
        ({"intent": "CAPTURE", "purchase_units": [{}, {}]}, "403 PERMISSION_DENIED"),
        (order(custom_id="x" * 128), "400 INVALID_STRING_LENGTH"),
        ({**order(), "payment_source": {"card": {}}}, "422 PAYMENT_SOURCE_CANNOT_BE_USED"),
        ({**order(), "application_context": {"return_url": "nowhere"}}, "400 INVALID_PARAMETER_SYNTAX"),
        ([], "400 MALFORMED_REQUEST_JSON"),
    ],
)
def test_orders_that_paypal_refuses(shop: Shop, body: Any, issue: str) -> None:
    assert shop.issue(f"POST {ORDERS}", body) == issue


def test_refunds_that_paypal_refuses(shop: Shop) -> None:
    _, capture = shop.paid()

    def issue(value: str, currency: str = "USD") -> str:
        body = {"amount": {"currency_code": currency, "value": value}}
        return shop.issue(f"POST /v2/payments/captures/{capture}/refund", body)

    assert issue("20.00") == "422 REFUND_AMOUNT_EXCEEDED"
    assert issue("1.00", "EUR") == "422 REFUND_CAPTURE_CURRENCY_MISMATCH"
    assert issue("0.00") == "422 CANNOT_BE_ZERO_OR_NEGATIVE"
    shop.told(f"POST /v2/payments/captures/{capture}/refund")
    assert issue("1.00") == "422 CAPTURE_FULLY_REFUNDED"


def test_an_invoice_is_paid_once(shop: Shop) -> None:
    first = shop.create(key="a")
    second = shop.create(key="b")
    newest, older = shop.book.by_reference("order-1"), shop.book.by_id(first)
    assert newest and newest.id == second and older and older.reference == first
    shop.act("settle", second)
    assert shop.issue(f"POST {ORDERS}", order()) == "422 DUPLICATE_INVOICE_ID"
    shop.act("pay", first)
    assert shop.issue(f"POST {ORDERS}/{first}/capture") == "422 DUPLICATE_INVOICE_ID"
    only_custom = {"amount": {"currency_code": "USD", "value": "1.00"}, "custom_id": "order-1"}
    third = shop.told(f"POST {ORDERS}", {"intent": "CAPTURE", "purchase_units": [only_custom]})["id"]
    assert shop.book.by_reference(third) and shop.book.by_reference("order-1") == shop.book.by_id(second)


def test_who_may_come_in(shop: Shop) -> None:
    path = f"{ORDERS}/X"
    for header in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": f"Basic {shop.token}"}):
        reply = shop.raw("GET", path, header)
        assert (reply.answer.status, reply.call.signed) == (401, False)
        assert json.loads(reply.answer.body)["name"] == "AUTHENTICATION_FAILURE"
    assert shop.call(f"GET {path}").call.signed is True
    shop.now += 32_400
    assert shop.call(f"GET {path}").answer.status == 401
    wrong = {"Authorization": "Basic " + base64.b64encode(b"someone:else").decode()}
    refused = shop.raw("POST", "/v1/oauth2/token", wrong, b"grant_type=client_credentials")
    assert (refused.answer.status, json.loads(refused.answer.body)["error"]) == (401, "invalid_client")


def test_unknown_things(shop: Shop) -> None:
    for line in ("GET /v2/payments/captures/X", f"GET {ORDERS}/X", "GET /v2/payments/refunds/X", "GET /nowhere"):
        assert shop.call(line).answer.status == 404
    assert shop.call("GET /nowhere").call.operation == "other"
    order_id, capture = shop.paid()
    assert shop.issue(f"GET /v2/payments/authorizations/{capture}") == "404 INVALID_RESOURCE_ID"
    assert shop.issue(f"GET /v2/payments/refunds/{capture}") == "404 INVALID_RESOURCE_ID"
    assert shop.call(f"GET {ORDERS}/{order_id}").call.reference == "order-1"


@pytest.mark.parametrize("named", [{"custom_id": "c"}, {"reference_id": "r"}, {}])
def test_where_the_reference_comes_from(shop: Shop, named: dict[str, str]) -> None:
    unit = {"amount": {"currency_code": "USD", "value": "1.00"}, **named}
    body = json.dumps({"intent": "CAPTURE", "purchase_units": [unit]}).encode()
    told = WALLET.reference_of(Message("POST", ORDERS, (), body), shop.book)
    order_id = shop.told(f"POST {ORDERS}", json.loads(body))["id"]
    assert told == next(iter(named.values()), None)
    assert shop.book.by_reference(told or order_id)


PATHS = st.sampled_from(
    [
        "/v1/oauth2/token",
        ORDERS,
        f"{ORDERS}/ORDER",
        f"{ORDERS}/ORDER/capture",
        f"{ORDERS}/ORDER/authorize",
        f"{ORDERS}/ORDER/confirm-payment-source",
        "/v2/payments/captures/CAPTURE",
        "/v2/payments/captures/CAPTURE/refund",
        "/v2/payments/refunds/CAPTURE",
        "/v1/notifications/verify-webhook-signature",
        "/v1/notifications/webhooks-events",
        "/v1/reporting/transactions",
        "/v1/notifications/certs/CERT-1/../x",
    ]
)
TEXTS = st.text(max_size=20) | st.sampled_from(["CAPTURE", "USD", "1.00", "paypal", "replace"])
NAMES = st.sampled_from(
    [
        "intent",
        "purchase_units",
        "amount",
        "currency_code",
        "value",
        "payee",
        "items",
        "breakdown",
        "payment_source",
        "paypal",
    ]
) | st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
BODIES = st.binary(max_size=60) | JSON.map(lambda told: json.dumps(told).encode()) | st.just(b"[" * 100_000)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["GET", "POST", "PATCH", "PUT"]), PATHS | st.text(max_size=40), st.text(max_size=40), BODIES)
def test_no_input_raises(method: str, path: str, query: str, body: bytes) -> None:
    shop = Shop()
    order_id, capture = shop.paid()
    url = path.replace("ORDER", order_id).replace("CAPTURE", capture) + "?" + query
    headers = {"Authorization": f"Bearer {shop.token}", "PayPal-Request-Id": query}
    reply = shop.raw(method, url, headers, body)
    assert 200 <= reply.answer.status < 500
    assert reply.call.operation in WALLET.docs.operations
    WALLET.reference_of(Message(method, url, (), body), shop.book)
    shop.raw(method, url, {"Authorization": query}, body)
