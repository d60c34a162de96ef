"""A Stripe gateway without a network: one call is one function, and time is a number."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlencode

from fixtures.model import Answer, Message, Payment, Stamp
from fixtures.wallets.interface import Action, Keys, Reply
from fixtures.wallets.stripe import WALLET

KEYS = WALLET.published_keys()
BASE = "http://127.0.0.1:4242/stripe"
FORM = "application/x-www-form-urlencoded"


class Shelf:
    """The smallest Book."""

    def __init__(self) -> None:
        self.store: MutableMapping[str, Any] = {}
        self._kept: dict[str, Payment] = {}

    def by_reference(self, reference: str) -> Payment | None:
        return self._kept.get(reference)

    def by_id(self, id: str) -> Payment | None:
        return next((payment for payment in reversed(self._kept.values()) if payment.id == id), None)

    def payments(self) -> list[Payment]:
        return list(self._kept.values())

    def save(self, payment: Payment) -> None:
        self._kept[payment.reference] = payment


@dataclass
class Desk:
    """A gateway with its book at a moment in time."""

    book: Shelf = field(default_factory=Shelf)
    now: float = 1_767_225_600.0
    random: Random = field(default_factory=lambda: Random(7))
    keys: Keys = field(default_factory=lambda: KEYS)

    @property
    def stamp(self) -> Stamp:
        return Stamp(self.now, self.random)

    def send(
        self, method: str, path: str, body: bytes = b"", *, key: str | None = None, secret: str | None = None
    ) -> Reply:
        headers = [("Authorization", f"Bearer {secret or self.keys['secret_key']}"), ("Content-Type", FORM)]
        headers += [("Idempotency-Key", key)] if key else []
        return WALLET.answer(Message(method, path, tuple(headers), body), self.book, self.keys, self.stamp, BASE)

    def post(self, path: str, *, key: str | None = None, **fields: Any) -> Any:
        """The object of a successful call; names may be written as `metadata__order_id`."""
        return self.good(self.send("POST", f"/v1/{path}", form(fields), key=key).answer)

    def get(self, path: str) -> Any:
        return self.good(self.send("GET", f"/v1/{path}").answer)

    def refused(self, path: str, *, key: str | None = None, **fields: Any) -> tuple[int, dict[str, Any]]:
        """Status and error object of a call that fails."""
        answer = self.send("POST", f"/v1/{path}", form(fields), key=key).answer
        assert answer.status >= 400, answer
        return answer.status, json.loads(answer.body)["error"]

    def act(self, action: Action, reference: str) -> Payment:
        payment = self.book.by_reference(reference)
        assert payment is not None
        self.book.save(WALLET.act(action, payment, self.stamp))
        return self.payment(reference)

    def payment(self, reference: str) -> Payment:
        payment = self.book.by_reference(reference)
        assert payment is not None
        return payment

    @staticmethod
    def good(answer: Answer) -> Any:
        assert answer.status == 200, answer.body
        return json.loads(answer.body)


def form(fields: dict[str, Any]) -> bytes:
    """`a__b=1` as `a[b]=1`."""
    pairs = []
    for name, value in fields.items():
        first, *rest = name.split("__")
        pairs.append((first + "".join(f"[{part}]" for part in rest), value))
    return urlencode(pairs).encode()


def intent(desk: Desk, reference: str = "A-1", amount: int = 1999, currency: str = "usd", **fields: Any) -> Any:
    """A PaymentIntent for an order."""
    return desk.post("payment_intents", amount=amount, currency=currency, metadata__order_id=reference, **fields)


def session(desk: Desk, reference: str = "A-1", amount: int = 1999, currency: str = "usd", **fields: Any) -> Any:
    """A Checkout Session for an order."""
    line = {
        "line_items__0__quantity": 1,
        "line_items__0__price_data__currency": currency,
        "line_items__0__price_data__unit_amount": amount,
        "line_items__0__price_data__product_data__name": "book",
    }
    url = "https://shop.example/return?session={CHECKOUT_SESSION_ID}"
    given = {"mode": "payment", "success_url": url, "client_reference_id": reference, **line, **fields}
    return desk.post("checkout/sessions", **given)
