"""Apple Pay's gateway without a network: one call is one function, and time is a number."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

from fixtures.model import Message, Money, Payment, Stamp
from fixtures.sandbox.ledger import WalletBook
from fixtures.wallets.applepay import WALLET
from fixtures.wallets.applepay.statement import card_of
from fixtures.wallets.interface import Keys, Reply, Scene

KEYS = WALLET.published_keys()
BASE = "http://127.0.0.1:4242/applepay"
NOW = 1_796_000_000.0
PAYMENTS = "/acquirer/v1/payments"
SESSION = "/paymentservices/paymentSession"

JSON = MutableMapping[str, Any]


def stamp(seed: int = 7, now: float = NOW) -> Stamp:
    return Stamp(now, Random(seed))


def confirmed(reference: str = "A-1", amount: int = 1999, mode: str = "EC_v1", *, seed: int = 7) -> Payment:
    """A payment that the buyer confirmed on the device."""
    moment = stamp(seed)
    return WALLET.act("pay", WALLET.assume(reference, Money(amount, "USD"), mode, moment, None), moment)


def token(payment: Payment, seed: int = 8) -> Message:
    return WALLET.prove("paid", payment, KEYS, stamp(seed), "", BASE)


def card(message: Message) -> dict[str, Any]:
    """The card in a token, as a shop hands it to the acquirer."""
    found = card_of(WALLET.believed(message, KEYS, NOW))
    return {
        "number": found.number,
        "expiry_month": found.expiry_month,
        "expiry_year": found.expiry_year,
        "cryptogram": found.cryptogram,
        "eci": found.eci,
    }


def scene(mode: str) -> Scene:
    """A victim's order and another that was really paid, both drawn as paid."""
    return Scene(confirmed(mode=mode), confirmed("B-2", 500, mode, seed=9), KEYS, stamp(11), "", BASE)


@dataclass
class Desk:
    """A gateway with its book at a moment in time."""

    book: WalletBook = field(default_factory=lambda: WalletBook("applepay"))
    stamp: Stamp = field(default_factory=stamp)
    keys: Keys = field(default_factory=lambda: KEYS)

    def send(self, method: str, path: str, body: Any = None, **headers: str | None) -> Reply:
        """`body` is written as JSON unless it is bytes; a header of None is left out."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        told = {"authorization": f"Bearer {self.keys['acquirer_key']}", **headers}
        sent = tuple((name.replace("_", "-"), value) for name, value in told.items() if value is not None)
        return WALLET.answer(Message(method, path, sent, raw), self.book, self.keys, self.stamp, BASE)

    def pay(self, message: Message, reference: str = "A-1", amount: int = 1999, **more: Any) -> Reply:
        """The shop charges the card of a token."""
        asked = {"reference": reference, "amount": amount, "currency": "USD", "card": card(message), **more}
        return self.send("POST", PAYMENTS, asked)

    def session(self, body: Any = None, path: str = SESSION, certificate: str | None = None) -> Reply:
        """The shop asks for a session, with its identity certificate unless another is given."""
        asked = {
            "merchantIdentifier": self.keys["merchant_id"],
            "displayName": self.keys["display_name"],
            "initiative": "web",
            "initiativeContext": self.keys["domain"],
        }
        shown = quote(certificate or self.keys["identity_certificate"], safe="")
        return self.send("POST", path, asked if body is None else body, x_client_certificate=shown)


def told(reply: Reply) -> Any:
    """The answer's JSON."""
    return json.loads(reply.answer.body)
