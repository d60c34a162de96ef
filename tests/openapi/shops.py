"""Three shops that have nothing in common but being sound, and each a document in another style.

`bookshop`: OpenAPI 3.0 in YAML, forms in, major units as texts, keys in a header, 204 and null, a foreign server URL.
`kiosk`: OpenAPI 3.1 in JSON, references everywhere, links of its own, numbers with fractions that it declares, and a
refusal that is a 200 with words. `stall`: takes everything leniently, answers strangers with a redirect to its login,
and has a page that anybody may read.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

PRICE = 1250  # minor units of one book

FILE = """
base_url = "{base}"
openapi = {{ url = "{url}" }}
timing = {{ quiet = 0.01, settle = 0.2, deadline = 2, request = 5 }}
authentication.headers = {{ {header} = "{{key}}" }}
authentication.buyers.first = {{ key = "key-of-ann" }}
authentication.buyers.second = {{ key = "key-of-bob" }}
[order]
amounts_in = "{amounts}"
place = {{ request = "{place}", {body}, capture = {{ id = "{id}" }} }}
read = {{ request = "{read}", capture = {{ state = "{state}", amount = "{amount}" }} }}
states = {{ pending = ["new"], paid = ["paid"], cancelled = ["gone"] }}
[[shelf]]
item = "book"
price = 1250
currency = "USD"
[wallets.toypay]
"""

BUYERS = {"key-of-ann": "ann", "key-of-bob": "bob"}


@dataclass
class Books:
    """What a shop remembers."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: itertools.count(1001))

    def add(self, buyer: str, quantity: int) -> dict[str, Any]:
        """A new order."""
        id = str(next(self.numbers))
        self.orders[id] = {"id": id, "buyer": buyer, "state": "new", "amount": PRICE * quantity, "quantity": quantity}
        return self.orders[id]

    def own(self, buyer: str | None, id: str) -> dict[str, Any] | None:
        """The buyer's order."""
        order = self.orders.get(id)
        return order if order is not None and order["buyer"] == buyer else None


Spoil = Callable[[Request, Response], Response]


def as_it_is(_: Request, response: Response) -> Response:
    """Nothing is spoilt."""
    return response


@dataclass(frozen=True)
class Shop:
    """A shop and its target file."""

    app: Starlette
    document: str
    settings: dict[str, str]

    def file(self, base: str) -> str:
        """The target file for the shop at that URL."""
        return FILE.format(base=base, **self.settings)


def _app(document: bytes, at: str, routes: list[Any], spoil: Spoil) -> Starlette:
    async def shown(_: Request) -> Response:
        return Response(document, media_type="application/octet-stream")

    def spoilt(handler: Any) -> Any:
        async def answer(request: Request) -> Response:
            return spoil(request, await handler(request))

        return answer

    made = [Route(path, spoilt(handler), methods=methods) for path, handler, methods in routes]
    return Starlette(routes=[Route(at, shown), *made])


BOOKSHOP = """
openapi: 3.0.3
info: {title: Bookshop, version: 2024-05-01}
servers: [{url: "https://bookshop.example/live"}]
security: [{key: []}]
paths:
  /orders:
    get:
      responses:
        200:
          description: listed
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Order"}}}}
    post:
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [book]
              properties: {book: {type: string, enum: [book]}, pieces: {type: integer, minimum: 1, maximum: 9}}
      responses:
        200: {description: placed, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
        400: {description: no}
  /orders/{orderNo}:
    parameters: [{name: orderNo, in: path, required: true, schema: {type: string}}]
    get:
      responses:
        200: {description: shown, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
    delete:
      responses: {204: {description: cancelled}, 404: {description: none}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  schemas:
    Order:
      type: object
      required: [no, state, sum, note]
      properties:
        no: {type: string}
        state: {type: string}
        sum: {type: string, pattern: '^[0-9]+[.][0-9]{2}$'}
        note: {type: string, nullable: true}
"""


