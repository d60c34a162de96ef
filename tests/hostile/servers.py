"""Targets that misbehave, each on a port of its own: little socket servers that a run must survive and name.

A manner is a function of one connection and the head of one request. It may answer as it likes and closes by returning.
"""

from __future__ import annotations

import json
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

CHUNK = 64 * 1024
HEAD = 256 * 1024  # bytes after which even the most patient server has heard enough

Manner = Callable[["Visit"], None]


@dataclass(frozen=True, slots=True)
class Visit:
    """One connection on which a request has come in; `over` is set when the server stops."""

    connection: socket.socket
    heard: bytes
    over: threading.Event

    @property
    def line(self) -> str:
        """The request line's method and path."""
        return " ".join(self.heard.split(b"\r\n", 1)[0].decode("latin-1").split(" ")[:2])

    def say(self, text: str | bytes) -> None:
        """Sends as it is."""
        self.connection.sendall(text.encode() if isinstance(text, str) else text)

    def answer(self, status: str, body: str, *fields: str) -> None:
        """Sends a well-formed answer and its end."""
        content = body.encode()
        lines = [f"HTTP/1.1 {status}", *fields, f"Content-Length: {len(content)}", "Connection: close"]
        self.say("\r\n".join(lines).encode() + b"\r\n\r\n" + content)


def silent(visit: Visit) -> None:
    """Takes every request and never answers."""
    visit.over.wait()


def dripping(visit: Visit) -> None:
    """Sends a good answer, one byte at a time, so that every single read is soon over and the whole never."""
    for byte in b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"id": "':
        visit.say(bytes([byte]))
        if visit.over.wait(0.05):
            return
    while not visit.over.wait(0.05):
        visit.say("1")


def endless_body(visit: Visit) -> None:
    """Begins an answer that has no end."""
    visit.say('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"id": "')
    while not visit.over.is_set():
        visit.say(b"1" * CHUNK)


def endless_head(visit: Visit) -> None:
    """Sends header fields for ever."""
    visit.say("HTTP/1.1 200 OK\r\n")
    while not visit.over.is_set():
        visit.say("X-More: and more\r\n" * 1000)


def redirecting(visit: Visit) -> None:
    """Redirects in a circle."""
    visit.answer("307 Temporary Redirect", "", "Location: /orders")


def luring_away(visit: Visit) -> None:
    """Redirects to a host that nobody allowed."""
    visit.answer("307 Temporary Redirect", "", "Location: http://elsewhere.invalid/orders")


def not_http(visit: Visit) -> None:
    """Speaks another protocol."""
    visit.say("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")


def breaking(visit: Visit) -> None:
    """Answers 500 to everything."""
    visit.answer("500 Internal Server Error", "<h1>Internal Server Error</h1>", "Content-Type: text/html")


def mumbling(visit: Visit) -> None:
    """Says that all is well, in JSON that is none."""
    visit.answer("200 OK", '{"id": "\x1b[2J", "reference"', "Content-Type: application/json")


def hanging_up(visit: Visit) -> None:
    """Closes in the middle of the answer."""
    visit.say('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"id": "1"')


def slamming(visit: Visit) -> None:
    """Closes without a word."""


def surrendering(visit: Visit) -> None:
    """Takes orders and notifications, and never shows an order again."""
    if visit.line.startswith("GET"):
        silent(visit)
    elif visit.line == "POST /orders":
        _order(visit)
    else:
        visit.answer("200 OK", "success", "Content-Type: text/plain")


def exaggerating(visit: Visit) -> None:
    """Takes everything, and shows orders with numbers that fill the memory of whoever believes them."""
    shown = {"state": "paid", "amount": "1e99999999999", "currency": "CNY", "refunded": "-1e99999999999"}
    if visit.line == "POST /orders":
        _order(visit)
    elif visit.line.startswith("POST"):
        visit.answer("200 OK", "success", "Content-Type: text/plain")
    else:
        visit.answer("200 OK", json.dumps({**shown, "fulfilments": 10**300}), "Content-Type: application/json")


def confusing(visit: Visit) -> None:
    """Answers in good JSON of the wrong kinds: half a surrogate pair for an id, a number for a URL."""
    order = {"id": "\ud800/../\u001b[2J", "reference": ["1"], "payment": {"redirect": 5, "qr": {}}}
    visit.answer("200 OK", json.dumps(order), "Content-Type: application/json", "Location: http://[/")


def _order(visit: Visit) -> None:
    order = {"id": uuid.uuid4().hex, "reference": str(uuid.uuid4().int)[:20], "payment": {}}
    visit.answer("201 Created", json.dumps(order), "Content-Type: application/json")


def parroting(visit: Visit) -> None:
    """Answers 500 and repeats everything it was told, secrets included."""
    told = visit.heard.decode("latin-1")
    visit.answer("500 Internal Server Error", json.dumps({"you_said": told, "plain": told.split("\r\n")}))


MANNERS: dict[str, Manner] = {
    manner.__name__: manner
    for manner in (
        silent,
        dripping,
        endless_body,
        endless_head,
        redirecting,
        luring_away,
        not_http,
        breaking,
        mumbling,
        hanging_up,
        slamming,
        surrendering,
        exaggerating,
        confusing,
        parroting,
    )
}


@dataclass(slots=True)
class Hostile:
    """A running server. `heard` are the requests' heads and bodies, as far as they were read."""

    url: str
    heard: list[bytes] = field(default_factory=list)


@contextmanager
def hostile(manner: Manner) -> Iterator[Hostile]:
    """A server with these manners for as long as the block lasts."""
    over = threading.Event()
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        listener.settimeout(0.1)
        running = Hostile(f"http://127.0.0.1:{listener.getsockname()[1]}")

        def visit(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.settimeout(10)
                heard = _request(connection)
                if heard:
                    running.heard.append(heard)
                    manner(Visit(connection, heard, over))

        def accept() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    connection, _ = listener.accept()
                    threads.append(threading.Thread(target=visit, args=(connection,), daemon=True))
                    threads[-1].start()

        threads.append(threading.Thread(target=accept, daemon=True))
        threads[0].start()
        try:
            yield running
        finally:
            over.set()
            for thread in threads:
                thread.join(11)


def _request(connection: socket.socket) -> bytes:
    """The head of a request and as much of the body as it announces; nothing if the other side only looked in."""
    heard = b""
    while b"\r\n\r\n" not in heard and len(heard) < HEAD:
        part = connection.recv(CHUNK)
        if not part:
            return b""
        heard += part
    head, _, body = heard.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    missing = int(lengths[0]) - len(body) if lengths else 0
    while missing > 0 and len(heard) < HEAD:
        part = connection.recv(CHUNK)
        if not part:
            break
        heard, missing = heard + part, missing - len(part)
    return heard
