"""Stripe, PayPal and BitPay, where whoever calls shows a key or a token."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from urllib.parse import urlencode

from fixtures.model import Message
from fixtures.wallets.bitpay.signing import sign_request
from tests.sandbox.medicine.scene import HALF, NOTIFY, PRICE, Buyer, Scene, Story, keys_of, written


def stripe(scene: Scene) -> Story:
    def call(method: str, path: str, key: str = "", **fields: object) -> Message:
        headers = [("authorization", f"Bearer {keys_of('stripe')['secret_key']}")]
        headers += [("content-type", "application/x-www-form-urlencoded"), ("idempotency-key", key)] if key else []
        return Message(method, f"/v1/{path}", tuple(headers), urlencode(scene.twist(fields)).encode())

    if scene.mode == "checkout":
        line = {"quantity": 1, "price_data][currency": "usd", "price_data][unit_amount": PRICE}
        line["price_data][product_data][name"] = "tea"
        lines = {f"line_items[0][{name}]": value for name, value in line.items()}
        told = {
            "mode": "payment",
            "success_url": "http://127.0.0.1:9/",
            "client_reference_id": scene.reference,
            **lines,
        }
        answer = yield call("POST", "checkout/sessions", f"c-{scene.reference}", **told)
        yield Buyer("pay")
        session = json.loads((yield call("GET", f"checkout/sessions/{json.loads(answer.body)['id']}")).body)
        intent = str(session["payment_intent"])
    else:
        told = {"amount": PRICE, "currency": "usd", "metadata[order_id]": scene.reference}
        answer = yield call("POST", "payment_intents", f"c-{scene.reference}", **told)
        yield Buyer("pay")
        intent = str(json.loads(answer.body)["id"])
    yield call("GET", f"payment_intents/{intent}")
    made = yield call("POST", "refunds", f"r-{scene.reference}", payment_intent=intent, amount=HALF)
    yield call("GET", f"refunds/{json.loads(made.body)['id']}")


def paypal(scene: Scene) -> Story:
    keys, reference = keys_of("paypal"), scene.reference
    coded = b64encode(f"{keys['client_id']}:{keys['client_secret']}".encode()).decode()
    form = (("authorization", f"Basic {coded}"), ("content-type", "application/x-www-form-urlencoded"))
    answer = yield Message("POST", "/v1/oauth2/token", form, b"grant_type=client_credentials")
    bearer = f"Bearer {json.loads(answer.body)['access_token']}"

    def call(method: str, path: str, key: str = "", told: object = None) -> Message:
        headers = [("authorization", bearer), ("content-type", "application/json"), ("prefer", "return=representation")]
        headers += [("paypal-request-id", key)] if key else []
        return Message(method, path, tuple(headers), b"" if told is None else written(scene.twist(told)))

    unit = {"amount": {"currency_code": "USD", "value": "12.00"}, "invoice_id": reference, "custom_id": reference}
    opening = {"intent": "CAPTURE", "purchase_units": [unit]}
    answer = yield call("POST", "/v2/checkout/orders", f"c-{reference}", opening)
    order = f"/v2/checkout/orders/{json.loads(answer.body)['id']}"
    yield Buyer("pay")
    answer = yield call("POST", f"{order}/capture", f"t-{reference}")
    capture = json.loads(answer.body)["purchase_units"][0]["payments"]["captures"][0]["id"]
    yield call("GET", order)
    back = {"amount": {"currency_code": "USD", "value": "6.00"}}
    made = yield call("POST", f"/v2/payments/captures/{capture}/refund", f"r-{reference}", back)
    yield call("GET", f"/v2/payments/refunds/{json.loads(made.body)['id']}")


def bitpay(scene: Scene) -> Story:
    price = {"price": 12.0, "currency": "USD", "orderId": scene.reference, "guid": f"c-{scene.reference}"}
    answer = yield bitpay_call(scene, "POST", "/invoices", **price, notificationURL=NOTIFY)
    invoice = json.loads(answer.body)["data"]["id"]
    yield Buyer("pay")
    yield bitpay_call(scene, "GET", f"/invoices/{invoice}")
    back = {"invoiceId": invoice, "amount": 6.0, "reference": "half", "guid": f"r-{scene.reference}"}
    yield bitpay_call(scene, "POST", "/refunds", **back)
    yield bitpay_call(scene, "GET", "/refunds", invoiceId=invoice)


def bitpay_call(scene: Scene, method: str, path: str, **told: Any) -> Message:
    """A call of the merchant's client."""
    keys = keys_of("bitpay")
    said = scene.twist({"token": keys["token" if scene.mode == "signed" else "classic_token"], **told})
    query, body = (f"?{urlencode(said)}", b"") if method == "GET" else ("", written(said))
    signature = sign_request(keys["private_key"], scene.base_url + path + query, body)
    headers = (("x-identity", keys["public_key"]), ("x-signature", signature), ("content-type", "application/json"))
    return Message(method, path + query, (*headers, ("x-accept-version", "2.0.0")), body)
