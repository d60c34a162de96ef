"""PayPal's verification endpoint, its list of events and the bill."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.model import Message, Stamp
from fixtures.wallets.interface import Wording
from fixtures.wallets.paypal import WALLET, signing
from fixtures.wallets.paypal.gateway.notifications import raw_value
from tests.wallets.paypal_shop import BASE, KEYS, NOW, Shop

ORDERS = "/v2/checkout/orders"


@pytest.fixture
def shop() -> Shop:
    return Shop()


def verification(message: Message, body: bytes) -> bytes:
    names = {
        "auth_algo": signing.AUTH_ALGORITHM,
        "cert_url": signing.CERTIFICATE_URL,
        "transmission_id": signing.ID,
        "transmission_sig": signing.SIGNATURE,
        "transmission_time": signing.TIME,
    }
    told = {name: message.header(header) for name, header in names.items()} | {"webhook_id": KEYS["webhook_id"]}
    return json.dumps(told).encode()[:-1] + b', "webhook_event": ' + body + b"}"


def test_verification_by_paypal_looks_at_the_raw_bytes(shop: Shop) -> None:
    order_id, _ = shop.paid()
    payment = shop.book.by_id(order_id)
    assert payment
    for odd in (False, True):
        wording = Wording(odd=odd)
        message = WALLET.prove("paid", payment, KEYS, Stamp(NOW, Random(1)), "https://shop/n", BASE, wording)
        raw = verification(message, message.body)
        again = verification(message, json.dumps(json.loads(message.body), indent=2).encode())
        headers = {"Authorization": f"Bearer {shop.token}"}
        path = "/v1/notifications/verify-webhook-signature"
        verdicts = [shop.raw("POST", path, headers, each).answer.body for each in (raw, again)]
        assert [json.loads(each)["verification_status"] for each in verdicts] == ["SUCCESS", "FAILURE"]
    assert shop.issue("POST /v1/notifications/verify-webhook-signature", {}) == "400 MISSING_REQUIRED_PARAMETER"


@settings(deadline=None)
@given(
    st.dictionaries(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5), max_size=4)
)
def test_raw_values_are_the_bytes_as_they_stand(fields: dict[str, Any]) -> None:
    value = b'{ "a":\t[1, 2.50, "\\/"] }'
    head = json.dumps({**fields, "z": 0}, indent=1).encode()[:-1].rstrip()
    assert raw_value(b" " + head + b' , "webhook_event" :\n' + value + b" }", "webhook_event") == value


def test_events_and_bill(shop: Shop) -> None:
    order_id, capture = shop.paid()
    shop.told(f"POST /v2/payments/captures/{capture}/refund", {"amount": {"currency_code": "USD", "value": "1.00"}})
    told = shop.told("GET /v1/notifications/webhooks-events?page_size=5")
    kinds = {"CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.COMPLETED", "PAYMENT.CAPTURE.REFUNDED"}
    assert {event["event_type"] for event in told["events"]} == kinds
    one = told["events"][0]
    assert shop.told(f"GET /v1/notifications/webhooks-events/{one['id']}") == one
    only = shop.told(
        f"GET /v1/notifications/webhooks-events?transaction_id={capture}&event_type=PAYMENT.CAPTURE.COMPLETED"
    )
    assert only["count"] == 1

    days = "start_date=2026-09-20T00:00:00Z&end_date=2026-10-10T00:00:00-0000"
    bill = shop.told(f"GET /v1/reporting/transactions?{days}&fields=all&page_size=100")
    lines = [each["transaction_info"] for each in bill["transaction_details"]]
    assert [(line["transaction_amount"]["value"], line["transaction_event_code"]) for line in lines] == [
        ("19.99", "T0006"),
        ("-1.00", "T1107"),
    ]
    assert lines[0]["transaction_id"] == capture and lines[0]["invoice_id"] == "order-1"
    assert lines[0]["paypal_reference_id"] == order_id and lines[1]["paypal_reference_id"] == capture
    assert bill["total_items"] == 2
    assert shop.issue("GET /v1/reporting/transactions") == "400 MISSING_REQUIRED_PARAMETER"
    long = "start_date=2026-01-01T00:00:00Z&end_date=2026-10-10T00:00:00Z"
    assert shop.issue(f"GET /v1/reporting/transactions?{long}") == "400 INVALID_PARAMETER_VALUE"
