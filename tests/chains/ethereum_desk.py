"""A node in memory, and a shop that watches it as one should: the token's own logs, deep enough, unit by unit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from fixtures.chains import device, keys, life
from fixtures.chains.ethereum import contracts, gateway, play
from fixtures.chains.ethereum.encoding import address_of
from fixtures.chains.ethereum.news import request, staged
from fixtures.model import Given, Message, Money, Payment, Stamp
from fixtures.sandbox.ledger import WalletBook
from fixtures.wallets.interface import Action

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "hardware.json").read_text())
PRICE = Money(19_990_000, "USDC")
WEI = Money(10**16, "ETH")


@cache
def key_set() -> Mapping[str, str]:
    """One set for all tests: it takes a quarter of a second to make."""
    return keys.make_keys()


class Bench:
    """A wallet's book with a chain, orders with addresses of their own, and the strict shop."""

    def __init__(self) -> None:
        self.keys = key_set()
        self.book = WalletBook("ledger")
        self.stamp = Stamp(1_800_000_000.0, Random(7))
        self.shop = keys.merchant_credentials(self.keys, "ethereum")
        self._receive = device.child(device.parse(self.shop["account_xpub"]), 0)
        self._orders = 0

    def order(self, money: Money = PRICE) -> Payment:
        """An order that waits for its payment."""
        address = address_of(device.child(self._receive, self._orders).public)
        self._orders += 1
        made = life.assume("ledger", f"order-{self._orders}", money, "ethereum", self.stamp)
        payment = play.watch(made, Given(qr=self.uri(address, money)))
        self.book.save(payment)
        return payment

    def uri(self, address: str, money: Money) -> str:
        """What the shop shows as a QR code."""
        chain = self.shop["chain_id"]
        if money.currency == "ETH":
            return f"ethereum:{address}@{chain}?value={money.amount}"
        return f"ethereum:{self.shop['token_contract']}@{chain}/transfer?address={address}&uint256={money.amount}"

    def act(self, action: Action, payment: Payment, money: Money | None = None) -> Payment:
        """The buyer's deed, as the sandbox books it."""
        changed = play.enact(action, payment, self.book, self.keys, self.stamp, money)
        self.book.save(changed)
        return changed

    def stage(self, name: str, payment: Payment, other: Payment | None = None) -> list[str]:
        """The hashes that a staging is about."""
        told = self.send(staged(name, payment, "", other))
        return [str(one) for one in told["result"]["transactions"]]

    def ask(self, method: str, *params: Any) -> Any:
        """The result of a call that must succeed."""
        said = self.send(request("", method, list(params)))
        assert "error" not in said, said
        return said["result"]

    def error(self, method: str, *params: Any) -> int:
        """The code with which a call is refused."""
        return int(self.send(request("", method, list(params)))["error"]["code"])

    def send(self, message: Message) -> Any:
        """The decoded answer."""
        return json.loads(gateway.answer(message, self.book, self.keys, self.stamp).answer.body)

    def logs(self, address: str, tag: str = "latest") -> Sequence[Mapping[str, Any]]:
        """Transfers of the accepted token to the address."""
        topics = [contracts.TRANSFER, None, "0x" + address[2:].lower().rjust(64, "0")]
        wanted = {"fromBlock": "0x0", "toBlock": tag, "address": self.shop["token_contract"], "topics": topics}
        found: Sequence[Mapping[str, Any]] = self.ask("eth_getLogs", wanted)
        return found

    def received(self, payment: Payment, confirmations: int = keys.CONFIRMATIONS) -> int:
        """What a sound shop counts for the order."""
        address = payment.details["address"]
        deep = hex(int(self.ask("eth_blockNumber"), 16) - confirmations + 1)
        if payment.asked.currency == "ETH":
            return int(self.ask("eth_getBalance", address, deep), 16)
        return sum(int(log["data"], 16) for log in self.logs(address, deep) if not log["removed"])

    def believed(self, payment: Payment) -> bool:
        """Whether it lets the goods leave."""
        return self.received(payment) >= payment.asked.amount
