"""Requests as bytes, just as the suites' client sends them, and the origins to which they go. Pure.

What is the same for many requests (an origin, a set of headers) is made once.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

from fixtures.model import Headers, Message, first_header

_VISIBLE = "".join(chr(code) for code in range(0x21, 0x7F))
_DEFAULT_PORTS = {"http": 80, "https": 443}
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_NEEDED = (("User-Agent", "walletproof"), ("Accept-Encoding", "identity"))
_PLAIN = re.compile(r"(https?://[!-.0->@-~]+)(/[!\"$-~]*[!\"$->@-~])")  # visible ASCII, no fragment, no empty query
_TOKEN = frozenset(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~")  # RFC 9110, section 5.6.2


class Unsendable(ValueError):
    """No request can be made of it; the message says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a URL leads: a host as it is dialled, and the value of the Host header."""

    scheme: str
    host: str
    port: int
    netloc: str

    @property
    def url(self) -> str:
        """The origin as a URL."""
        return f"{self.scheme}://{self.netloc}"


def split(url: str) -> tuple[str, str]:
    """A URL's origin, as it is written, and what stands in the request line: path and query exactly as written."""
    plain = _PLAIN.fullmatch(url)
    return (plain[1], plain[2]) if plain else _split(url)


@lru_cache(maxsize=1024)
def place(origin: str) -> Place:
    """Where an origin is. Raises Unsendable."""
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme)
        dialled = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError as problem:
        raise Unsendable(f"{origin[:100]!r} is no URL ({problem})") from None
    if not host or port is None:
        raise Unsendable(f"{origin[:100]!r} is no URL of HTTP")
    return Place(parts.scheme, dialled, port, parts.netloc.rpartition("@")[2])


def written(message: Message, where: Place, target: str) -> bytes:
    """The request's bytes. Raises Unsendable."""
    head, counted = _head(message.headers, where.netloc)
    body = message.body
    if counted or not (body or message.method in _WITH_BODY):
        return b"%b %b HTTP/1.1\r\n%b\r\n%b" % (message.method.encode(), target.encode(), head, body)
    line = b"%b %b HTTP/1.1\r\n%bContent-Length: %d\r\n\r\n%b"
    return line % (message.method.encode(), target.encode(), head, len(body), body)


@lru_cache(maxsize=256)
def _head(headers: Headers, netloc: str) -> tuple[bytes, bool]:
    """The headers as lines, completed by what HTTP cannot do without, and whether they say the body's length."""
    host, needed, counting = _frame(tuple([name for name, _ in headers]), netloc)
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
    if "\0" in lines or not lines.count("\r") == lines.count("\n") == len(headers):
        raise _unsendable(next(name for name, value in headers if any(letter in value for letter in "\r\n\0")))
    counted = any(first_header(headers, name) for name in counting)
    return b"%b%b%b" % (host, lines.encode("utf-8", "surrogateescape"), needed), counted


@lru_cache(maxsize=256)
def _frame(names: tuple[str, ...], netloc: str) -> tuple[bytes, bytes, tuple[str, ...]]:
    """The lines before and after headers of these names, and which of them say the body's length."""
    for name in names:
        if not name or not _TOKEN.issuperset(name):
            raise _unsendable(name)
    if any(letter in netloc for letter in "\r\n\0"):
        raise _unsendable("Host")
    known = {name.lower() for name in names}
    host = "" if "host" in known else f"Host: {netloc}\r\n"
    needed = "".join(f"{name}: {value}\r\n" for name, value in _NEEDED if name.lower() not in known)
    return host.encode(), needed.encode(), tuple(known & {"content-length", "transfer-encoding"})


def _unsendable(name: str) -> Unsendable:
    return Unsendable(f"the header {name[:50]!r} cannot be sent: HTTP does not allow these characters")


def _split(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError as problem:
        raise Unsendable(f"{url[:100]!r} is no URL ({problem})") from None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return f"{parts.scheme}://{parts.netloc}", quote(target, safe=_VISIBLE)
