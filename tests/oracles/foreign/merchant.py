"""A shop on a foreign SDK: the steps that every driver knows, with their types."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fixtures.model import Message, Money, Payment
from fixtures.sandbox.process import Sandbox
from fixtures.wallets.interface import Keys
from tests.oracles.foreign.driver import Driver
from tests.oracles.foreign.environments import Environment
from tests.oracles.foreign.judges import NOTIFY_URL, RETURN_URL, Judge


@dataclass(frozen=True, slots=True)
class Merchant:
    """The judge at work. Every step raises Objection where the SDK refuses or reports a refusal."""

    judge: Judge
    driver: Driver
    sandbox: Sandbox

    @property
    def keys(self) -> Keys:
        """The wallet's keys, both sides."""
        return self.sandbox.keys[self.judge.wallet_name]

    @property
    def gateway_url(self) -> str:
        """Where the wallet's gateway is."""
        return self.sandbox.gateway_url(self.judge.wallet_name)

    def create(self) -> str:
        """Opens an order at the gateway, and the buyer opens what he is given; returns the order's reference."""
        reference = uuid.uuid4().hex
        handed = self.driver.call("create", **self._order(reference))
        assert handed, "the buyer is given nothing to pay with"
        self.sandbox.client.act(self.judge.wallet_name, reference, "open")
        return reference

    def page(self, reference: str, verb: str) -> str:
        """What the buyer's browser opens: a URL, or a page with a form."""
        shown: str = self.driver.call("page", **self._order(reference), verb=verb)
        return shown

    def query(self, reference: str) -> dict[str, Any]:
        """The payment as the gateway tells it: state, amount."""
        found: dict[str, Any] = self.driver.call("query", reference=reference)
        return found

    def collect(self, reference: str) -> None:
        """Captures what the buyer agreed to, where the wallet asks for it."""
        if self.judge.collects:
            self.driver.call("collect", reference=reference)

    def refund(self, reference: str, number: str, amount: int) -> dict[str, Any]:
        """Gives back minor units and returns the refund as the gateway tells it afterwards."""
        money = {"amount": amount, "total": self.judge.money.amount, "currency": self.judge.money.currency}
        self.driver.call("refund", reference=reference, number=number, **money)
        found: dict[str, Any] = self.driver.call("refunded", reference=reference, number=number)
        return found

    def close(self, reference: str) -> None:
        """Closes an unpaid order."""
        self.driver.call("close", reference=reference)

    def believe(self, message: Message) -> dict[str, Any]:
        """What a notification states, once the SDK has found it genuine."""
        headers = {name.lower(): value for name, value in message.headers}
        body = base64.b64encode(message.body).decode()
        stated: dict[str, Any] = self.driver.call("believe", headers=headers, body=body)
        return stated

    def ledger(self, reference: str) -> Payment:
        """What the sandbox's ledger says."""
        payment = self.sandbox.client.payment(self.judge.wallet_name, reference)
        assert payment is not None
        return payment

    def _order(self, reference: str) -> dict[str, Any]:
        money: Money = self.judge.money
        return {"reference": reference, "amount": money.amount, "currency": money.currency}


@contextmanager
def opened(judge: Judge, environment: Environment, sandbox: Sandbox) -> Iterator[Merchant]:
    """The judge's merchant for as long as the block lasts."""
    with Driver(environment, judge.script) as driver:
        merchant = Merchant(judge, driver, sandbox)
        credentials = judge.wallet.merchant_credentials(merchant.keys, judge.mode)
        urls = {"url": merchant.gateway_url, "notify_url": NOTIFY_URL, "return_url": RETURN_URL}
        driver.call("open", **urls, mode=judge.mode, credentials=credentials)
        yield merchant
