"""Exchanges as curl lines that send the requests again. Expects masked exchanges."""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Iterable, Sequence

from fixtures.model import Exchange, Message
from reports.timeline import in_order, outcome, timeline

LARGEST_BODY = 16_384  # bytes shown; a larger body is named by its size
_COMPUTED = frozenset({"host", "content-length", "connection", "transfer-encoding", "accept-encoding"})
_UNPRINTABLE = re.compile(r"[^\t\n\x20-\x7e\u00a0-\ud7ff\ue000-\uffff\U00010000-\U0010ffff]")


def curl(exchange: Exchange) -> str:
    """One shell command that sends the exchange's request again, byte for byte."""
    request = exchange.request
    url = absolute(exchange)
    words = ["curl", "-sS", "-i"]
    if re.search(r"[\[\]{}]", url):
        words.append("--globoff")
    if "/." in url:
        words.append("--path-as-is")
    words += ["-I"] if request.method == "HEAD" else ["-X", request.method]
    words.append(url)
    for name, value in _headers(request, url):
        words += ["-H", f"{name}: {value}" if value else f"{name};"]
    if request.body and request.header("content-type") is None:
        words += ["-H", "Content-Type:"]  # else curl would claim a form
    line = shlex.join(words)
    return _with_body(line, request)


def absolute(exchange: Exchange) -> str:
    """The request's absolute URL; at a gateway the path alone is known, so the host comes from the Host header."""
    request = exchange.request
    if not request.url.startswith("/"):
        return request.url
    host = request.header("host") or "gateway.invalid"
    local = host.startswith(("127.", "localhost", "[::1]"))
    # A gateway on the loopback is served under its wallet's name, which it does not see itself.
    prefix = (
        "/" + exchange.destination.partition(":")[2] if local and exchange.destination.startswith("wallet:") else ""
    )
    return f"{'http' if local else 'https'}://{host}{prefix}{request.url}"


def transcript(exchanges: Sequence[Exchange]) -> str:
    """The timeline, then each exchange as a curl line with its answer."""
    parts = [timeline(exchanges)]
    for exchange in in_order(exchanges):
        parts.append(f"# {exchange.source} → {exchange.destination}: {outcome(exchange)}\n{curl(exchange)}")
    return "\n\n".join(filter(None, parts)) + "\n"


def _headers(request: Message, url: str) -> Iterable[tuple[str, str]]:
    host = request.header("host")
    if host and f"//{host}/" not in f"{url}/":
        yield "Host", host
    yield from ((name, value) for name, value in request.headers if name.lower() not in _COMPUTED)


def _with_body(line: str, request: Message) -> str:
    if not request.body:
        return line
    if len(request.body) > LARGEST_BODY:
        return f"{line} --data-binary @body  # {len(request.body)} bytes, not shown"
    text = _text(request.body)
    if text is None or text.startswith("@"):  # curl reads a leading @ as a file name
        return f"echo {base64.b64encode(request.body).decode()} | base64 -d | {line} --data-binary @-"
    return f"{line} --data-binary {shlex.quote(text)}"


def _text(body: bytes) -> str | None:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if _UNPRINTABLE.search(text) else text
