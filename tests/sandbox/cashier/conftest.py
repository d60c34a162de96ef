"""A sandbox of all wallets, a shop that hears and receives, and a buyer between them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from fixtures.sandbox.process import Sandbox, start_sandbox
from tests.browser import chromium, page
from tests.sandbox.cashier.buyer import Buyer
from tests.sandbox.cashier.openings import Openings

__all__ = ["chromium", "page"]


@dataclass
class Shop:
    """A server that acknowledges everything and shows one page; `pages` are its other ones."""

    server: ThreadingHTTPServer
    heard: list[str] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    bell: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def await_notifications(self, reference: str, times: int) -> bool:
        """Whether so many notifications about the order have come, within a few seconds."""
        with self.bell:
            return self.bell.wait_for(lambda: sum(reference in body for body in self.heard) >= times, 5)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with start_sandbox(seed=11) as running:
        yield running


@pytest.fixture(scope="session")
def shop() -> Iterator[Shop]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    shop = Shop(server)
    server.RequestHandlerClass = _answering(shop)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield shop
    server.shutdown()
    thread.join()
    server.server_close()


def _answering(shop: Shop) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = shop.pages.get(self.path.partition("?")[0], "<title>shop</title><h1 id=home>shop</h1>")
            self._answer("text/html; charset=utf-8", body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            with shop.bell:
                shop.heard.append(body.decode("latin-1"))
                shop.bell.notify_all()
            self._answer("text/plain", "success")

        def _answer(self, kind: str, body: str) -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    return Handler


@pytest.fixture(scope="session")
def openings(sandbox: Sandbox, shop: Shop) -> Iterator[Openings]:
    with httpx.Client(trust_env=False, timeout=10) as http:
        yield Openings(sandbox, http, shop.url)


@pytest.fixture
def visitor(sandbox: Sandbox) -> Iterator[Callable[[str], Buyer]]:
    """Makes buyers who read that language."""
    made: list[Buyer] = []

    def make(language: str) -> Buyer:
        made.append(Buyer(sandbox.url, language))
        return made[-1]

    yield make
    for one in made:
        one.http.close()


@pytest.fixture
def buyer(visitor: Callable[[str], Buyer]) -> Buyer:
    return visitor("en")
