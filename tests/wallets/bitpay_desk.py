"""A BitPay gateway without a network: one call is one function, and time is a number."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlencode

from fixtures.model import Answer, Message, Payment, Stamp
from fixtures.wallets.bitpay import WALLET
from fixtures.wallets.bitpay.signing import identity_of, sign_request
from fixtures.wallets.interface import Action, Keys, Reply

KEYS = WALLET.published_keys()
BASE = "http://127.0.0.1:4242/bitpay"


class Shelf:
    """The smallest Book."""

    def __init__(self) -> None:
        self.store: MutableMapping[str, Any] = {}
        self._kept: dict[str, Payment] = {}

    def by_reference(self, reference: str) -> Payment | None:
        return self._kept.get(reference)

    def by_id(self, id: str) -> Payment | None:
        return next((payment for payment in self._kept.values() if payment.id == id), None)

    def payments(self) -> list[Payment]:
        return list(self._kept.values())

    def save(self, payment: Payment) -> None:
        self._kept[payment.reference] = payment


@dataclass
class Desk:
    """A gateway with its book at a moment in time; calls are signed by the merchant's client unless told otherwise."""

    book: Shelf = field(default_factory=Shelf)
    now: float = 1_767_225_600.0
    random: Random = field(default_factory=lambda: Random(7))
    keys: Keys = field(default_factory=lambda: KEYS)
    token: str = KEYS["token"]
    private_key: str | None = KEYS["private_key"]

    @property
    def stamp(self) -> Stamp:
        return Stamp(self.now, self.random)

    def send(self, method: str, url: str, body: bytes = b"") -> Reply:
        headers = [("Content-Type", "application/json"), ("X-Accept-Version", "2.0.0")]
        if self.private_key is not None:
            headers += [("x-identity", identity_of(self.private_key))]
            headers += [("x-signature", sign_request(self.private_key, BASE + url, body))]
        return WALLET.answer(Message(method, url, tuple(headers), body), self.book, self.keys, self.stamp, BASE)

    def post(self, path: str, **params: Any) -> Reply:
        return self.send("POST", path, json.dumps({"token": self.token, **params}).encode())

    def put(self, path: str, **params: Any) -> Reply:
        return self.send("PUT", path, json.dumps({"token": self.token, **params}).encode())

    def get(self, path: str, **params: Any) -> Reply:
        return self.send("GET", f"{path}?{urlencode({'token': self.token, **params})}")

    def delete(self, path: str, **params: Any) -> Reply:
        return self.send("DELETE", f"{path}?{urlencode({'token': self.token, **params})}")

    def invoice(self, order: str = "A-1", **params: Any) -> dict[str, Any]:
        """A new invoice of 10.50 dollars."""
        wish = {"price": 10.5, "currency": "USD", "orderId": order, "guid": f"g-{order}", **params}
        return dict(data(self.post("/invoices", **wish).answer))

    def act(self, action: Action, order: str = "A-1", money: Any = None) -> Payment:
        """The buyer acts."""
        payment = self.book.by_reference(order)
        assert payment is not None
        changed = WALLET.act(action, payment, self.stamp, money)
        self.book.save(changed)
        return changed

    def payment(self, order: str = "A-1") -> Payment:
        found = self.book.by_reference(order)
        assert found is not None
        return found


def data(answer: Answer) -> Any:
    """The `data` of a good answer."""
    assert answer.status == 200, answer.body
    return json.loads(answer.body)["data"]


def code(reply: Reply) -> str | None:
    """The error's number."""
    told = json.loads(reply.answer.body)
    assert reply.answer.status >= 400
    assert reply.call.problem
    return str(told["code"]) if "code" in told else None
