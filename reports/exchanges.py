"""Exchanges for people: a curl line that sends the request again, and a timeline. Both expect masked exchanges."""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Iterable, Sequence

from fixtures.model import Exchange, Message

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


def outcome(exchange: Exchange) -> str:
    """What came back: the status and the beginning of a short answer, or what went wrong."""
    if exchange.answer is None:
        return exchange.error or "no answer"
    text = exchange.answer.body.decode("utf-8", "replace").strip()
    head = " ".join(text.split())
    head = head if len(head) <= 60 else head[:57] + "..."
    return " ".join(filter(None, (str(exchange.answer.status), head, exchange.error)))


def timeline(exchanges: Sequence[Exchange]) -> str:
    """Who sent what to whom, when (seconds after the first), how long it took and what came back; one line each."""
    if not exchanges:
        return ""
    ordered = sorted(exchanges, key=lambda exchange: (exchange.at, exchange.sequence))
    start = ordered[0].at
    rows = [
        (
            f"+{exchange.at - start:.3f} s",
            f"{exchange.source} → {exchange.destination}",
            f"{exchange.request.method} {_path(exchange.request.url)}",
            f"{exchange.seconds * 1000:.0f} ms",
            outcome(exchange),
        )
        for exchange in ordered
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(_aligned(row, widths) for row in rows)


def transcript(exchanges: Sequence[Exchange]) -> str:
    """The timeline, then each exchange as a curl line with its answer."""
    parts = [timeline(exchanges)]
    for exchange in exchanges:
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


def _path(url: str) -> str:
    path = re.sub(r"^https?://[^/]*", "", url) or "/"
    return path if len(path) <= 60 else path[:57] + "..."


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    at, who, what, took, came = row
    return f"{at:>{widths[0]}}  {who:<{widths[1]}}  {what:<{widths[2]}}  {took:>{widths[3]}}  {came}"
