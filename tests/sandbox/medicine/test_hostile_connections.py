"""Hostile connections to a running sandbox: whatever comes over the wire, the next caller is served."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import httpx
import pytest

from fixtures.model import Message
from fixtures.sandbox.gateway import BODY_LIMIT, OUR_ERROR
from fixtures.sandbox.process import Sandbox
from tests.sandbox.medicine.scene import WALLETS

PATIENCE = 20.0  # seconds until a silent sandbox counts as hanging
_STATUS = re.compile(rb"^HTTP/1\.1 (\d{3}) ")


def _post(path: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: {host}", *headers, f"Content-Length: {len(body)}", "Connection: close"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


_END = b"Host: {host}\r\nConnection: close\r\n\r\n"
_RUBBISH = {
    "no-http": b"hello\r\n\r\n",
    "nothing": b"",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(60),
    "zeros": bytes(4000),
    "http-2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "half-a-line": b"POST /stripe/v1/ref",
    "half-a-body": b"POST /stripe/v1/refunds HTTP/1.1\r\nHost: {host}\r\nContent-Length: 500\r\n\r\na=1",
    "no-host": b"GET /stripe/v1/refunds HTTP/1.1\r\nConnection: close\r\n\r\n",
    "strange-host": b"GET /stripe/v1/refunds HTTP/1.1\r\nHost: \xff[::\r\nConnection: close\r\n\r\n",
    "two-lengths": b"POST /stripe/v1/refunds HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n" + _END + b"aa",
    "minus-length": b"POST /stripe/v1/refunds HTTP/1.1\r\nContent-Length: -1\r\n" + _END,
    "huge-length": b"POST /stripe/v1/refunds HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n" + _END,
    "wrong-chunks": b"POST /stripe/v1/refunds HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + _END + b"zz\r\n\r\n",
    "smuggled": b"POST /stripe/v1/refunds HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n"
    + _END
    + b"0\r\n\r\nGET /control/payments HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "long-path": b"GET /stripe/" + b"a" * 60_000 + b" HTTP/1.1\r\n" + _END,
    "long-header": b"GET /stripe/v1/refunds HTTP/1.1\r\nX-A: " + b"a" * 200_000 + b"\r\n" + _END,
    "many-headers": b"GET /stripe/v1/refunds HTTP/1.1\r\n" + b"X-A: a\r\n" * 20_000 + _END,
    "folded-header": b"GET /stripe/v1/refunds HTTP/1.1\r\nX-A: a\r\n b\r\n" + _END,
    "nul-header": b"GET /stripe/v1/refunds HTTP/1.1\r\nX-A: \0\r\n" + _END,
    "header-without-name": b"GET /stripe/v1/refunds HTTP/1.1\r\n: a\r\n" + _END,
    "upgrade": b"GET /stripe/v1/refunds HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eA==\r\n" + _END,
    "connect": b"CONNECT 169.254.169.254:80 HTTP/1.1\r\n" + _END,
    "absolute": b"GET http://169.254.169.254/stripe/v1/refunds HTTP/1.1\r\n" + _END,
    "asterisk": b"OPTIONS * HTTP/1.1\r\n" + _END,
    "expect": _post("/stripe/v1/refunds", "Expect: 100-continue", body=b"a=1"),
    "too-large": _post("/alipay/gateway.do", body=b"a" * (BODY_LIMIT + 1)),
    "compressed": _post("/paypal/v2/checkout/orders", "Content-Encoding: gzip", body=b"\x1f\x8b\x08" + bytes(9)),
}
_PATHS = (
    "//stripe/v1",
    "/stripe/../control/health",
    "/stripe/%2e%2e/%00",
    "/stripe//////",
    "/%73tripe/v1",
    "/stripe\\v1",
    "/stripe/%ff%fe",
    "/stripe?%ff",
    "/stripe#a",
    "/control/../stripe",
    "/control/%2e%2e/payments",
    "/STRIPE/v1",
    "/stripe/v1/refunds/%E0%80%AF",
    "/..",
    "/?",
    "/%",
    "/%zz",
)
_RUBBISH |= {f"path {path}": b"GET " + path.encode() + b" HTTP/1.1\r\n" + _END for path in _PATHS}


def _sent(sandbox: Sandbox, raw: bytes) -> bytes:
    """What comes back until the sandbox closes; the sender's end is closed at once."""
    where = urlsplit(sandbox.url)
    wire = socket.create_connection((where.hostname, where.port or 0), timeout=PATIENCE)
    with closing(wire):
        try:
            wire.sendall(raw.replace(b"{host}", where.netloc.encode()))
            wire.shutdown(socket.SHUT_WR)
        except OSError:
            return b""  # it has closed before all was said
        return b"".join(_parts(wire))


def _parts(wire: socket.socket) -> Iterator[bytes]:
    try:
        while part := wire.recv(1 << 16):
            yield part
    except ConnectionError:
        return


@pytest.mark.parametrize("name", _RUBBISH)
def test_rubbish_on_the_wire_is_refused_or_the_connection_ended(sandbox: Sandbox, name: str) -> None:
    began = time.time()

    answer = _sent(sandbox, _RUBBISH[name])

    found = _STATUS.match(answer)
    assert found is None or int(found[1]) < 500, answer[:300]
    assert answer.count(b"HTTP/1.1 200") <= 1, "something was smuggled in"
    assert not [one for one in sandbox.client.history(since=began) if one.note == OUR_ERROR]


def test_a_body_above_the_limit_is_told_so(sandbox: Sandbox) -> None:
    assert b" 413 " in _sent(sandbox, _RUBBISH["too-large"])[:40]


@pytest.mark.parametrize("path", ["/control/health", "/stripe/../control/health", "/control/payments"])
def test_no_path_leads_to_the_control_api_without_its_token(sandbox: Sandbox, path: str) -> None:
    answer = _sent(sandbox, b"GET " + path.encode() + b" HTTP/1.1\r\n" + _END)

    assert _STATUS.match(answer) is None or not answer.startswith(b"HTTP/1.1 2")


def test_many_who_say_nothing_keep_nobody_waiting(sandbox: Sandbox) -> None:
    where = urlsplit(sandbox.url)
    silent = [socket.create_connection((where.hostname, where.port or 0), timeout=PATIENCE) for _ in range(200)]
    try:
        for wire in silent[::2]:
            wire.sendall(b"POST /stripe/v1/refunds HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")
        assert sandbox.client.health()["status"] == "ok"
    finally:
        for wire in silent:
            wire.close()


def test_every_gateway_serves_afterwards(sandbox: Sandbox) -> None:
    began = time.time()
    for name in WALLETS:
        answer = httpx.get(f"{sandbox.gateway_url(name)}/nothing", trust_env=False, timeout=PATIENCE)
        assert 200 <= answer.status_code < 500
    sandbox.client.visit("stripe", Message("GET", "/v1/refunds"))
    assert not [one for one in sandbox.client.history(since=began) if one.note == OUR_ERROR]
