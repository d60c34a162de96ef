"""PayPal's gateway: the life of a payment, idempotency, errors, hostile input."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fixtures.model import Money, PaymentState
from fixtures.wallets.paypal import ledger
from tests.wallets.paypal_shop import BASE, Shop, order

ORDERS = "/v2/checkout/orders"


@pytest.fixture
def shop() -> Shop:
    return Shop()


def rels(told: dict[str, Any]) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in told["links"]}


def test_life_of_a_payment(shop: Shop) -> None:
    created = shop.told(f"POST {ORDERS}", order())
    order_id = created["id"]
    assert set(created) == {"id", "status", "links"} and created["status"] == "CREATED"
    assert rels(created)["approve"] == f"{BASE}/checkoutnow?token={order_id}"
    payment = shop.book.by_reference("order-1")
    assert payment and (payment.id, payment.asked, payment.state) == (order_id, Money(1999, "USD"), PaymentState.OPEN)
    assert shop.issue(f"POST {ORDERS}/{order_id}/capture") == "422 ORDER_NOT_APPROVED"

    shop.act("pay", order_id)
    assert shop.told(f"GET {ORDERS}/{order_id}")["status"] == "APPROVED"
    assert set(shop.told(f"POST {ORDERS}/{order_id}/capture")) == {"id", "status", "links"}

    shown = shop.told(f"GET {ORDERS}/{order_id}")
    capture = shown["purchase_units"][0]["payments"]["captures"][0]
    assert (shown["status"], capture["status"], capture["amount"]["value"]) == ("COMPLETED", "COMPLETED", "19.99")
    assert capture["id"] == ledger.capture_id(order_id)
    assert shop.told(f"GET /v2/payments/captures/{capture['id']}")["invoice_id"] == "order-1"

    part = {"amount": {"currency_code": "USD", "value": "5.00"}}
    refund = shop.told(f"POST /v2/payments/captures/{capture['id']}/refund", part, "r-1", full=True)
    assert refund["seller_payable_breakdown"]["total_refunded_amount"]["value"] == "5.00"
    assert shop.told(f"GET /v2/payments/captures/{capture['id']}")["status"] == "PARTIALLY_REFUNDED"
    assert shop.told(f"POST /v2/payments/captures/{capture['id']}/refund", key="r-2")["status"] == "COMPLETED"
    assert shop.told(f"GET /v2/payments/captures/{capture['id']}")["status"] == "REFUNDED"
    assert shop.told(f"GET /v2/payments/refunds/{refund['id']}")["amount"]["value"] == "5.00"

    after = shop.book.by_id(order_id)
    assert after and (after.state, after.refunded) == (PaymentState.PAID, 1999)
    assert [each.number for each in after.refunds] == ["r-1", "r-2"]


def test_a_repeat_answers_200_with_the_current_state(shop: Shop) -> None:
    first = shop.call(f"POST {ORDERS}", order(), "key-1")
    order_id = json.loads(first.answer.body)["id"]
    shop.act("pay", order_id)
    again = shop.call(f"POST {ORDERS}", order(), "key-1")
    assert (first.answer.status, again.answer.status) == (201, 200)
    assert json.loads(again.answer.body)["status"] == "APPROVED" and json.loads(again.answer.body)["id"] == order_id
    assert (again.call.key, again.call.reference) == ("key-1", "order-1")

    captured = [shop.call(f"POST {ORDERS}/{order_id}/capture", key="key-2").answer.status for _ in range(2)]
    assert captured == [201, 200]
    assert shop.issue(f"POST {ORDERS}/{order_id}/capture", key="key-3") == "422 ORDER_ALREADY_CAPTURED"
    shop.now += 7 * 3600
    assert shop.issue(f"POST {ORDERS}/{order_id}/capture", key="key-2") == "422 ORDER_ALREADY_CAPTURED"


def test_refunds_are_repeated_only_with_the_same_key(shop: Shop) -> None:
    _, capture = shop.paid()
    one = {"amount": {"currency_code": "USD", "value": "1.00"}}
    keyed = [shop.told(f"POST /v2/payments/captures/{capture}/refund", one, "k")["id"] for _ in range(3)]
    free = [shop.told(f"POST /v2/payments/captures/{capture}/refund", one)["id"] for _ in range(2)]
    assert len(set(keyed)) == 1 and len(set(free)) == 2
    kept = shop.book.by_reference("order-1")
    assert kept and kept.refunded == 300


def test_a_declined_instrument_sends_the_buyer_back(shop: Shop) -> None:
    order_id = shop.create()
    shop.act("decline", order_id)
    assert shop.told(f"GET {ORDERS}/{order_id}")["status"] == "APPROVED"
    assert shop.issue(f"POST {ORDERS}/{order_id}/capture", key="c") == "422 INSTRUMENT_DECLINED"
    refused = json.loads(shop.call(f"POST {ORDERS}/{order_id}/capture").answer.body)
    assert rels(refused)["redirect"].endswith(f"/checkoutnow?token={order_id}")
    shop.act("pay", order_id)
    assert shop.call(f"POST {ORDERS}/{order_id}/capture", key="c").answer.status == 201


@pytest.mark.parametrize(
    ("end", "status", "state"), [("settle", "COMPLETED", PaymentState.PAID), ("fail", "DECLINED", PaymentState.FAILED)]
)
@pytest.mark.parametrize("captured_by", ["merchant", "paypal"])
def test_a_pending_capture(shop: Shop, end: Any, status: str, state: PaymentState, captured_by: str) -> None:
    order_id = shop.create()
    if captured_by == "paypal":
        shop.act("pay", order_id)
    shop.act("pend", order_id)
    if captured_by == "merchant":
        shown = shop.told(f"POST {ORDERS}/{order_id}/capture", full=True)
        assert shown["purchase_units"][0]["payments"]["captures"][0]["status"] == "PENDING"
    capture = ledger.capture_id(order_id)
    pending = shop.told(f"GET /v2/payments/captures/{capture}")
    assert pending["status"] == "PENDING" and "seller_receivable_breakdown" not in pending
    assert shop.issue(f"POST /v2/payments/captures/{capture}/refund") == "422 PENDING_CAPTURE"
    assert shop.issue(f"POST {ORDERS}/{order_id}/capture") == "422 ORDER_ALREADY_CAPTURED"
    assert shop.act(end, order_id).state is state
    assert shop.told(f"GET /v2/payments/captures/{capture}")["status"] == status
    assert shop.told(f"GET {ORDERS}/{order_id}")["status"] == "COMPLETED"


def test_what_paypal_does_by_itself_can_be_read(shop: Shop) -> None:
    order_id = shop.create()
    shop.act("settle", order_id)
    refunded = shop.act("refund", order_id, Money(500, "USD"))
    refund = shop.told(f"GET /v2/payments/refunds/{refunded.refunds[0].id}")
    assert refund["amount"]["value"] == "5.00"


def test_a_closed_order_cannot_be_captured(shop: Shop) -> None:
    order_id = shop.create()
    shop.act("expire", order_id)
    assert shop.told(f"GET {ORDERS}/{order_id}")["status"] == "VOIDED"
    assert shop.issue(f"POST {ORDERS}/{order_id}/capture") == "422 ORDER_COMPLETED_OR_VOIDED"


def test_authorize_then_capture_or_void(shop: Shop) -> None:
    order_id = str(shop.told(f"POST {ORDERS}", order(intent="AUTHORIZE"))["id"])
    shop.act("pay", order_id)
    assert shop.issue(f"POST {ORDERS}/{order_id}/capture") == "422 ACTION_DOES_NOT_MATCH_INTENT"
    shown = shop.told(f"POST {ORDERS}/{order_id}/authorize", full=True)
    reserved = shown["purchase_units"][0]["payments"]["authorizations"][0]["id"]
    path = f"/v2/payments/authorizations/{reserved}"
    assert shop.issue(f"POST {ORDERS}/{order_id}/authorize") == "422 ORDER_ALREADY_AUTHORIZED"
    assert shop.told(f"GET {path}")["status"] == "CREATED"
    assert shop.issue(f"POST {path}/reauthorize") == "422 REAUTHORIZATION_NOT_SUPPORTED"
    most = {"amount": {"currency_code": "USD", "value": "99.00"}}
    assert shop.issue(f"POST {path}/capture", most) == "422 MAX_CAPTURE_AMOUNT_EXCEEDED"
    part = {"amount": {"currency_code": "USD", "value": "9.99"}}
    capture = shop.told(f"POST {path}/capture", part, full=True)
    assert capture["supplementary_data"]["related_ids"] == {"order_id": order_id, "authorization_id": reserved}
    assert shop.told(f"GET {path}")["status"] == "PARTIALLY_CAPTURED"
    rest = shop.told(f"POST {path}/capture")
    assert rest["id"] != capture["id"]
    paid = shop.book.by_id(order_id)
    assert paid and paid.paid == Money(1999, "USD")
    assert shop.issue(f"POST {path}/void") == "422 PREVIOUSLY_CAPTURED"


def test_void(shop: Shop) -> None:
    order_id = str(shop.told(f"POST {ORDERS}", order(intent="AUTHORIZE"))["id"])
    shop.act("pay", order_id)
    shown = shop.told(f"POST {ORDERS}/{order_id}/authorize", full=True)
    path = f"/v2/payments/authorizations/{shown['purchase_units'][0]['payments']['authorizations'][0]['id']}"
    shop.now += 5 * 24 * 3600
    shop.sign_in()
    assert shop.call(f"POST {path}/reauthorize").answer.status == 201
    assert shop.call(f"POST {path}/void").answer.status == 204
    assert shop.issue(f"POST {path}/void") == "422 PREVIOUSLY_VOIDED"
    assert shop.issue(f"POST {path}/capture") == "422 AUTHORIZATION_VOIDED"


def test_confirm_and_patch(shop: Shop) -> None:
    order_id = shop.create()
    source = {"payment_source": {"paypal": {"experience_context": {"return_url": "https://shop.example.com/back"}}}}
    confirmed = shop.told(f"POST {ORDERS}/{order_id}/confirm-payment-source", source)
    assert confirmed["status"] == "PAYER_ACTION_REQUIRED" and "payer-action" in rels(confirmed)
    path = "/purchase_units/@reference_id=='default'/amount"
    patch = [{"op": "replace", "path": path, "value": {"currency_code": "USD", "value": "25.00"}}]
    assert shop.call(f"PATCH {ORDERS}/{order_id}", patch).answer.status == 204
    changed = shop.book.by_id(order_id)
    assert changed and changed.asked == Money(2500, "USD") and changed.return_url == "https://shop.example.com/back"
    other = [{"op": "replace", "path": path, "value": {"currency_code": "EUR", "value": "25.00"}}]
    assert shop.issue(f"PATCH {ORDERS}/{order_id}", other) == "422 AMOUNT_CHANGE_NOT_ALLOWED"
    assert shop.issue(f"PATCH {ORDERS}/{order_id}", [{"op": "add", "path": "/x"}]) == "422 INVALID_JSON_POINTER_FORMAT"
    shop.act("settle", order_id)
    assert shop.issue(f"PATCH {ORDERS}/{order_id}", patch) == "422 ORDER_ALREADY_COMPLETED"
