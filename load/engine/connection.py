"""One connection and the answer that comes over it. HTTP/1.1, one request after the other, never two at a time."""

from __future__ import annotations

import asyncio
from typing import Protocol, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from fixtures.model import Answer

LARGEST_BODY = 2 * 1024 * 1024
LARGEST_HEAD = 256 * 1024

CLOSED = "the connection was closed without an answer"


class Listener(Protocol):
    """Who sent the request."""

    method: str

    def answered(self, answer: Answer) -> None:
        """The whole answer is there."""

    def broken(self, problem: str, unheard: bool) -> None:
        """No whole answer will come; `unheard` if not even a byte of one came."""


class Owner(Protocol):
    """Who keeps the connections that wait for their next request."""

    def take_back(self, connection: Connection) -> None:
        """The connection is free again."""

    def post(self, transport: asyncio.Transport, request: bytes) -> None:
        """Writes the request, at the latest before the loop waits again."""


class Connection(asyncio.Protocol):
    """A connection to one origin."""

    __slots__ = (
        *("_body", "_headers", "_heads", "_keep", "_listener", "_owner", "_parser", "_received", "_status"),
        *("_transport", "_whole", "idle_since", "open", "used"),
    )

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._listener: Listener | None = None
        self.open, self.used, self.idle_since = False, False, 0.0
        self._renew()

    def send(self, request: bytes, listener: Listener) -> None:
        """Sends a request whose answer goes to the listener. Only on an open connection without a listener."""
        self._listener = listener
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._received = self._status = self._whole = 0
        self._keep = self._heads = False
        self._owner.post(self._transport, request)

    def close(self) -> None:
        """Ends the connection at once; a listener hears nothing any more."""
        self.open, self._listener = False, None
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.open = True

    def data_received(self, data: bytes) -> None:
        if self._listener is None:  # nobody asked: what is said now would be taken for the next answer
            self.close()
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self._whole, self._status, self._keep = 1, 101, False
        except HttpParserError as problem:
            self._garbage(problem)
            return
        if self._whole:
            self._finish()
        elif self._received > LARGEST_HEAD and not self._heads:
            self._break("the answer's head is larger than 256 KiB; check the request line")

    def connection_lost(self, exception: Exception | None) -> None:
        self.open = False
        if self._listener is None:
            return
        if self._heads and exception is None and self._until_the_end:
            self._status = self._parser.get_status_code()
            self._finish()
        elif exception is not None:
            self._break(f"the connection broke before the whole answer ({exception})")
        elif self._received:
            self._break("the connection was closed in the middle of the answer")
        else:
            self._break(CLOSED)

    def on_header(self, name: bytes, value: bytes) -> None:
        """The parser's."""
        if not self._heads:  # what follows a chunked body are trailers
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The parser's."""
        self._heads = True
        if self._listener is not None and self._listener.method == "HEAD":
            self.on_message_complete()

    def on_body(self, body: bytes) -> None:
        """The parser's."""
        self._body.append(body)
        if self._received > LARGEST_BODY and sum(map(len, self._body)) > LARGEST_BODY:
            raise OverflowError

    def on_message_complete(self) -> None:
        """The parser's; an interim answer (1xx) is passed over."""
        status = self._parser.get_status_code()
        if status < 200 and status != 101:
            self._headers, self._heads = [], False
            return
        self._keep = not self._whole and self._parser.should_keep_alive()
        if not self._whole:
            self._status = status
        self._whole += 1

    @property
    def _until_the_end(self) -> bool:
        """Whether the answer ends where the connection does, as nothing says its length."""
        return not any(name.lower() == b"content-length" or _chunked(name, value) for name, value in self._headers)

    def _finish(self) -> None:
        listener, self._listener = self._listener, None
        headers = tuple([(str(name, "latin-1"), str(value, "latin-1")) for name, value in self._headers])
        answer = Answer(self._status, headers, b"".join(self._body))
        self._headers, self._body = [], []
        if listener is None:
            return
        if listener.method == "HEAD":
            self._renew()
        if self._keep and self.open:
            self.used = True
            self._owner.take_back(self)
        else:
            self.close()
        listener.answered(answer)

    def _garbage(self, problem: HttpParserError) -> None:
        if isinstance(problem.__context__, OverflowError):
            self._break("the answer's body is larger than 2 MiB; check the request line")
        else:
            self._break(f"the answer is not HTTP ({str(problem)[:120]}); check scheme and port")

    def _break(self, problem: str) -> None:
        listener, unheard = self._listener, not self._received
        self.close()
        if listener is not None:
            listener.broken(problem, unheard)

    def _renew(self) -> None:
        self._parser = HttpResponseParser(self)


def _chunked(name: bytes, value: bytes) -> bool:
    return name.lower() == b"transfer-encoding" and value.lower().rstrip().endswith(b"chunked")