def bookshop(spoil: Spoil = as_it_is, *, discreet: bool = True) -> Shop:
    """Forms, texts for sums, and nothing that is not needed. Both buyers have orders; each lists hers, if discreet."""
    books = Books()
    for buyer in BUYERS.values():
        books.add(buyer, 1)

    def told(order: dict[str, Any]) -> dict[str, Any]:
        return {"no": order["id"], "state": order["state"], "sum": f"{order['amount'] / 100:.2f}", "note": None}

    def show(order: dict[str, Any]) -> Response:
        return JSONResponse(told(order))

    async def listed(request: Request) -> Response:
        buyer = known(request)
        if buyer is None:
            return Response(status_code=403)
        return JSONResponse([told(one) for one in books.orders.values() if one["buyer"] == buyer or not discreet])

    def known(request: Request) -> str | None:
        return BUYERS.get(request.headers.get("x-key", ""))

    async def place(request: Request) -> Response:
        buyer, form = known(request), dict(parse_qsl((await request.body()).decode("latin-1")))
        if buyer is None:
            return Response(status_code=403)
        pieces = str(form.get("pieces", "1"))
        if form.get("book") != "book" or pieces not in set("123456789") or set(form) - {"book", "pieces"}:
            return Response(status_code=400)
        return show(books.add(buyer, int(pieces)))

    async def one(request: Request) -> Response:
        order = books.own(known(request), request.path_params["no"])
        if order is None:
            return Response(status_code=404 if known(request) else 403)
        if request.method == "GET":
            return show(order)
        order["state"] = "gone"
        return Response(status_code=204)

    orders = [("/orders", place, ["POST"]), ("/orders", listed, ["GET"])]
    routes = [*orders, ("/orders/{no}", one, ["GET", "DELETE"])]
    settings = {
        **{"header": "X-Key", "url": "/openapi.yaml", "amounts": "major", "place": "POST /orders"},
        **{"body": 'form = { book = "{item}", pieces = "{quantity}" }', "id": "no", "amount": "sum", "state": "state"},
        "read": "GET /orders/{id}",
    }
    return Shop(_app(BOOKSHOP.encode(), "/openapi.yaml", routes, spoil), BOOKSHOP, settings)


def _kiosk_document() -> dict[str, Any]:
    def ref(name: str) -> dict[str, str]:
        return {"$ref": f"#/components/{name}"}

    def json_of(schema: str, **more: Any) -> dict[str, Any]:
        return {"description": "told", "content": {"application/json": {"schema": ref(f"schemas/{schema}")}}, **more}

    links = {"show": {"operationId": "show", "parameters": {"id": "$response.body#/order/id"}}}
    total = {"type": "number"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kiosk", "version": "1"},
        "servers": [{"url": "/v1"}],
        "paths": {
            "/cart": {
                "post": {
                    "security": [{"bearer": []}],
                    "requestBody": {"content": {"application/json": {"schema": ref("schemas/Wish")}}, "required": True},
                    "responses": {"200": json_of("Answer", links=links)},
                }
            },
            "/cart/{id}": {
                "parameters": [ref("parameters/id")],
                "get": {
                    "operationId": "show",
                    "security": [{"bearer": []}],
                    "responses": {"200": json_of("Answer")},
                },
            },
        },
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "parameters": {"id": {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}},
            "schemas": {
                "Wish": {
                    "type": "object",
                    "properties": {"thing": {"const": "book"}, "quantity": {"type": "integer", "minimum": 1}},
                    "required": ["thing"],
                },
                "Answer": {
                    "type": "object",
                    "properties": {"code": {"type": "integer"}, "order": ref("schemas/Order")},
                    "required": ["code"],
                },
                "Order": {
                    "type": ["object", "null"],
                    "properties": {"id": {"type": "integer"}, "total": total, "parent": ref("schemas/Order")},
                },
            },
        },
    }


