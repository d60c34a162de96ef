"""The control API does what a run needs, and nothing for whom it does not know."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

import httpx
import pytest

from fixtures.model import Answer, Call, Exchange, Message, Money, OrderState, PaymentState, Stamp, View
from fixtures.sandbox.client import BATCH, SandboxClient, SandboxError
from fixtures.sandbox.history import Filter, History
from fixtures.sandbox.process import Sandbox
from fixtures.sandbox.views import FinalView
from fixtures.wallets.interface import Refused
from tests.sandbox.toy import TOY

STAMP = Stamp(0.0, Random(1))


class Shop(BaseHTTPRequestHandler):
    """A target with one path for each way to answer."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        type(self).seen.append((self.path, dict(self.headers.items()), self.rfile.read(length)))
        if self.path == "/silent":
            self.server.hold.wait(5)  # type: ignore[attr-defined]
        self.send_response(302 if self.path == "/away" else 200)
        body = b"x" * ((1 << 20) + 1) if self.path == "/large" else b"success"
        self.send_header("location", "/elsewhere")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def shop() -> Iterator[ThreadingHTTPServer]:
    Shop.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    server.daemon_threads = True
    server.hold = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.hold.set()  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


def url_of(shop: ThreadingHTTPServer, path: str) -> str:
    return f"http://127.0.0.1:{shop.server_port}{path}"


@pytest.mark.parametrize("path", ["/control/health", "/control/payments", "/control/nothing", "/control"])
@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic x", "Bearer é"])
def test_every_path_wants_the_token(toy: Sandbox, http: httpx.Client, path: str, header: str | None) -> None:
    headers = [] if header is None else [(b"authorization", header.encode("latin-1"))]

    answer = http.get(f"{toy.url}{path}", headers=headers)

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_an_unknown_path_is_not_found(toy: Sandbox) -> None:
    answer = httpx.get(f"{toy.url}/control/nothing", headers={"authorization": f"Bearer {toy.token}"}, trust_env=False)

    assert answer.status_code == 404


def test_health_counts_the_history(toy: Sandbox, create: Callable[[], str]) -> None:
    before = toy.client.health()
    create()

    after = toy.client.health()

    assert after["status"] == "ok"
    assert after["wallets"] == ["toy"]
    assert after["exchanges"] == before["exchanges"] + 1
    assert after["dropped"] == 0


def test_health_tells_what_the_sandbox_did_so_far(toy: Sandbox, create: Callable[[], str]) -> None:
    before = toy.client.health()
    create()

    after = toy.client.health()

    assert after["served"] == before["served"] + 2  # the second look counts itself
    assert after["busy"] > before["busy"] > 0.0


# the ledger


def test_the_client_moves_payments(toy: Sandbox, create: Callable[[], str]) -> None:
    reference = create()

    paid = toy.client.act("toy", reference, "pay", Money(7, "CNY"))

    assert (paid.state, paid.paid) == (PaymentState.PAID, Money(7, "CNY"))
    assert toy.client.payment("toy", reference) == paid
    assert paid in toy.client.payments("toy")
    assert paid in toy.client.payments()


def test_what_the_wallet_does_not_allow_is_refused_and_changes_nothing(toy: Sandbox, create: Callable[[], str]) -> None:
    reference = create()
    paid = toy.client.act("toy", reference, "pay")

    with pytest.raises(Refused, match="paid already"):
        toy.client.act("toy", reference, "pay")

    assert toy.client.payment("toy", reference) == paid


def test_a_payment_can_be_assumed_once(toy: Sandbox) -> None:
    assumed = TOY.assume("assumed/1 ü", Money(5, "CNY"), "plain", STAMP, "http://127.0.0.1/notify")

    assert toy.client.assume(assumed) == assumed
    assert toy.client.payment("toy", "assumed/1 ü") == assumed
    assert toy.client.act("toy", "assumed/1 ü", "settle").paid == Money(5, "CNY")
    with pytest.raises(Refused, match="already"):
        toy.client.assume(assumed)


def test_a_payment_that_says_it_is_real_is_not_assumed(toy: Sandbox) -> None:
    real = replace(TOY.assume("real-1", Money(5, "CNY"), "plain", STAMP, None), assumed=False)

    with pytest.raises(SandboxError, match="422 assumed"):
        toy.client.assume(real)


def test_what_is_unknown_is_said_to_be(toy: Sandbox, create: Callable[[], str]) -> None:
    reference = create()

    assert toy.client.payment("toy", "nobody's") is None
    with pytest.raises(SandboxError, match="404 unknown payment"):
        toy.client.act("toy", "nobody's", "pay")
    with pytest.raises(SandboxError, match="404 unknown action"):
        toy.client.act("toy", reference, "steal")  # type: ignore[arg-type]
    with pytest.raises(SandboxError, match="404 unknown wallet"):
        toy.client.payments("nobody")


@pytest.mark.parametrize("body", ["", "null", "[]", "{", '{"wallet": "toy"}'])
def test_a_body_that_is_no_payment_is_refused(toy: Sandbox, body: str) -> None:
    headers = {"authorization": f"Bearer {toy.token}"}

    answer = httpx.post(f"{toy.url}/control/payments", content=body, headers=headers, trust_env=False)

    assert answer.status_code == 422
    assert answer.json()["problem"]


# history and views


