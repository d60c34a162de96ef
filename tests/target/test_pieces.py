"""A body that is sent bit by bit: all of it, half of it, and all of it without waiting for the answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue

import pytest

from fixtures.model import Message
from fixtures.target.client import HungUp
from tests.target.conftest import Bench

BODY = b"0123456789" * 20
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def one_listener() -> Iterator[tuple[str, Queue[bytes]]]:
    """A server that hears one request to its end, or until the sender hangs up, and says what it heard."""
    heard: Queue[bytes] = Queue()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                text = b""
                while not text.endswith(BODY) and (part := connection.recv(4096)):
                    text += part
                heard.put(text.partition(b"\r\n\r\n")[2])
                if text.endswith(BODY):
                    connection.sendall(ANSWER)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", heard


def hanging_up(*parts: bytes) -> Iterator[bytes]:
    yield from parts
    raise HungUp("enough")


def notification(url: str) -> Message:
    return Message("POST", f"{url}/notify", (("Content-Type", "text/plain"),), BODY)


def test_the_pieces_make_the_body(bench: Callable[..., Bench]) -> None:
    with one_listener() as (url, heard):
        target = bench(("BASE", url)).target
        answer = target.deliver(notification(url), None, "toypay", pieces=iter([BODY[:7], BODY[7:]]))

        assert (answer.status, heard.get(timeout=5)) == (200, BODY)


@pytest.mark.parametrize("sent", [BODY[:100], BODY], ids=["half", "whole"])
def test_who_hangs_up_has_sent_what_came_before(sent: bytes, bench: Callable[..., Bench]) -> None:
    with one_listener() as (url, heard):
        made = bench(("BASE", url))
        with pytest.raises(HungUp):
            made.target.deliver(notification(url), None, "toypay", pieces=hanging_up(sent))

        assert heard.get(timeout=5) == sent
        assert [(one.answer, one.error) for one in made.history] == [(None, "enough")]