def kiosk(spoil: Spoil = as_it_is) -> Shop:
    """Says no with status 200 and a code, and shows sums as numbers with fractions, as its document declares."""
    books = Books()

    def told(code: int, order: dict[str, Any] | None = None) -> Response:
        shown = order and {"id": int(order["id"]), "total": order["amount"] / 100, "state": order["state"]}
        return JSONResponse({"code": code, "order": shown})

    def known(request: Request) -> str | None:
        return BUYERS.get(request.headers.get("authorization", "").removeprefix("Bearer "))

    async def place(request: Request) -> Response:
        buyer, body = known(request), await request.body()
        try:
            wish = json.loads(body)
            quantity = wish.get("quantity", 1)
            good = wish["thing"] == "book" and type(quantity) is int and 1 <= quantity <= 1000
        except (ValueError, KeyError, AttributeError, RecursionError):
            good, quantity = False, 0
        if buyer is None or not good:
            return told(401 if buyer is None else 422)
        return told(0, books.add(buyer, quantity))

    async def show(request: Request) -> Response:
        order = books.own(known(request), request.path_params["id"])
        return told(0, order) if order else told(404)

    routes = [("/v1/cart", place, ["POST"]), ("/v1/cart/{id}", show, ["GET"])]
    document = json.dumps(_kiosk_document())
    settings = {
        **{"header": "Authorization", "url": "/spec", "amounts": "major", "place": "POST /v1/cart", "id": "order.id"},
        **{"body": 'json = { thing = "{item}", quantity = "{quantity}" }, accept_if = "order"'},
        **{"read": "GET /v1/cart/{id}", "amount": "order.total", "state": "order.state"},
    }
    return Shop(_app(document.encode(), "/spec", routes, spoil), document, settings)


STALL = {
    "openapi": "3.0.0",
    "info": {"title": "Stall", "version": "1"},
    "security": [{"bearer": []}],
    "paths": {
        "/orders": {
            "get": {"responses": {"default": {"description": "a page of them"}}},
            "put": {
                "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                "responses": {"default": {"description": "placed"}},
            },
        },
        "/orders/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"responses": {"default": {"description": "shown"}}},
            "patch": {"responses": {"200": {"description": "touched"}}},
        },
        "/about": {"get": {"security": [], "responses": {"200": {"description": "who we are"}}}},
    },
    "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
}


def stall(spoil: Spoil = as_it_is) -> Shop:
    """Makes sense of what it can and ignores the rest; who is not logged in is sent to the login page."""
    books = Books()

    def known(request: Request) -> str | None:
        return BUYERS.get(request.headers.get("authorization", "").removeprefix("Bearer "))

    def login() -> Response:
        return RedirectResponse("/login", 303)

    async def orders(request: Request) -> Response:
        buyer = known(request)
        if buyer is None:
            return login()
        if request.method == "GET":
            mine = [order for order in books.orders.values() if order["buyer"] == buyer]
            return JSONResponse({"orders": mine, "page": 1})
        try:
            wish = json.loads(await request.body())
            quantity = max(1, min(99, int(wish.get("quantity", 1))))
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            return JSONResponse({"error": "what?"}, 418)
        return JSONResponse(books.add(buyer, quantity))

    async def one(request: Request) -> Response:
        order = books.own(known(request), request.path_params["id"])
        if order is None:
            return login() if known(request) is None else JSONResponse({"error": "not here"}, 410)
        return JSONResponse(order)

    async def about(_: Request) -> Response:
        return Response("<h1>An honest stall since 1987, order 4111 111</h1>", media_type="text/html")

    routes = [
        *[("/orders", orders, ["GET", "PUT"]), ("/orders/{id}", one, ["GET", "PATCH"])],
        ("/about", about, ["GET"]),
    ]
    settings = {
        **{"header": "Authorization", "url": "/openapi", "amounts": "minor", "place": "PUT /orders"},
        **{
            "body": 'json = { item = "{item}", quantity = "{quantity}" }',
            "id": "id",
            "amount": "amount",
            "state": "state",
        },
        "read": "GET /orders/{id}",
    }
    document = json.dumps(STALL)
    return Shop(_app(document.encode(), "/openapi", routes, spoil), document, settings)