def exchange(order: str, **changes: object) -> Exchange:
    plain = Exchange(
        source="buyer",
        destination="target",
        request=Message("GET", "http://127.0.0.1/x", (("a", "ü"), ("a", "2")), b"\x00\xff\xfe"),
        answer=Answer(200, (), bytes(range(256))),
        at=time.time(),
        seconds=0.5,
        order=order,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_recorded_exchanges_come_back_as_they_were(toy: Sandbox) -> None:
    call = Call("toy", "query", "same", signed=True, asked=Money(1, "CNY"))
    given = exchange("same", call=call, note="n", error="e", check="pay.success/toy", run="r")

    toy.client.record([given])
    found = toy.client.history(order="same")

    assert [replace(one, sequence=0) for one in found] == [given]
    assert found[0].sequence > 0


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"order": "f-1"}, ["a", "b"]),
        ({"check": "c"}, ["b"]),
        ({"source": "f-buyer"}, ["a"]),
        ({"operation": "f-query"}, ["c"]),
        ({"wallet": "f-wallet"}, ["b", "c"]),
        ({"since": 2e9}, ["c", "d"]),
        ({"order": "f-1", "source": "f-buyer"}, ["a"]),
        ({"order": "f-1", "since": 2e9}, []),
    ],
)
def test_the_history_can_be_filtered(filters: dict[str, str], expected: list[str]) -> None:
    history = History()
    history.append(exchange("f-1", note="a", source="f-buyer", at=1.0))
    history.append(exchange("f-1", note="b", source="wallet:f-wallet", check="c", at=2.0))
    history.append(exchange("f-2", note="c", destination="wallet:f-wallet", call=Call("f-wallet", "f-query"), at=2e9))
    history.append(exchange("f-3", note="d", at=2e9 + 1))

    found = history.select(Filter(**filters))  # type: ignore[arg-type]

    assert [one.note for one in found] == expected


def test_a_long_history_is_read_in_pages(toy: Sandbox) -> None:
    toy.client.record([exchange("long") for _ in range(2 * BATCH + 1)])

    found = toy.client.history(order="long")

    assert len({one.sequence for one in found}) == 2 * BATCH + 1
    assert [one.sequence for one in found] == sorted(one.sequence for one in found)


def test_an_unknown_filter_is_refused(toy: Sandbox) -> None:
    headers = {"authorization": f"Bearer {toy.token}"}

    answer = httpx.get(f"{toy.url}/control/history?oder=1", headers=headers, trust_env=False)

    assert answer.status_code == 422
    assert "oder" in answer.json()["problem"]


def test_final_views_are_kept_and_replaced(toy: Sandbox) -> None:
    view = FinalView(
        order="o-1", state=OrderState.PAID, setup="toy", reference="r-1", price=Money(5, "CNY"), doubtful=False
    )

    toy.client.add_views([replace(view, state=OrderState.PENDING), replace(view, order="o-2")])
    toy.client.add_views([view])

    assert toy.client.views() == [view, replace(view, order="o-2")]
    assert isinstance(view, View)


# deliveries


def test_the_sandbox_delivers_a_message_as_it_is(
    toy: Sandbox, shop: ThreadingHTTPServer, create: Callable[[], str]
) -> None:
    reference = create()
    message = Message("POST", url_of(shop, "/notify?a=b"), (("X-Sign", "s"), ("User-Agent", "toy")), b"\x00body")

    exchange = toy.client.deliver(message, 5.0, reference, "notify.fulfils/toy")

    path, headers, body = Shop.seen[0]
    assert (path, body) == ("/notify?a=b", b"\x00body")
    assert {name.lower() for name in headers} == {"x-sign", "user-agent", "host", "content-length"}
    assert exchange.answer is not None
    assert (exchange.answer.status, exchange.answer.body) == (200, b"success")
    assert (exchange.source, exchange.order, exchange.check) == ("wallet:toy", reference, "notify.fulfils/toy")
    assert toy.client.history(order=reference)[-1] == exchange


def test_a_redirect_is_an_answer_and_not_followed(toy: Sandbox, shop: ThreadingHTTPServer) -> None:
    exchange = toy.client.deliver(Message("POST", url_of(shop, "/away")), 5.0)

    assert exchange.answer is not None
    assert exchange.answer.status == 302
    assert [path for path, _, _ in Shop.seen] == ["/away"]


def test_a_delivery_is_bounded_in_time(toy: Sandbox, shop: ThreadingHTTPServer) -> None:
    exchange = toy.client.deliver(Message("POST", url_of(shop, "/silent")), 0.2)

    assert (exchange.answer, exchange.error) == (None, "no answer within 0.2 s")


def test_a_delivery_is_bounded_in_size(toy: Sandbox, shop: ThreadingHTTPServer) -> None:
    exchange = toy.client.deliver(Message("POST", url_of(shop, "/large")), 5.0)

    assert exchange.answer is None
    assert exchange.error is not None
    assert "larger than 1048576 bytes" in exchange.error


def test_a_target_that_is_not_there_is_told(toy: Sandbox) -> None:
    with socket.socket() as bound:  # bound, but nobody listens
        bound.bind(("127.0.0.1", 0))
        exchange = toy.client.deliver(Message("POST", f"http://127.0.0.1:{bound.getsockname()[1]}/"), 5.0)

    assert exchange.answer is None
    assert exchange.error is not None
    assert exchange.error.startswith("ConnectError")


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/notify",
        "https://127.0.0.2/",
        "file:///etc/passwd",
        "http://127.0.0.1@shop.example/",
        "http://user:secret@127.0.0.1/",
        "http://shop.example\\@127.0.0.1/",
        "http://127.0.0.1.shop.example/",
        "//127.0.0.1/",
        "/notify",
        "",
    ],
)
def test_deliveries_go_to_allowed_hosts_only(toy: Sandbox, url: str) -> None:
    with pytest.raises(SandboxError, match="403"):
        toy.client.deliver(Message("POST", url), 1.0)


def test_a_client_without_its_sandbox_says_so() -> None:
    with SandboxClient("http://127.0.0.1:1", "t") as client, pytest.raises(SandboxError, match="could not be asked"):
        client.health()
