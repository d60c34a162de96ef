"""A target that misbehaves on the wire is inconclusive, in time, and the message says what happened."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from fixtures.model import Answer, Exchange, Message
from fixtures.target.bounds import Bounds
from fixtures.target.budget import Budget
from fixtures.target.client import Client, HostNotAllowed, Label, TargetUnwell
from fixtures.target.hosts import Hosts
from fixtures.target.redirects import redirected
from tests.target.conftest import Shop, listening

FREE = Bounds(None, None, None, None)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

Behaviour = Callable[[socket.socket, threading.Event], None]


@contextmanager
def client(seconds: float = 0.3, *hosts: str) -> Iterator[tuple[Client, list[Exchange]]]:
    history: list[Exchange] = []
    one = Client(Hosts(hosts or ("127.0.0.1",)), seconds, Budget(FREE), history.append)
    try:
        yield one, history
    finally:
        one.close()


def never_answers(_: socket.socket, over: threading.Event) -> None:
    over.wait(10)


def drips_the_body(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
    while not over.wait(0.02):
        connection.sendall(b".")


def drips_the_headers(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(HEAD + b"X-Drip: ")
    while not over.wait(0.02):
        connection.sendall(b".")


def never_ends(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while not over.is_set():
        connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def closes_at_once(_: socket.socket, over: threading.Event) -> None:
    over.is_set()


def closes_in_the_middle(connection: socket.socket, _: threading.Event) -> None:
    connection.sendall(HEAD + b"Content-Length: 100\r\n\r\nhalf")


def speaks_something_else(connection: socket.socket, _: threading.Event) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")


def resets(connection: socket.socket, _: threading.Event) -> None:
    connection.sendall(HEAD + b"Content-Length: 100\r\n\r\nhalf")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


@pytest.mark.parametrize(
    ("behave", "told"),
    [
        (never_answers, "no whole answer within 0.3 s"),
        (drips_the_body, "no whole answer within 0.3 s"),
        (drips_the_headers, "no whole answer within 0.3 s"),
        (never_ends, "larger than 2 MiB"),
        (closes_at_once, "closed without an answer"),
        (closes_in_the_middle, "closed in the middle of the answer"),
        (speaks_something_else, "not HTTP"),
        (resets, "(the connection broke|closed in the middle)"),
    ],
)
def test_a_target_that_misbehaves_is_unwell_in_time_and_in_the_history(behave: Behaviour, told: str) -> None:
    with listening(behave) as url, client(5 if behave is never_ends else 0.3) as (one, history):
        start = time.monotonic()
        with pytest.raises(TargetUnwell, match=told):
            one.send(Message("POST", f"{url}/orders?token=t", body=b"{}"), Label(order="R-1"))

        assert time.monotonic() - start < 3
        (exchange,) = history
        assert exchange.answer is None and exchange.order == "R-1"
        assert exchange.error is not None and f"POST {url}/orders: " in exchange.error


def test_after_a_bad_answer_the_client_still_serves(shop: Shop) -> None:
    with listening(drips_the_body) as url, client() as (one, _):
        with pytest.raises(TargetUnwell):
            one.send(Message("GET", url), Label())

        assert one.send(Message("GET", f"{shop.url}/stock"), Label()).status == 200


@pytest.mark.parametrize(("status", "kept"), [(b"200 OK", True), (b"409 Conflict", True), (b"500 Oops", False)])
def test_after_a_crash_a_connection_is_not_used_again(status: bytes, kept: bool) -> None:
    """The server here answers once on each connection: who comes back on it waits in vain."""

    def answers_once(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
        over.wait(10)

    with listening(answers_once) as url, client() as (one, history):
        one.send(Message("POST", url), Label())
        with suppress(TargetUnwell):
            one.send(Message("POST", url), Label())

        assert [exchange.answer is not None for exchange in history] == [True, not kept]


def test_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    with client() as (one, _), pytest.raises(TargetUnwell, match=r"no connection .*check that the target is up"):
        one.send(Message("GET", url), Label())


def test_a_host_that_is_not_allowed_gets_nothing(shop: Shop) -> None:
    with client(1, "shop.example") as (one, history), pytest.raises(HostNotAllowed, match="allowed_hosts"):
        one.send(Message("GET", shop.url), Label())
    assert history == [] and shop.requests == []


def test_a_proof_arrives_byte_for_byte(shop: Shop) -> None:
    headers = (("X-Sign", "a b+/="), ("x-sign", "é"), ("Content-Type", "application/JSON ; charset=UTF-8"))
    message = Message("POST", f"{shop.url}/notify//x?a=%2f&b={{}}&c=1|2", headers, b"\x00\xff{}")

    with client() as (one, history):
        answer = one.send(message, Label("wallet:toypay", "R-1", "forgery.unsigned/toypay", "twin"))

    (request,) = shop.requests
    assert request.raw == "/notify//x?a=%2f&b={}&c=1|2"
    assert request.body == b"\x00\xff{}"
    assert request.headers["content-type"] == "application/JSON ; charset=UTF-8"
    (exchange,) = history
    assert exchange.request is message and exchange.answer == answer
    assert (exchange.source, exchange.destination, exchange.order) == ("wallet:toypay", "target", "R-1")
    assert (exchange.check, exchange.note) == ("forgery.unsigned/toypay", "twin")


def test_a_request_through_no_proxy(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        proxy = f"http://127.0.0.1:{server.getsockname()[1]}"
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy)

    with client() as (one, _):
        assert one.send(Message("GET", f"{shop.url}/stock"), Label()).status == 200


def to(location: str, status: int = 302) -> Callable[[], tuple[int, dict[str, str], bytes]]:
    return lambda: (status, {"Location": location}, b"")


def test_redirects_are_followed_within_the_allowed_hosts_and_all_recorded(shop: Shop) -> None:
    shop.script = {"/a": to("/b"), "/b": to(f"{shop.url}/stock", 307)}

    with client() as (one, history):
        answer = one.send(Message("POST", f"{shop.url}/a", (("Authorization", "t"),), b"{}"), Label(), follow=True)

    assert answer.status == 200
    assert [(r.method, r.path, r.body) for r in shop.requests] == [
        ("POST", "/a", b"{}"),
        ("GET", "/b", b""),
        ("GET", "/stock", b""),
    ]
    assert len(history) == 3


def test_a_redirect_is_an_answer_unless_following_is_wanted(shop: Shop) -> None:
    shop.script = {"/a": to("/b")}

    with client() as (one, _):
        assert one.send(Message("GET", f"{shop.url}/a"), Label()).status == 302
    assert len(shop.requests) == 1


def test_a_redirect_off_the_allowed_hosts_is_never_followed(shop: Shop) -> None:
    with listening(never_answers) as elsewhere:
        shop.script = {"/a": to(elsewhere.replace("127.0.0.1", "localhost") + "/steal")}
        with client() as (one, history):
            answer = one.send(Message("GET", f"{shop.url}/a"), Label(), follow=True)

    assert answer.status == 302 and len(history) == 1


def test_a_redirect_loop_ends(shop: Shop) -> None:
    shop.script = {"/a": to("/a")}

    with client() as (one, _), pytest.raises(TargetUnwell, match="redirected more than 5 times"):
        one.send(Message("GET", f"{shop.url}/a"), Label(), follow=True)
    assert len(shop.requests) == 6


def test_credentials_stay_at_their_origin_and_a_body_survives_307() -> None:
    own = Message("POST", "http://a/x", (("Authorization", "t"), ("Cookie", "c"), ("Content-Type", "x/y")), b"{}")

    onward = redirected(own, Answer(307, (("Location", "http://b/"),)))
    plain = redirected(own, Answer(303, (("Location", "/y"),)))

    assert onward == Message("POST", "http://b/", (("Content-Type", "x/y"),), b"{}")
    assert plain == Message("GET", "http://a/y", (("Authorization", "t"), ("Cookie", "c")))
    assert redirected(own, Answer(200, (("Location", "/y"),))) is None


def test_several_threads_share_the_client(shop: Shop) -> None:
    statuses: list[int] = []
    with client(5) as (one, history):
        threads = [
            threading.Thread(
                target=lambda: statuses.append(one.send(Message("GET", f"{shop.url}/stock"), Label()).status)
            )
            for _ in range(12)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert statuses == [200] * 12 and len(history) == 12


@pytest.mark.parametrize("body", [b"{not json", b""])
def test_a_server_error_is_an_answer(shop: Shop, body: bytes) -> None:
    shop.script = {"/a": lambda: (500, {"Content-Type": "application/json"}, body)}

    with client() as (one, _):
        assert one.send(Message("GET", f"{shop.url}/a"), Label()).status == 500
