"""A node for tests, and a shop that looks at it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from fixtures.chains import device, life
from fixtures.chains.bitcoin import gateway, news, play
from fixtures.chains.bitcoin.address import address_of_key
from fixtures.chains.keys import merchant_credentials
from fixtures.model import Answer, Given, Message, Money, Payment, Stamp
from fixtures.sandbox.ledger import WalletBook
from fixtures.wallets.interface import Action
from fixtures.wallets.trezor import WALLET

KEYS = WALLET.published_keys()
NOW = 1_790_000_000.0
PRICE = 42_000


@dataclass
class Desk:
    """One book with its node; `now` is the time of the next request."""

    book: WalletBook = field(default_factory=lambda: WalletBook("trezor"))
    now: float = NOW
    orders: int = 0

    def stamp(self) -> Stamp:
        return Stamp(self.now, Random(4))

    def place(self, amount: int = PRICE) -> Payment:
        """An order at an address of its own."""
        self.orders += 1
        return self.watched(f"A-{self.orders}", f"bitcoin:{receive(self.orders)}?amount={Decimal(amount).scaleb(-8):f}")

    def watched(self, reference: str, uri: str) -> Payment:
        payment = life.assume("trezor", reference, Money(1, "BTC"), "bitcoin", self.stamp())
        payment = play.watch(payment, Given(qr=uri))
        self.book.save(payment)
        return payment

    def enact(self, action: Action, payment: Payment, money: Money | None = None) -> Payment:
        after = play.enact(action, self.known(payment), self.book, KEYS, self.stamp(), money)
        self.book.save(after)
        return after

    def known(self, payment: Payment) -> Payment:
        return self.book.by_reference(payment.reference) or payment

    def post(self, message: Message) -> Answer:
        return gateway.answer(message, self.book, KEYS, self.stamp()).answer

    def tell(self, name: str, payment: Payment, other: Payment | None = None) -> list[str]:
        """Stages a story; the ids of its transactions."""
        said = json.loads(self.post(news.staged(name, payment, "", other)).body)
        assert said["error"] is None, said
        return list(said["result"]["transactions"])

    def ask(self, method: str, *params: Any) -> Any:
        """The result of a call, fractions as Decimals."""
        said = self.raw(method, *params)
        assert said["error"] is None, said
        return said["result"]

    def wrong(self, method: str, *params: Any) -> int:
        """The error's code."""
        return int(self.raw(method, *params)["error"]["code"])

    def raw(self, method: str, *params: Any) -> Any:
        body = self.post(news.request("", method, list(params), keys=KEYS)).body
        return json.loads(body, parse_float=Decimal)

    def received(self, payment: Payment, confirmations: int = 2) -> int:
        """What a sound shop counts, in satoshi."""
        return int(self.ask("getreceivedbyaddress", payment.details["address"], confirmations).scaleb(8))

    def later(self, seconds: float = 5) -> None:
        self.now += seconds


def receive(number: int, branch: int = 0) -> str:
    """An address of the shop's account."""
    account = device.parse(merchant_credentials(KEYS, "bitcoin")["account_xpub"])
    return address_of_key(device.child(device.child(account, branch), number).public, "p2wpkh")
