"""A shop that takes Acorn, the smallest that is sound. It shares nothing with the wallet but what the wallet documents.

python shop.py --secret SECRET --gateway http://127.0.0.1:PORT/acorn [--port N] prints the address it listens on.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

SHELF = {("mug", "USD"): 1999, ("spoon", "USD"): 820, ("plate", "EUR"): 2500}
BUYERS = {"Bearer first": "first", "Bearer second": "second"}

LARGEST = 65_536  # bytes of a request's body


def signature(secret: str, at: str, content: bytes) -> str:
    """What Acorn calls v1."""
    return hmac.new(secret.encode(), at.encode() + b"." + content, hashlib.sha256).hexdigest()


class Trouble(Exception):
    """An answer other than success."""

    def __init__(self, status: int) -> None:
        self.status = status


@dataclass
class Order:
    """One order; everything about it happens under its lock."""

    id: str
    buyer: str
    amount: int
    currency: str
    state: str = "pending"
    fulfilments: int = 0
    refunds: dict[str, int] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def refunded(self) -> int:
        return sum(self.refunds.values())

    def shown(self) -> dict[str, Any]:
        names = ("id", "state", "amount", "currency", "refunded", "fulfilments")
        return {name: getattr(self, name) for name in names}


class Shop:
    """Orders in memory, money at Acorn."""

    def __init__(self, secret: str, gateway: str) -> None:
        self.secret, self.gateway, self.url = secret, gateway, ""
        self.orders: dict[str, Order] = {}

    def place(self, buyer: str, asked: dict[str, Any]) -> Order:
        price = SHELF.get((asked.get("item", ""), asked.get("currency", "")))
        if price is None:
            raise Trouble(422)
        order = Order(secrets.token_hex(8), buyer, price, asked["currency"])
        self.orders[order.id] = order
        told = {"reference": order.id, "amount": price, "currency": order.currency, "notify_url": f"{self.url}/notify"}
        self.call("POST", "/payments", told)
        for name, task in (("query_after", self.ask), ("expires_in", self.expire)):
            if asked.get(name):
                self.later(asked[name], lambda task=task: task(order))
        return order

    def later(self, seconds: float, task: Any) -> None:
        timer = threading.Timer(seconds, task)
        timer.daemon = True
        timer.start()

    def call(self, method: str, path: str, told: dict[str, Any] | None = None) -> dict[str, Any]:
        """Calls the gateway; a call whose outcome is unknown is made again, which Acorn takes for the same one."""
        body = b"" if told is None else json.dumps(told).encode()
        for pause in (0.1, 0.2, 0.4, None):
            at = str(int(time.time()))
            headers = {"Acorn-Signature": f"t={at},v1={signature(self.secret, at, body or path.encode())}"}
            try:
                answer = httpx.request(method, self.gateway + path, content=body, headers=headers, trust_env=False)
                if answer.status_code < 300:
                    return dict(answer.json())
                if 400 <= answer.status_code < 429:
                    raise Trouble(409)
            except (httpx.HTTPError, ValueError):
                pass
            if pause is not None:
                time.sleep(pause)
        raise Trouble(503)

    def notified(self, header: str, body: bytes) -> None:
        at, _, claimed = header.removeprefix("t=").partition(",v1=")
        if not hmac.compare_digest(signature(self.secret, at, body).encode(), claimed.encode("utf-8", "replace")):
            raise Trouble(401)
        if abs(time.time() - int(at)) > 300:
            raise Trouble(401)
        told = json.loads(body)
        if not isinstance(told, dict):
            raise Trouble(400)
        if told.get("type") == "payment.paid":
            order = self.orders.get(str(told.get("reference")))
            if order is None:
                raise Trouble(404)
            self.paid(order, told.get("amount"), told.get("currency"))

    def paid(self, order: Order, amount: object, currency: object) -> None:
        with order.lock:
            if type(amount) is not int or (amount, currency) != (order.amount, order.currency):
                raise Trouble(400)
            if order.state == "pending":
                order.state, order.fulfilments = "paid", order.fulfilments + 1
            elif order.state == "cancelled" and not order.refunds:
                self.give_back(order, order.amount)

    def ask(self, order: Order) -> None:
        try:
            told = self.call("GET", f"/payments/{order.id}")
            if told.get("state") == "paid":
                self.paid(order, told.get("amount"), told.get("currency"))
        except Trouble:
            pass
        if order.state == "pending":
            self.later(0.3, lambda: self.ask(order))

    def expire(self, order: Order) -> None:
        try:
            self.cancel(order)
        except Trouble:
            self.later(0.3, lambda: self.expire(order))

    def cancel(self, order: Order) -> None:
        with order.lock:
            if order.state != "pending":
                raise Trouble(409)
            self.call("POST", f"/payments/{order.id}/close", {})
            order.state = "cancelled"

    def refund(self, order: Order, amount: int | None) -> None:
        with order.lock:
            left = order.amount - order.refunded if order.state == "paid" else 0
            wanted = left if amount is None else amount
            if type(wanted) is not int or not 0 < wanted <= left:
                raise Trouble(409)
            self.give_back(order, wanted)
            order.state = "refunded" if order.refunded == order.amount else order.state

    def give_back(self, order: Order, amount: int) -> None:
        number = secrets.token_hex(8)
        self.call("POST", f"/payments/{order.id}/refunds", {"number": number, "amount": amount})
        order.refunds[number] = amount


class Counter(BaseHTTPRequestHandler):
    """HTTP on one side, the shop on the other."""

    protocol_version = "HTTP/1.1"
    shop: Shop

    def do_GET(self) -> None:
        self.answer(lambda _: self.own(self.path.split("/")[2]).shown())

    def do_POST(self) -> None:
        self.answer(self.act)

    def act(self, body: bytes) -> dict[str, Any]:
        if self.path == "/notify":
            self.shop.notified(self.headers.get("Acorn-Signature", ""), body)
            return {}
        asked = json.loads(body or b"{}")
        if self.path == "/orders":
            return self.shop.place(self.buyer(), asked).shown()
        _, _, id, verb = self.path.split("/")
        order = self.own(id)
        if verb == "refunds":
            self.shop.refund(order, asked.get("amount"))
        elif verb == "cancel":
            self.shop.cancel(order)
        return order.shown()

    def buyer(self) -> str:
        name = BUYERS.get(self.headers.get("Authorization", ""))
        if name is None:
            raise Trouble(401)
        return name

    def own(self, id: str) -> Order:
        order = self.shop.orders.get(id)
        if order is None or order.buyer != self.buyer():
            raise Trouble(404)
        return order

    def body(self) -> bytes:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST:
            self.close_connection = True  # what was announced is still on its way
            raise Trouble(413)
        return self.rfile.read(length)

    def answer(self, work: Any) -> None:
        try:
            status, told = 200, work(self.body())
        except Trouble as trouble:
            status, told = trouble.status, {}
        except (ValueError, TypeError, AttributeError, IndexError, KeyError):
            status, told = 400, {}
        out = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--secret", required=True)
    parser.add_argument("--gateway", required=True)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    Counter.shop = Shop(options.secret, options.gateway)
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Counter)
    Counter.shop.url = f"http://127.0.0.1:{server.server_port}"
    print(Counter.shop.url, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
