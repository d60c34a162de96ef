"""Simultaneous requests: nobody is whole before all are there, nobody waits for one that never comes."""

from __future__ import annotations

import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fixtures.model import Answer, Message
from fixtures.target import volley
from fixtures.target.bounds import Bounds
from fixtures.target.budget import Budget
from fixtures.target.client import Client, Label
from fixtures.target.hosts import Hosts
from fixtures.target.volley import OutOfStep, Volley, aside, line_up, together, withheld


def test_all_are_let_go_in_the_order_of_their_lags_once_the_last_is_there() -> None:
    sent: list[str] = []

    def runner(name: str) -> str:
        line_up(lambda: sent.append(name))
        return name

    answers = together([partial(runner, name) for name in "abc"], [0.002, 0.0, 0.001])

    assert answers == ["a", "b", "c"]
    assert sent == ["b", "c", "a"]


def test_who_sends_nothing_keeps_nobody_waiting() -> None:
    sent: list[str] = []

    assert together([lambda: line_up(lambda: sent.append("first")), lambda: None]) == [None, None]
    assert sent == ["first"]


def test_only_the_first_request_of_a_runner_is_timed() -> None:
    sent: list[str] = []

    def twice() -> None:
        line_up(lambda: sent.append("one"))
        line_up(lambda: sent.append("two"))

    together([twice, line_up])

    assert sent == ["one", "two"]


def test_what_goes_wrong_with_one_is_told_to_that_one_alone() -> None:
    done = threading.Event()

    def broken() -> None:
        raise OSError("gone")

    def other() -> None:
        line_up()
        done.set()

    with pytest.raises(OSError, match="gone"):
        together([lambda: line_up(broken), other])
    assert done.is_set()


def test_a_runner_that_fails_on_its_way_keeps_nobody_waiting() -> None:
    done = threading.Event()

    def lost() -> None:
        raise LookupError

    def other() -> None:
        line_up()
        done.set()

    with pytest.raises(LookupError):
        together([lost, other])
    assert done.is_set()


def test_the_patience_of_who_waits_has_an_end() -> None:
    with pytest.raises(OutOfStep):
        Volley([0.0, 0.0], patience=0.01).line_up(0, lambda: None)


def test_preparations_and_lonely_requests_are_not_held_back() -> None:
    assert withheld(b"request") == (b"request", b"")

    def prepared() -> tuple[bytes, bytes]:
        with aside():
            return withheld(b"request")

    assert together([prepared, lambda: withheld(b"request")]) == [(b"request", b""), (b"reques", b"t")]


def test_time_is_counted_from_the_release() -> None:
    def runner() -> float:
        line_up()
        return volley.since_release()

    assert volley.since_release() == 0.0
    assert all(0 <= seconds < 5 for seconds in together([runner, runner]))


def test_requests_of_the_client_become_whole_together() -> None:
    """The first one has all the time in the world, and is not answered before the second has come."""
    begun: list[float] = []
    second_set_out = 0.0

    class Shop(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            begun.append(time.monotonic())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    client = Client(Hosts(("127.0.0.1",)), 5.0, Budget(Bounds(None, None, None, None)), lambda _: None)
    message = Message("POST", f"http://127.0.0.1:{server.server_port}/", (), b"paid")

    def send() -> Answer:
        return client.send(message, Label())

    def later() -> Answer:
        nonlocal second_set_out
        threading.Event().wait(0.1)
        second_set_out = time.monotonic()
        return send()

    try:
        answers = together([send, later])
    finally:
        client.close()
        server.shutdown()
        server.server_close()

    assert [answer.status for answer in answers] == [204, 204]
    assert min(begun) >= second_set_out
