"""The merchant behind another front: other paths, other names, money in major units, other states, a login, three steps
to order. A suite that is told of it by target.toml alone must come to the verdicts it comes to at the first front.

    POST /session                     {"customer", "passphrase"}        {"session": {"customerKey"}}
    POST /baskets                     {"lines": [{"sku", "count"}]}     {"basket": {"basketId", "total"}}
    POST /baskets/{id}/checkout       form: means, currency             {"checkout": {"checkoutId"}}
    POST /checkouts/{id}/intent       {"lapsesAfter", "asksAfter"}      {"purchase": …, "payment": …}
    GET /purchases   GET, DELETE /purchases/{number}   POST /purchases/{number}/paybacks {"sum"}
    POST /purchases/{number}/tender {"means": …}   POST /sheets {"means", "where"}
    POST /hooks/{setup}   GET /thanks/{setup}
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fixtures.merchant.limits import BodyLimit
from fixtures.merchant.money import from_major, to_major
from fixtures.merchant.placing import Wish
from fixtures.merchant.settings import Settings
from fixtures.merchant.shelf import SHELF, Item
from fixtures.merchant.shop import Shop
from fixtures.merchant.words import Message, Order, Problem, Urls
from fixtures.merchant.worker import Worker
from fixtures.processes import announce, die_with_parent

T = TypeVar("T")

STATES = {
    "pending": "AWAITING_MONEY",
    "paid": "SETTLED",
    "partly_refunded": "PARTLY_RETURNED",
    "refunded": "RETURNED",
    "failed": "DECLINED",
    "cancelled": "WITHDRAWN",
    "expired": "LAPSED",
}


class Bazaar(Shop):
    """The shop, found by the wallets at other addresses."""

    def urls(self, setup: str, base_url: str) -> Urls:
        """Where wallet and buyer find us."""
        return Urls(notify=f"{base_url}/hooks/{setup}", back=f"{base_url}/thanks/{setup}")


@dataclass(frozen=True, slots=True)
class Basket:
    """What a customer means to buy; `setup` is known from the checkout on."""

    customer: str
    item: Item
    count: int
    setup: str | None = None


class Front:
    """What stands between HTTP and the shop: sessions and baskets, which live as long as the process."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._keys: dict[str, str] = {}  # customer to key: who logs in again keeps her key
        self._baskets: dict[str, Basket] = {}

    async def login(self, request: Request) -> Response:
        """Gives a customer her key."""
        asked = await _object(request)
        name = self.shop.buyer(_text(asked, "passphrase"))
        if name != _text(asked, "customer"):
            raise Problem(401, "no such customer")
        return _json(200, {"session": {"customerKey": self._keys.setdefault(name, secrets.token_urlsafe(18))}})

    async def fill(self, request: Request) -> Response:
        """Makes a basket of one line."""
        customer = self._customer(request)
        lines = (await _object(request)).get("lines")
        line = lines[0] if isinstance(lines, list) and len(lines) == 1 else None
        item = SHELF.get(line["sku"]) if isinstance(line, dict) and isinstance(line.get("sku"), str) else None
        count = line.get("count") if isinstance(line, dict) else None
        if item is None or type(count) is not int or not 1 <= count <= 99:
            raise Problem(422, "one line with a known sku and a count is needed")
        number = self._keep(Basket(customer, item, count))
        total = {"value": to_major(item.price * count, item.currency), "currency": item.currency}
        return _json(201, {"basket": {"basketId": number, "total": total}})

    async def check_out(self, request: Request) -> Response:
        """Chooses the means of payment."""
        basket = self._basket(request)
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        means = form.get("means")
        if means is None or form.get("currency") != basket.item.currency:
            raise Problem(422, "means and the basket's currency are needed")
        self.shop.integration(means)
        chosen = Basket(basket.customer, basket.item, basket.count, means)
        return _json(201, {"checkout": {"checkoutId": self._keep(chosen)}})

    async def intend(self, request: Request) -> Response:
        """Orders, and opens the payment."""
        basket = self._basket(request)
        if basket.setup is None:
            raise Problem(409, "choose a means of payment first")
        asked = await _object(request)
        times = _seconds(asked, "lapsesAfter"), _seconds(asked, "asksAfter")
        wish = Wish(basket.item.name, basket.count, basket.setup, *times)
        base = f"{request.url.scheme}://{request.url.netloc}"
        order = await run_in_threadpool(self.shop.place, basket.customer, wish, base)
        payment = {"link": order.redirect, "code": order.qr, "secret": order.client_secret}
        return _json(201, {**await run_in_threadpool(self._shown, order), "payment": payment})

    async def purchases(self, request: Request) -> Response:
        """The customer's own purchases."""
        orders = await run_in_threadpool(self.shop.own_orders, self._customer(request), 1000)
        return _json(200, {"count": len(orders), "purchases": [{"number": order.id} for order in orders]})

    async def read(self, request: Request) -> Response:
        """One purchase."""
        return _json(200, await self._on(request, self._shown))

    async def withdraw(self, request: Request) -> Response:
        """Cancels an unpaid purchase."""
        return _json(200, await self._on(request, lambda order: self._shown(self.shop.cancel(order))))

    async def pay_back(self, request: Request) -> Response:
        """Gives money back: a sum in major units, or all that is left."""
        text = (await _object(request)).get("sum")

        def pay_back(order: Order) -> dict[str, Any]:
            amount = None if text is None else from_major(str(text), order.currency)
            if text is not None and (amount is None or amount <= 0):
                raise Problem(422, "sum: no amount of this currency")
            refund = self.shop.refund(order, amount)
            return {"payback": {"paybackId": refund.id, "sum": to_major(refund.amount, order.currency)}}

        return _json(202, await self._on(request, pay_back))

    async def tender(self, request: Request) -> Response:
        """Pays a purchase with what the customer's device gave her page."""
        token = (await _object(request)).get("means")
        return _json(200, await self._on(request, lambda order: self._shown(self.shop.present(order, token))))

    async def sheet(self, request: Request) -> Response:
        """Opens a payment sheet's session for a page."""
        asked = await _object(request)
        session = await run_in_threadpool(self.shop.open_session, _text(asked, "means"), _text(asked, "where"))
        return Response(session, media_type="application/json")

    async def hook(self, request: Request) -> Response:
        """Where wallets send their notifications."""
        message = Message(dict(request.headers), await request.body())
        answer = await run_in_threadpool(self.shop.receive, request.path_params["setup"], message)
        return Response(answer.body, answer.status, media_type=answer.media_type)

    async def thank(self, request: Request) -> Response:
        """Where the buyer comes back to."""
        await run_in_threadpool(self.shop.returned, request.path_params["setup"], dict(request.query_params))
        return _json(200, {"text": "Thank you."})

    def _customer(self, request: Request) -> str:
        key = request.headers.get("x-customer-key", "")
        for name, known in self._keys.items():
            if secrets.compare_digest(key.encode(), known.encode()):
                return name
        raise Problem(401, "log in first")

    def _keep(self, basket: Basket) -> str:
        number = secrets.token_hex(8)
        self._baskets[number] = basket
        return number

    def _basket(self, request: Request) -> Basket:
        basket = self._baskets.get(request.path_params["id"])
        if basket is None or basket.customer != self._customer(request):
            raise Problem(404, "no such basket")
        return basket

    async def _on(self, request: Request, work: Callable[[Order], T]) -> T:
        customer, number = self._customer(request), request.path_params["number"]
        return await run_in_threadpool(lambda: work(self.shop.own_order(customer, number)))

    def _shown(self, order: Order) -> dict[str, Any]:
        with self.shop.store.reading() as tx:
            shipments = tx.fulfilments([order.id])[order.id]
        return {
            "purchase": {
                "number": order.id,
                "tradeNo": order.reference,
                "status": STATES[order.state],
                "total": {"value": to_major(order.amount, order.currency), "currency": order.currency},
                "returned": to_major(order.refunded, order.currency),
                "shipments": [{"leftAt": at} for at in shipments],
            }
        }


