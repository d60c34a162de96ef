"""A merchant in this process, on a real socket, against the real sandbox."""

from __future__ import annotations

import os
import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from typing import Any

import httpx
import pytest
import uvicorn

from fixtures.merchant import desk, refunding
from fixtures.merchant.app import create_app
from fixtures.merchant.settings import Settings
from fixtures.merchant.shop import Shop
from fixtures.model import Answer, Message, Money, Payment, Stamp
from fixtures.sandbox.process import Sandbox
from fixtures.wallets import discover
from fixtures.wallets.interface import Action, Event, Wording

SETUPS: dict[str, tuple[str, str]] = {
    "alipay": ("alipay", "key"),
    "alipay-cert": ("alipay", "cert"),
    "wechatpay": ("wechatpay", "pubkey"),
    "wechatpay-cert": ("wechatpay", "cert"),
    "stripe": ("stripe", "intent"),
    "stripe-checkout": ("stripe", "checkout"),
    "paypal": ("paypal", "capture"),
}
ITEMS = {"alipay": ("tea", 1250), "wechatpay": ("tea", 1250), "stripe": ("book", 1999), "paypal": ("book", 1999)}
PATIENCE = 8.0  # seconds
BREATH = Signal()  # never set


def eventually(look: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:
    """What `look` sees once it is as wanted, or what it sees in the end."""
    deadline = time.monotonic() + PATIENCE
    while True:
        seen = look()
        if wanted(seen) or time.monotonic() > deadline:
            return seen
        BREATH.wait(0.02)


@dataclass
class Merchant:
    """A running shop and its buyer."""

    url: str
    shop: Shop
    http: httpx.Client

    def place(self, setup: str, **wish: Any) -> dict[str, Any]:
        item = ITEMS[SETUPS[setup][0]][0]
        answer = self.http.post("/orders", json={"item": item, "quantity": 1, "wallet": setup, **wish})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def read(self, order: dict[str, Any]) -> dict[str, Any]:
        answer = self.http.get(f"/orders/{order['id']}")
        assert answer.status_code == 200
        return dict(answer.json())

    def until(self, order: dict[str, Any], *states: str) -> dict[str, Any]:
        return dict(eventually(lambda: self.read(order), lambda seen: seen["state"] in states))

    def refund(self, order: dict[str, Any], amount: int | None = None) -> httpx.Response:
        return self.http.post(f"/orders/{order['id']}/refunds", json={"amount": amount})

    def cancel(self, order: dict[str, Any]) -> httpx.Response:
        return self.http.post(f"/orders/{order['id']}/cancel")

    def deliver(self, message: Message) -> Answer:
        answer = self.http.request(
            message.method, message.url, headers=list(message.headers), content=message.body, timeout=20
        )
        return Answer(answer.status_code, tuple(answer.headers.items()), answer.content)


class Wallet:
    """One setup's wallet, played by hand."""

    def __init__(self, setup: str, sandbox: Sandbox, merchant: Merchant) -> None:
        self.setup = setup
        self.name, self.mode = SETUPS[setup]
        self.wallet = discover()[self.name]
        self.sandbox = sandbox
        self.merchant = merchant
        self.keys = sandbox.keys[self.name]
        self.random = random.Random(setup)

    def stamp(self) -> Stamp:
        return Stamp(time.time(), self.random)

    def payment(self, order: dict[str, Any]) -> Payment:
        payment = self.sandbox.client.payment(self.name, order["reference"])
        assert payment is not None
        return payment

    def act(self, order: dict[str, Any], action: Action, money: Money | None = None) -> Payment:
        return self.sandbox.client.act(self.name, order["reference"], action, money)

    def open(self, order: dict[str, Any]) -> None:
        """The buyer opens what she was given."""
        redirect = order["payment"]["redirect"]
        if redirect is not None and redirect.startswith(self.sandbox.url):
            assert httpx.get(redirect, follow_redirects=False, trust_env=False).status_code < 400
        self.act(order, "open")

    def pay(self, order: dict[str, Any]) -> Payment:
        """The buyer pays, and the money moves."""
        self.open(order)
        return self.act(order, "settle")

    def proof(self, payment: Payment, event: Event = "paid", wording: Wording | None = None) -> Message:
        url = f"{self.merchant.url}/notify/{self.setup}"
        gateway = self.sandbox.gateway_url(self.name)
        return self.wallet.prove(event, payment, self.keys, self.stamp(), url, gateway, wording or Wording())

    def prove(self, payment: Payment, event: Event = "paid", wording: Wording | None = None) -> str | None:
        """Delivers the proof; None if it was acknowledged, else why not."""
        return self.wallet.refusal(self.merchant.deliver(self.proof(payment, event, wording)))


def settings_for(sandbox: Sandbox, file: Path, **changes: Any) -> Settings:
    """Settings of a merchant with every setup, on the sandbox's keys."""
    wallets = {
        setup: {
            "wallet": name,
            "mode": mode,
            "gateway_url": sandbox.gateway_url(name),
            **discover()[name].merchant_credentials(sandbox.keys[name], mode),
        }
        for setup, (name, mode) in SETUPS.items()
    }
    values = {
        "database": f"sqlite:///{file}",
        "buyers": {"token-a": "alice", "token-b": "bob"},
        "operator": "token-o",
        "wallets": wallets,
    }
    return Settings.of(values | changes)


@contextmanager
def open_shop(settings: Settings, shop_type: type[Shop] = Shop) -> Iterator[Merchant]:
    """Serves a shop for as long as the block lasts."""
    app = create_app(settings, shop_type)
    with serve(app) as client:
        yield Merchant(str(client.base_url), app.state.shop, client)


@contextmanager
def serve(app: Any) -> Iterator[httpx.Client]:
    """Serves any application on a socket of its own; the client is Alice's."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    server = uvicorn.Server(uvicorn.Config(app, ws="none", log_level="warning", timeout_graceful_shutdown=1))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    headers = {"authorization": "Bearer token-a"}
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=20) as client:
        eventually(lambda: server.started, bool)
        yield client
    server.should_exit = True
    thread.join(5)


@pytest.fixture(scope="session")
def merchant(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Merchant]:
    """A shop with every setup; the environment's MERCHANT_DATABASE tries it on another database."""
    file = tmp_path_factory.mktemp("shop") / "books.sqlite"
    database = os.environ.get("MERCHANT_DATABASE", f"sqlite:///{file}")
    with pytest.MonkeyPatch.context() as quick, open_shop(settings_for(sandbox, file, database=database)) as running:
        quick.setattr(desk, "PAUSE", 0.02)
        quick.setattr(refunding, "AGAIN", 0.3)
        yield running


@pytest.fixture(params=sorted(SETUPS))
def wallet(request: pytest.FixtureRequest, sandbox: Sandbox, merchant: Merchant) -> Wallet:
    """Each setup in turn."""
    return Wallet(request.param, sandbox, merchant)
