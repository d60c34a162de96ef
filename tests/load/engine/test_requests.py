"""The engine's requests are the bytes that the suites' client would send."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from queue import Queue

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.model import Headers, Message
from fixtures.target.bounds import Bounds
from fixtures.target.budget import Budget
from fixtures.target.client import Client, Label
from fixtures.target.hosts import Hosts
from load.engine.requests import Unsendable, place, split, written

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["X-One", "x-two", "user-agent", "Accept-Encoding"]),
        st.text("abc/ü7", min_size=1, max_size=5),
    ),
    max_size=4,
    unique_by=lambda header: header[0],
)
HOSTS: list[Headers] = [(), (("host", "shop.example"),)]
TARGETS = st.sampled_from(
    ["", "/", "/orders/1", "/a?b=c&d=%20", "?q=1", "?u=/x", "/a//b/../c", "/ü", "/a b", "/a#b", "/a?b#c", "/%zz", "/a?"]
)


class Recorder:
    """Hears what the suites' client sends, one request a connection."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.netloc = f"127.0.0.1:{self._server.getsockname()[1]}"
        self._heard: Queue[bytes] = Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def heard(self, message: Message) -> bytes:
        """The bytes of one request."""
        client = Client(Hosts(("127.0.0.1",)), 5.0, Budget(Bounds(None, None, {}, {})), lambda exchange: None)
        try:
            client.send(message, Label())
        finally:
            client.close()
        sent = self._heard.get(timeout=5)
        # its library counts a body that is not there, which no browser does
        bodiless = not message.body and message.method in {"GET", "DELETE"}
        return sent.replace(b"Content-Length: 0\r\n", b"") if bodiless else sent

    def close(self) -> None:
        """Hears nothing any more."""
        self._server.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                with connection:
                    self._heard.put(_request(connection))
                    connection.sendall(ANSWER)


def _request(connection: socket.socket) -> bytes:
    heard, length = b"", 0
    while b"\r\n\r\n" not in heard or len(heard.partition(b"\r\n\r\n")[2]) < length:
        part = connection.recv(65536)
        if not part:
            break
        heard += part
        found = re.search(rb"\r\nContent-Length: (\d+)", heard)
        length = int(found[1]) if found else 0
    return heard


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    made = Recorder()
    yield made
    made.close()


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["GET", "POST", "DELETE", "PUT"]), TARGETS, st.sampled_from(HOSTS), HEADERS, st.binary(max_size=9)
)
def test_the_bytes_are_those_of_the_suites(
    recorder: Recorder, method: str, target: str, host: Headers, headers: list[tuple[str, str]], body: bytes
) -> None:
    message = Message(method, f"http://{recorder.netloc}/base{target}", (*host, *headers), body)
    origin, path = split(message.url)
    assert written(message, place(origin), path) == recorder.heard(message)


@pytest.mark.parametrize(
    ("url", "origin", "target"),
    [
        ("http://127.0.0.1", "http://127.0.0.1", "/"),
        ("http://127.0.0.1?a=/b", "http://127.0.0.1", "/?a=/b"),
        ("http://[::1]:80/a", "http://[::1]:80", "/a"),
        ("https://user:secret@shop.example/a", "https://user:secret@shop.example", "/a"),
    ],
)
def test_a_url_falls_into_origin_and_target(url: str, origin: str, target: str) -> None:
    assert split(url) == (origin, target)
    assert "@" not in place(origin).netloc


@pytest.mark.parametrize("url", ["", "orders", "ftp://127.0.0.1/a", "http://", "http://127.0.0.1:99999/", "http://[x/"])
def test_what_is_no_url_is_said(url: str) -> None:
    with pytest.raises(Unsendable, match="is no URL"):
        place(split(url)[0])


@pytest.mark.parametrize(
    "headers", [(("X", "a\r\nY: b"),), (("X\n", "a"),), (("X Y", "a"),), (("", "a"),), (("X", "\0"),)]
)
def test_no_header_smuggles_another_one_in(headers: Headers) -> None:
    with pytest.raises(Unsendable, match="HTTP does not allow"):
        written(Message("GET", "/", headers), place("http://127.0.0.1"), "/")
