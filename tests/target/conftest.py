"""Little servers on ephemeral ports: an honest shop, sockets that misbehave; and a wallet that is only its facts."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest

from fixtures.model import Exchange
from fixtures.target import Settings, Target
from fixtures.target.reading import parse
from fixtures.wallets.interface import Docs, Wallet

PUBLISHED = {"app_id": "2021000000000001", "api_key": "published-api-key", "public_key_id": "PUB_1"}


class FactsOnly:
    """What the target's side wants to know of a wallet."""

    modes = ("key", "cert")

    def __init__(self, name: str) -> None:
        self.name = name
        self.docs = Docs(
            title=name.title(),
            topics={},
            not_applicable={},
            currencies=("USD", "JPY"),
            smallest={"USD": 50},
            largest={"USD": 5_000_000},
            retry_schedule=(),
            operations=frozenset({"create"}),
            production_hosts=("api.wallet.example",),
            live_key_pattern=r"^live_",
        )

    def published_keys(self) -> dict[str, str]:
        return PUBLISHED


WALLETS = {name: cast("Wallet", FactsOnly(name)) for name in ("toypay", "otherpay")}


def read(text: str, folder: Path = Path(), **environ: str) -> Settings:
    """The settings of a target file's text."""
    return parse(text, folder / "target.toml", WALLETS, environ)


# ── an honest shop ────────────────────────────────────────────────────────────────────────────────────────────────────


class Shop:
    """A merchant as small as can be; `requests` holds what came in, `script` overrides what a path answers."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.orders: dict[str, dict[str, Any]] = {}
        self.requests: list[SimpleNamespace] = []
        self.script: dict[str, Callable[[], tuple[int, dict[str, str], bytes]]] = {}
        self.stock = 10
        self.lock = threading.Lock()

    def answer(self, request: SimpleNamespace) -> tuple[int, dict[str, str], bytes]:
        with self.lock:
            self.requests.append(request)
        if (scripted := self.script.get(request.path)) is not None:
            return scripted()
        status, document = self._answer(request)
        return status, {"Content-Type": "application/json"}, json.dumps(document).encode()

    def _answer(self, request: SimpleNamespace) -> tuple[int, Any]:
        if request.path == "/login":
            return 200, {"access": f"session-of-{parse_qs(request.body.decode())['user'][0]}"}
        if request.path == "/stock":
            return 200, {"left": self.stock}
        if request.path.startswith("/notify"):
            return 200, "success"
        buyer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not buyer:
            return 401, {"error": "who are you"}
        return self._for(buyer, request)

    def _for(self, buyer: str, request: SimpleNamespace) -> tuple[int, Any]:
        if (request.method, request.path) == ("POST", "/orders"):
            with self.lock:
                number = str(len(self.orders) + 1)
                fresh = {"state": "new", "amount": 1999, "currency": "USD", "refunded": 0, "fulfilments": []}
                self.orders[number] = {"id": number, "ref": f"R-{number}", "buyer": buyer, **fresh}
            return 201, {**self.orders[number], "pay": {"url": "https://pay.example/1"}, "asked": request.body.decode()}
        if request.path == "/orders":
            return 200, [order for order in self.orders.values() if order["buyer"] == buyer]
        order = self.orders.get(request.path.split("/")[2])
        if order is None or order["buyer"] != buyer:
            return 404, {"error": "no such order"}
        if request.path.endswith("/cancel"):
            order["state"] = "gone"
        if request.path.endswith("/refunds"):
            order["refunded"] = json.loads(request.body).get("amount", order["amount"])
        return 200, order


@pytest.fixture
def shop() -> Iterator[Shop]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            parts = urlsplit(self.path)
            request = SimpleNamespace(
                method=self.command, path=parts.path, query=parts.query, headers=headers, body=body, raw=self.path
            )
            status, fields, content = running.answer(request)
            self.send_response(status)
            for name, value in fields.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def __getattr__(self, name: str) -> Callable[[], None]:
            if not name.startswith("do_"):
                raise AttributeError(name)
            return self.handle_any

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing: the tests look at `requests`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running = Shop(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield running
    server.shutdown()
    server.server_close()


SHOP = """
base_url = "BASE"
capabilities = ["gateway"]

[authentication]
headers = { Authorization = "Bearer {token}" }
[authentication.buyers]
first = { token = "first-token" }
second = { token = "second-token" }

[order.place]
request = "POST /orders"
json = { item = "{item}", price = "{price}", expires_in = "{expires_in}" }
capture = { id = "id", reference = "ref", redirect = "pay.url", asked = "asked" }

[order.read]
request = "GET /orders/{id}"
[order.read.capture]
state = "state"
amount = "amount"
currency = "currency"
refunded = "refunded"
fulfilments = "fulfilments"

[order.states]
pending = ["new"]
paid = ["paid"]
cancelled = ["gone"]

[order.cancel]
request = "POST /orders/{id}/cancel"

[order.refund]
request = "POST /orders/{id}/refunds"
json = { amount = "{amount}" }

[order.list]
request = "GET /orders"
capture = { orders = "[].id" }

[wallets.toypay]
notify = "/notify/{setup}"
return = "/return/{reference}"

[[shelf]]
item = "book"
price = 1999
currency = "USD"

[[shelf]]
item = "pin"
price = 60
currency = "USD"

[timing]
quiet = 0.02
settle = 0.2
deadline = 0.5
request = 1
"""


class Bench:
    """A target at a shop, and what it recorded."""

    def __init__(self, text: str, url: str, folder: Path = Path(), **environ: str) -> None:
        self.history: list[Exchange] = []
        settings = read(text.replace("BASE", url), folder, **environ)
        self.target = Target(settings, {"toypay": WALLETS["toypay"]}, self.history.append, "pay.success/toypay")


@pytest.fixture
def bench(shop: Shop) -> Iterator[Callable[..., Bench]]:
    """Makes a target at the shop; a replacement changes the target file."""
    made: list[Bench] = []

    def make(*changes: tuple[str, str], extra: str = "", folder: Path = Path(), **environ: str) -> Bench:
        text = SHOP
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        made.append(Bench(text + extra, shop.url, folder, **environ))
        return made[-1]

    yield make
    for one in made:
        one.target.close()


# ── sockets that misbehave ────────────────────────────────────────────────────────────────────────────────────────────


def read_request(connection: socket.socket) -> None:
    """Reads a request whole, for closing with bytes unread would reset the connection."""
    with connection.makefile("rb") as stream:
        lines = list(iter(stream.readline, b"\r\n"))
        stream.read(sum(int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")))


@contextmanager
def listening(behave: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A server that treats every connection as `behave` says, having read a request; the event tells it to stop."""
    over = threading.Event()
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

        def serve(connection: socket.socket) -> None:
            with connection:
                try:
                    read_request(connection)
                    behave(connection, over)
                except OSError:
                    return  # the client has hung up, which is what it should do

        def accept() -> None:
            while not over.is_set():
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        stack.callback(over.set)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
