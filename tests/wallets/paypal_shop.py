"""A merchant's end of the PayPal gateway, without sockets, and a book in memory."""

from __future__ import annotations

import base64
import json
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from fixtures.model import Message, Money, Payment, Stamp
from fixtures.wallets.interface import Action, Reply
from fixtures.wallets.paypal import WALLET

BASE = "http://127.0.0.1:8000/paypal"
NOW = 1_790_000_000.0
KEYS = WALLET.published_keys()
Json = dict[str, Any]


@dataclass
class Shelf:
    """The wallet's part of the ledger, in memory."""

    store: MutableMapping[str, Any] = field(default_factory=dict)
    kept: dict[str, Payment] = field(default_factory=dict)
    ids: dict[str, Payment] = field(default_factory=dict)

    def by_reference(self, reference: str) -> Payment | None:
        return self.kept.get(reference)

    def by_id(self, id: str) -> Payment | None:
        return self.ids.get(id)

    def payments(self) -> Sequence[Payment]:
        return list(self.kept.values())

    def save(self, payment: Payment) -> None:
        old = self.kept.get(payment.reference)
        if old and old.id != payment.id and self.ids.get(old.id) is old:
            del self.ids[old.id]
        self.kept[payment.reference] = self.ids[payment.id] = payment


@dataclass
class Shop:
    """Calls the gateway as a merchant would."""

    book: Shelf = field(default_factory=Shelf)
    now: float = NOW
    random: Random = field(default_factory=lambda: Random(5))
    token: str = ""

    def __post_init__(self) -> None:
        self.sign_in()

    def sign_in(self) -> None:
        """Fetches a new token."""
        basic = base64.b64encode(f"{KEYS['client_id']}:{KEYS['client_secret']}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        reply = self.raw("POST", "/v1/oauth2/token", headers, b"grant_type=client_credentials")
        assert reply.answer.status == 200
        self.token = json.loads(reply.answer.body)["access_token"]

    def raw(self, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> Reply:
        stamp = Stamp(self.now, self.random)
        return WALLET.answer(Message(method, url, tuple(headers.items()), body), self.book, KEYS, stamp, BASE)

    def call(self, line: str, body: Any = None, key: str | None = None, full: bool = False) -> Reply:
        method, url = line.split()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["PayPal-Request-Id"] = key
        if full:
            headers["Prefer"] = "return=representation"
        return self.raw(method, url, headers, b"" if body is None else json.dumps(body).encode())

    def told(self, line: str, body: Any = None, key: str | None = None, full: bool = False) -> Json:
        """The answer's document; the call must have succeeded."""
        reply = self.call(line, body, key, full)
        assert reply.answer.status < 300, reply.answer.body
        return json.loads(reply.answer.body) if reply.answer.body else {}

    def issue(self, line: str, body: Any = None, key: str | None = None) -> str:
        """Status and issue of a call that must have failed."""
        reply = self.call(line, body, key)
        assert reply.answer.status >= 400 and reply.call.problem
        told = json.loads(reply.answer.body)
        return f"{reply.answer.status} {told['details'][0]['issue'] if 'details' in told else told['name']}"

    def create(self, value: str = "19.99", currency: str = "USD", key: str | None = None, **unit: Any) -> str:
        """A new order's id."""
        body = order(value, currency, **unit)
        return str(self.told("POST /v2/checkout/orders", body, key)["id"])

    def act(self, action: Action, order_id: str, money: Money | None = None) -> Payment:
        payment = self.book.by_id(order_id)
        assert payment
        changed = WALLET.act(action, payment, Stamp(self.now, self.random), money)
        self.book.save(changed)
        return changed

    def paid(self, **unit: Any) -> tuple[str, str]:
        """Order id and capture id of an order that was approved and captured."""
        order_id = self.create(**unit)
        self.act("pay", order_id)
        captured = self.told(f"POST /v2/checkout/orders/{order_id}/capture", full=True)
        return order_id, captured["purchase_units"][0]["payments"]["captures"][0]["id"]


def order(value: str = "19.99", currency: str = "USD", intent: str = "CAPTURE", **unit: Any) -> Json:
    """The body of a create call."""
    filled = {
        "amount": {"currency_code": currency, "value": value},
        "invoice_id": "order-1",
        "custom_id": "order-1",
        **unit,
    }
    context = {"return_url": "https://shop.example.com/return", "cancel_url": "https://shop.example.com/cancel"}
    return {"intent": intent, "purchase_units": [filled], "application_context": context}