def create_app(settings: Settings) -> Starlette:
    """The shop behind the other front, as an ASGI application. Raises SettingsError."""
    shop = Bazaar(settings)
    front, worker = Front(shop), Worker(shop)
    routes = [
        Route("/session", front.login, methods=["POST"]),
        Route("/baskets", front.fill, methods=["POST"]),
        Route("/baskets/{id}/checkout", front.check_out, methods=["POST"]),
        Route("/checkouts/{id}/intent", front.intend, methods=["POST"]),
        Route("/purchases", front.purchases, methods=["GET"]),
        Route("/purchases/{number}", front.read, methods=["GET"]),
        Route("/purchases/{number}", front.withdraw, methods=["DELETE"]),
        Route("/purchases/{number}/paybacks", front.pay_back, methods=["POST"]),
        Route("/purchases/{number}/tender", front.tender, methods=["POST"]),
        Route("/sheets", front.sheet, methods=["POST"]),
        Route("/hooks/{setup}", front.hook, methods=["POST"]),
        Route("/thanks/{setup}", front.thank, methods=["GET"]),
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        worker.start()
        yield
        worker.stop()

    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={Problem: _problem})
    app.router.redirect_slashes = False  # no wallet follows a redirect
    app.add_middleware(BodyLimit, limit=settings.body_limit)
    return app


async def _problem(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, Problem) else 500
    return _json(status, {"fault": {"text": str(error)}})


def _json(status: int, document: Mapping[str, Any]) -> Response:
    return JSONResponse(dict(document), status)


async def _object(request: Request) -> dict[str, Any]:
    try:
        document = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError):
        raise Problem(400, "this is not JSON") from None
    if not isinstance(document, dict):
        raise Problem(422, "an object is needed")
    return document


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise Problem(422, f"{name}: a text is needed")
    return value


def _seconds(document: Mapping[str, Any], name: str) -> float | None:
    value = document.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not value > 0):
        raise Problem(422, f"{name}: seconds are needed")
    return value


class _Server(uvicorn.Server):
    """Announces itself once it answers."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, file: Path) -> None:
        super().__init__(config)
        self._listener, self._file = listener, file

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        announce(self._file, {"url": f"http://127.0.0.1:{self._listener.getsockname()[1]}", "pid": os.getpid()})


def main() -> None:
    """Serves until SIGTERM, or until the parent is gone."""
    parser = argparse.ArgumentParser(prog="python -m tests.foreign.shop", description=__doc__)
    parser.add_argument("--settings", type=Path, required=True, help="the merchant's settings file (JSON)")
    parser.add_argument("--announce", type=Path, required=True, help='file that receives {"url", "pid"}')
    parser.add_argument("--parent", type=int, required=True, help="stop when this process is gone")
    options = parser.parse_args()
    die_with_parent(options.parent)
    app = create_app(Settings.read(options.settings))
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        config = uvicorn.Config(app, ws="none", log_level="warning", access_log=False, timeout_graceful_shutdown=1)
        _Server(config, listener, options.announce).run(sockets=[listener])
    os._exit(0)  # threads may still wait for a gateway; the books are committed


if __name__ == "__main__":
    main()
