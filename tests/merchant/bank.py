"""A card acquirer that does what a test tells it, and a shop with Apple Pay and Google Pay at its counter."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fixtures.merchant import desk
from fixtures.merchant.settings import Settings
from tests.merchant.conftest import Merchant, open_shop, serve
from tests.merchant.presented import LATER, PKI, RECIPIENT, ROOT, SHOP, spki


class Bank:
    """An acquirer with a memory, Google's key server beside it. `trouble` takes over one coming charge each."""

    running: ClassVar[Bank]

    def __init__(self) -> None:
        Bank.running = self
        self.payments: dict[str, dict[str, Any]] = {}
        self.refunds: list[dict[str, Any]] = []
        self.answers: dict[str, tuple[bytes, int]] = {}
        self.calls: list[tuple[str, str, str | None]] = []
        self.trouble: list[Callable[[Callable[[], Response]], Response]] = []
        self.keys_down = False
        self.lock = Lock()
        paths = {
            "/{wallet}/acquirer/v1/payments": self.all,
            "/{wallet}/acquirer/v1/payments/{id}/refunds": self.refund,
            "/{wallet}/acquirer/v1/payments/{id}/{deed}": self.deed,
            "/{wallet}/paymentmethodtoken/keys.json": self.keys,
            "/{wallet}/gp/m/issuer/keys": self.keys,
        }
        self.app = Starlette(routes=[Route(path, end, methods=["GET", "POST"]) for path, end in paths.items()])

    def of(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        """What was charged for an order."""
        return [one for one in self.payments.values() if one["reference"] == order["reference"]]

    def charges(self, order: dict[str, Any]) -> list[str | None]:
        """The idempotency keys under which charges of an order were asked for."""
        return [key for method, reference, key in self.calls if (method, reference) == ("POST", order["reference"])]

    async def keys(self, _: Request) -> Response:
        if self.keys_down:
            return Response(status_code=503)
        versions = ("ECv2", "ECv2SigningOnly")
        listed = [{"keyValue": spki(ROOT), "protocolVersion": one, "keyExpiration": LATER} for one in versions]
        return JSONResponse({"keys": listed}, headers={"cache-control": "max-age=0"})

    async def all(self, request: Request) -> Response:
        if request.headers["authorization"] != "Bearer acquirer-key":
            return _error(401, "unauthorized")
        if request.method == "GET":
            reference = request.query_params["reference"]
            self.calls.append(("GET", reference, None))
            return JSONResponse({"payments": [one for one in self.payments.values() if one["reference"] == reference]})
        body = await request.json()
        key = request.headers["idempotency-key"]
        with self.lock:
            self.calls.append(("POST", body["reference"], key))
            return self._charge(body, key)

    def _charge(self, body: dict[str, Any], key: str) -> Response:
        def really() -> Response:
            if key not in self.answers:
                answer = self._book(body)
                self.answers[key] = (bytes(answer.body), answer.status_code)
            content, status = self.answers[key]
            return Response(content, status, media_type="application/json")

        return self.trouble.pop(0)(really) if self.trouble else really()

    def _book(self, body: dict[str, Any]) -> Response:
        if body["card"]["number"].startswith("5"):
            return _error(402, "card_declined")
        if any(one["reference"] == body["reference"] for one in self.payments.values()):
            return _error(409, "conflict")
        payment = {
            "id": f"pay_{len(self.payments)}",
            "status": "captured" if body["capture"] else "authorised",
            "captured": body["amount"] if body["capture"] else 0,
            "refunded": 0,
            **{name: body[name] for name in ("reference", "amount", "currency")},
        }
        self.payments[payment["id"]] = payment
        return JSONResponse(payment, 201)

    async def refund(self, request: Request) -> Response:
        payment = self.payments[request.path_params["id"]]
        if request.method == "GET":
            number = request.query_params["reference"]
            return JSONResponse({"refunds": [one for one in self.refunds if one["reference"] == number]})
        body = await request.json()
        payment["refunded"] += body["amount"]
        refund = {"id": f"rfd_{len(self.refunds)}", "payment": payment["id"], "status": "succeeded", **body}
        self.refunds.append(refund)
        return JSONResponse(refund, 201)

    async def deed(self, request: Request) -> Response:
        payment = self.payments[request.path_params["id"]]
        deed = request.path_params["deed"]
        payment["status"] = {"captures": "captured", "voids": "voided"}[deed]
        payment["captured"] = payment["amount"] if deed == "captures" else 0
        return JSONResponse(payment, 201)


def _error(status: int, code: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": "no"}}, status)


def lost(really: Callable[[], Response]) -> Response:
    """The money moves and nobody hears of it."""
    really()
    return Response(status_code=502)


def down(_: Callable[[], Response]) -> Response:
    """Nothing happens, and nobody can tell."""
    return Response(status_code=503)


def unreadable(_: Callable[[], Response]) -> Response:
    """An answer that no shop can read."""
    return Response(b"<html>", 200)


def reserved(really: Callable[[], Response]) -> Response:
    """The money is set aside and not taken yet."""
    answer = really()
    payment: dict[str, Any] = json.loads(bytes(answer.body))
    Bank.running.payments[payment["id"]] |= {"status": "authorised", "captured": 0}
    return JSONResponse(Bank.running.payments[payment["id"]], 201)


def reserved_and_lost(really: Callable[[], Response]) -> Response:
    """As before, and nobody hears of it."""
    reserved(really)
    return Response(status_code=502)


def wallets(base_url: str) -> dict[str, dict[str, str]]:
    """The settings of a shop with both wallets at that bank."""
    private = RECIPIENT.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    common = {"acquirer_key": "acquirer-key", "merchant_id": "1"}
    google = {"recipient_id": "merchant:1", "private_key": private, "issuer_id": "33", "class_id": "33.shop"}
    apple = {
        "merchant_id": SHOP["merchant_id"],
        "display_name": "Shop",
        "domain": "shop.test",
        "processing_private_key": SHOP["merchant_private_key_pem"],
        "processing_certificate": SHOP["merchant_certificate_pem"],
        "apple_root_certificate": PKI["root_pem"],
        "identity_certificate": PKI["leaf_pem"],
        "identity_private_key": PKI["leaf_private_key_pem"],
    }
    return {
        "googlepay": {"wallet": "googlepay", "mode": "ECv2", "gateway_url": f"{base_url}/googlepay"} | common | google,
        "applepay": {"wallet": "applepay", "mode": "EC_v1", "gateway_url": f"{base_url}/applepay"} | common | apple,
    }


@contextmanager
def shop_at_the_bank(folder: Path) -> Iterator[tuple[Bank, Merchant]]:
    """Both, for as long as the block lasts."""
    bank = Bank()
    with serve(bank.app) as client, pytest.MonkeyPatch.context() as quick:
        quick.setattr(desk, "PAUSE", 0.01)
        values = {
            "database": f"sqlite:///{folder / 'books.sqlite'}",
            "buyers": {"token-a": "alice", "token-b": "bob"},
            "wallets": wallets(str(client.base_url)),
            "gateway_timeout": 2.0,
        }
        with open_shop(Settings.of(values)) as merchant:
            yield bank, merchant


def place(merchant: Merchant, wallet: str, **wish: Any) -> dict[str, Any]:
    """A new order."""
    answer = merchant.http.post("/orders", json={"item": "book", "quantity": 1, "wallet": wallet, **wish})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def present(merchant: Merchant, order: dict[str, Any], token: object) -> httpx.Response:
    """Hands a token over for an order."""
    return merchant.http.post(f"/orders/{order['id']}/payments", json={"token": token})


def seen(merchant: Merchant, order: dict[str, Any]) -> tuple[str, int]:
    """An order's state, and how often its goods have left."""
    now = merchant.read(order)
    return now["state"], len(now["fulfilments"])
