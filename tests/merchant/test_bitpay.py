"""The merchant's BitPay against a gateway of a few lines: what it asks for, believes, and does when nobody answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fixtures.merchant import desk, refunding
from fixtures.merchant.integrations.bitpay import BitPay
from fixtures.merchant.settings import Settings, SettingsError, WalletSettings
from fixtures.merchant.words import Message, Refused, Unknown
from tests.merchant.conftest import Merchant, eventually, open_shop, serve

FILE = json.loads((Path(__file__).parents[1] / "vectors" / "bitpay.json").read_text("utf-8"))
TOKEN = "walletproofBitPayApiToken01"
KEY = ec.generate_private_key(ec.SECP256K1())
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
PRICE = 19.99  # a book


@dataclass
class Gateway:
    """Invoices and refunds in memory; `fail` names calls that are carried out and then not answered."""

    url: str = ""
    invoices: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    fail: list[str] = field(default_factory=list)

    async def serve(self, request: Request) -> Response:
        body = await request.body()
        path, sent = request.url.path, f"{self.url}{request.url.path}"
        sent += f"?{request.url.query}" if request.url.query else ""
        KEY.public_key().verify(bytes.fromhex(request.headers["x-signature"]), sent.encode() + body, ec.ECDSA(SHA256()))
        fields = json.loads(body) if body else dict(request.query_params)
        assert fields["token"] == TOKEN
        call = f"{request.method} {path}"
        self.seen.append(call)
        found = self.answer(request.method, path, fields)
        if call in self.fail:
            self.fail.remove(call)
            return Response("<html>502</html>", 502)
        if found is None:
            code = "020101" if path.startswith("/invoices") else "020201"
            return JSONResponse({"status": "error", "code": code, "data": None, "error": "Object not found"}, 404)
        return JSONResponse({"facade": "merchant/invoice", "data": found})

    def answer(self, method: str, path: str, fields: dict[str, Any]) -> Any:
        if method == "POST" and path == "/invoices":
            invoice = {"id": f"Inv{len(self.invoices):019}", "status": "new", "exceptionStatus": False, **fields}
            self.invoices[invoice["id"]] = invoice | {"url": f"https://test.bitpay.com/invoice?id={invoice['id']}"}
            return self.invoices[invoice["id"]]
        if method == "POST" and path == "/refunds":
            refund = {"id": f"Ref{len(self.refunds):019}", "status": "created", "currency": "USD", **fields}
            self.refunds[refund["id"]] = refund | {"invoice": fields["invoiceId"]}
            return self.refunds[refund["id"]]
        if path == "/refunds":
            return [one for one in self.refunds.values() if one["invoice"] == fields["invoiceId"]]
        things = self.invoices if path.startswith("/invoices") else self.refunds
        name = "guid" if "/guid/" in path else "id"
        thing = next((one for one in things.values() if one[name] == path.rpartition("/")[2]), None)
        if method == "DELETE" and thing is not None:
            thing |= {"status": "expired", "isCancelled": True}
        return thing

    def posted(self, path: str) -> int:
        return self.seen.count(f"POST {path}")


@pytest.fixture(scope="module")
def running_gateway() -> Iterator[Gateway]:
    made = Gateway()
    methods = ["GET", "POST", "PUT", "DELETE"]
    with serve(Starlette(routes=[Route("/{path:path}", made.serve, methods=methods)])) as client:
        made.url = str(client.base_url).rstrip("/")
        yield made


@pytest.fixture(params=["bitpay", "bitpay-classic"])
def setup(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def gateway(running_gateway: Gateway) -> Gateway:
    """The gateway, with nothing seen yet."""
    running_gateway.seen.clear()
    running_gateway.fail.clear()
    return running_gateway


@pytest.fixture(scope="module")
def merchant(running_gateway: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Merchant]:
    account = {"wallet": "bitpay", "gateway_url": running_gateway.url, "token": TOKEN, "private_key": PEM}
    wallets = {"bitpay": {**account, "mode": "signed"}, "bitpay-classic": {**account, "mode": "classic"}}
    values = {
        "database": f"sqlite:///{tmp_path_factory.mktemp('bitpay') / 'books.sqlite'}",
        "buyers": {"token-a": "alice"},
        "wallets": wallets,
    }
    with pytest.MonkeyPatch.context() as quick, open_shop(Settings.of(values)) as running:
        quick.setattr(desk, "PAUSE", 0.02)
        quick.setattr(refunding, "AGAIN", 0.2)
        yield running


@dataclass
class Table:
    """One order, its invoice, and who speaks of it."""

    merchant: Merchant
    gateway: Gateway
    setup: str
    order: dict[str, Any]

    @property
    def invoice(self) -> dict[str, Any]:
        return next(one for one in self.gateway.invoices.values() if one["orderId"] == self.order["reference"])

    def becomes(self, status: str, **more: Any) -> None:
        self.invoice.update(status=status, **more)

    def notify(
        self, body: dict[str, Any] | None = None, name: str = "invoice_confirmed", headers: dict[str, str] | None = None
    ) -> int:
        content = json.dumps({"event": {"code": 1005, "name": name}, "data": body or self.invoice}).encode()
        return self.post(content, headers or ({"x-signature": signed(content)} if self.setup == "bitpay" else {}))

    def post(self, content: bytes, headers: dict[str, str]) -> int:
        answer = self.merchant.http.post(f"/notify/{self.setup}", content=content, headers=headers)
        assert answer.content == b""
        return answer.status_code

    def now(self) -> dict[str, Any]:
        seen = self.merchant.read(self.order)
        return {**seen, "fulfilments": len(seen["fulfilments"])}


@pytest.fixture
def table(merchant: Merchant, gateway: Gateway, setup: str) -> Table:
    return placed(merchant, gateway, setup)


def placed(merchant: Merchant, gateway: Gateway, setup: str, **wish: Any) -> Table:
    answer = merchant.http.post("/orders", json={"item": "book", "quantity": 1, "wallet": setup, **wish})
    assert answer.status_code == 201, answer.text
    return Table(merchant, gateway, setup, answer.json())


def signed(body: bytes, token: str = TOKEN) -> str:
    return base64.b64encode(hmac.new(token.encode(), body, hashlib.sha256).digest()).decode()


def integration(token: str, mode: str = "signed") -> BitPay:
    account = {"wallet": "bitpay", "gateway_url": "http://127.0.0.1:9", "token": token, "private_key": PEM}
    return BitPay("bitpay", WalletSettings.model_validate({**account, "mode": mode}), 1.0)


@pytest.mark.parametrize("vector", FILE["webhooks"], ids=lambda vector: vector["id"])
def test_signatures_come_out_as_published(vector: dict[str, Any]) -> None:
    given = {"x-signature": vector["x_signature"]} if vector.get("x_signature") else {}
    message = Message(given, base64.b64decode(vector["body_b64"]))
    if not vector["token"]:
        with pytest.raises(SettingsError):
            integration(vector["token"])
        return
    receiver = integration(vector["token"])
    if vector["expect"] == "accept":
        receiver.authenticate(message)
    else:
        with pytest.raises(Refused):
            receiver.authenticate(message)


def test_an_invoice_is_asked_for_as_documented(table: Table) -> None:
    invoice = table.invoice
    assert (invoice["price"], invoice["currency"]) == (PRICE, "USD")
    assert invoice["guid"] == invoice["orderId"] == table.order["reference"]
    assert invoice["notificationURL"].endswith(f"/notify/{table.setup}")
    assert table.order["payment"]["redirect"] == invoice["url"]


@pytest.mark.parametrize("status", ["confirmed", "complete"])
def test_a_confirmed_invoice_is_served_once(table: Table, status: str) -> None:
    table.becomes(status)
    assert [table.notify() for _ in range(3)] == [200, 200, 200]
    assert (table.now()["state"], table.now()["fulfilments"]) == ("paid", 1)


def test_a_later_status_than_announced_counts(table: Table) -> None:
    announced = {**table.invoice, "status": "paid"}
    table.becomes("complete")
    assert table.notify(announced, "invoice_paidInFull") == 200
    assert table.now()["state"] == "paid"


def test_the_flat_form_is_a_hint_as_well(table: Table) -> None:
    table.becomes("confirmed")
    body = json.dumps(table.invoice).encode()
    assert table.post(body, {"x-signature": signed(body)}) == 200
    assert table.now()["state"] == "paid"


@pytest.mark.parametrize("status", ["new", "paid"])
def test_what_the_message_says_is_not_believed(table: Table, status: str) -> None:
    table.becomes(status)
    assert table.notify({**table.invoice, "status": "complete", "url": "http://203.0.113.9/"}) == 200
    assert (table.now()["state"], table.now()["fulfilments"]) == ("pending", 0)
    assert f"GET /invoices/{table.invoice['id']}" in table.gateway.seen


def test_a_signature_is_demanded_where_it_is_agreed(merchant: Merchant, gateway: Gateway) -> None:
    table = placed(merchant, gateway, "bitpay")
    table.becomes("confirmed")
    asked = len(gateway.seen)
    assert table.notify(headers={"x-other": "1"}) == 401
    assert table.notify(headers={"x-signature": "AAAA"}) == 401
    assert table.notify(headers={"x-signature": signed(b"")}) == 401
    assert (table.now()["state"], len(gateway.seen)) == ("pending", asked)
    assert table.notify() == 200 and table.now()["state"] == "paid"


@pytest.mark.parametrize("changes", [{"price": 0.01}, {"currency": "JPY"}, {"exceptionStatus": "paidPartial"}])
def test_another_price_is_not_served(table: Table, changes: dict[str, Any]) -> None:
    table.becomes("confirmed", **changes)
    assert table.notify() == 400
    assert (table.now()["state"], table.now()["fulfilments"]) == ("pending", 0)


def test_another_invoice_does_not_pay_the_order(table: Table) -> None:
    other = {**table.invoice, "id": f"Other-{table.setup}", "guid": "another", "status": "complete"}
    table.gateway.invoices[other["id"]] = other
    assert table.notify(other) == 400
    assert table.now()["fulfilments"] == 0


def test_an_overpaid_invoice_is_served_and_noted(table: Table, caplog: pytest.LogCaptureFixture) -> None:
    table.becomes("confirmed", exceptionStatus="paidOver")
    assert table.notify() == 200
    assert table.now()["fulfilments"] == 1 and "paidOver" in caplog.text


def test_an_invalid_invoice_may_still_be_served(table: Table) -> None:
    table.becomes("invalid")
    assert table.notify(name="invoice_failedToConfirm") == 200
    assert table.now()["fulfilments"] == 0
    table.becomes("complete")
    assert table.notify(name="invoice_completed") == 200
    assert (table.now()["state"], table.now()["fulfilments"]) == ("paid", 1)


@pytest.mark.parametrize("status", ["expired", "declined"])
def test_a_dead_invoice_closes_the_order(table: Table, status: str) -> None:
    table.becomes(status)
    assert table.notify(name="invoice_expired") == 200
    assert table.merchant.until(table.order, "expired")["state"] == "expired"


def test_strangers_and_strange_events_are_acknowledged(table: Table) -> None:
    assert table.notify({"id": "Nobody"}) == 200
    assert table.notify({"id": "Payout"}, "payout_complete") == 200
    assert table.now()["state"] == "pending"


@pytest.mark.parametrize("id", ["../refunds", "a/b", "", 7, None, "x" * 99])
def test_ids_that_are_none_are_never_asked_for(table: Table, id: Any) -> None:
    asked = len(table.gateway.seen)
    assert table.notify({"id": id}) == 401
    assert len(table.gateway.seen) == asked


def test_a_gateway_that_does_not_answer_means_not_acknowledged(table: Table) -> None:
    table.becomes("confirmed")
    table.gateway.fail.append(f"GET /invoices/{table.invoice['id']}")
    assert table.notify() == 503
    assert table.notify() == 200
    assert table.now()["state"] == "paid"


def test_an_invoice_whose_making_was_not_answered_is_looked_for(
    merchant: Merchant, gateway: Gateway, setup: str
) -> None:
    gateway.fail.append("POST /invoices")
    table = placed(merchant, gateway, setup)
    assert gateway.posted("/invoices") == 1
    assert table.order["payment"]["redirect"] == table.invoice["url"]


def test_an_order_is_cancelled_at_bitpay_too(table: Table) -> None:
    assert table.merchant.cancel(table.order).json()["state"] == "cancelled"
    assert table.invoice["isCancelled"] is True


def test_a_lost_notification_is_made_up_for(merchant: Merchant, gateway: Gateway, setup: str) -> None:
    table = placed(merchant, gateway, setup, query_after=1)
    table.becomes("complete")
    assert merchant.until(table.order, "paid")["state"] == "paid"
    assert table.now()["fulfilments"] == 1


def refunded(table: Table, amount: int | None = None) -> dict[str, Any]:
    table.becomes("complete")
    table.notify()
    assert table.merchant.refund(table.order, amount).status_code < 300
    return next(one for one in table.gateway.refunds.values() if one["invoice"] == table.invoice["id"])


def test_a_refund_waits_for_the_buyer(table: Table) -> None:
    refund = refunded(table, 500)
    assert (refund["amount"], refund["invoiceId"], refund["guid"]) == (5.0, table.invoice["id"], refund["reference"])
    refund["status"] = "success"
    assert table.notify(refund, "refund_success") == 200
    assert (table.now()["state"], table.now()["refunded"]) == ("partly_refunded", 500)


def test_a_refund_that_bitpay_does_not_confirm_is_none(table: Table) -> None:
    refund = refunded(table, 500)
    refund["status"] = "failure"
    body = {**refund, "status": "success", "amount": PRICE}
    assert table.notify(body, "refund_success") == 200
    assert eventually(lambda: table.now()["refunded"], lambda seen: seen == 0) == 0
    assert table.notify(table.invoice, "invoice_refundComplete") == 200
    assert table.now()["state"] == "paid"


def test_a_refund_whose_outcome_is_unknown_is_looked_for(table: Table) -> None:
    table.gateway.fail.append("POST /refunds")
    refunded(table)
    assert eventually(lambda: table.now()["refunded"], lambda seen: seen == 1999) == 1999
    assert table.gateway.posted("/refunds") == 1


def test_a_refund_made_at_bitpay_is_booked(table: Table) -> None:
    table.becomes("complete")
    table.notify()
    made: dict[str, Any] = {
        "id": f"Dash-{table.setup}",
        "guid": "theirs",
        "status": "success",
        "amount": PRICE,
        "currency": "USD",
    }
    table.gateway.refunds[made["id"]] = {**made, "invoice": table.invoice["id"]}
    assert table.notify(made, "refund_success") == 200
    assert (table.now()["state"], table.now()["refunded"]) == ("refunded", 1999)


def test_calls_have_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes the connection and never answers
        account = {"wallet": "bitpay", "token": TOKEN, "private_key": PEM, "mode": "signed"}
        settings = WalletSettings.model_validate(account | {"gateway_url": f"http://127.0.0.1:{deaf.getsockname()[1]}"})
        with pytest.raises(Unknown):
            BitPay("bitpay", settings, 0.2).fetch_invoice("Inv")
