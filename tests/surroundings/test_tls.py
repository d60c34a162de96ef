"""TLS as it is judged, on servers of all kinds."""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from fixtures.surroundings import tls
from fixtures.surroundings.wire import loose
from fixtures.target.bare import connect

NOW = datetime.now(UTC)
AUTHORITY = trustme.CA()


def _context(*names: str, authority: trustme.CA = AUTHORITY, not_after: datetime | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, not_after=not_after).configure_cert(context)
    return context


@contextmanager
def _served(context: ssl.SSLContext) -> Iterator[Callable[[ssl.SSLContext], socket.socket]]:
    """Shakes hands with whoever comes; gives what dials it."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_shake, args=(listener, context), daemon=True).start()
    url = f"https://localhost:{listener.getsockname()[1]}"
    try:
        yield lambda client: connect(url, 5.0, client)
    finally:
        listener.close()


def _shake(listener: socket.socket, context: ssl.SSLContext) -> None:
    with suppress(OSError):
        while True:
            plain, _ = listener.accept()
            plain.settimeout(5)
            with suppress(OSError), context.wrap_socket(plain, server_side=True) as wire:
                wire.recv(1)
            plain.close()


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


def test_a_good_server_has_nothing_wrong() -> None:
    """Trusted, its own name, months left, modern versions alone."""
    with _served(_context("localhost")) as dial:
        assert tls.problems_of(dial, _trusting(), NOW) == []
        assert tls.spoken(dial, tls.CURRENT) == ["TLSv1_2", "TLSv1_3"]
        assert tls.spoken(dial, tls.OUTDATED) == []


def test_an_old_server_is_heard() -> None:
    """One that still speaks TLS 1.0 and 1.1."""
    context = _context("localhost")
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    with _served(context) as dial:
        assert tls.spoken(dial, tls.OUTDATED) == ["TLSv1", "TLSv1_1"]


@pytest.mark.parametrize(
    ("context", "problem"),
    [
        (_context("elsewhere.test"), "Hostname mismatch"),
        (_context("localhost", authority=trustme.CA()), "self-signed certificate in certificate chain"),
        (_context("localhost", not_after=NOW - timedelta(hours=1)), "certificate has expired"),
        (_context("localhost", not_after=NOW + timedelta(days=3)), "it ends on"),
    ],
    ids=["another name", "nobody's authority", "over", "nearly over"],
)
def test_a_bad_certificate_is_told(context: ssl.SSLContext, problem: str) -> None:
    """In the words of the library, or in ours."""
    with _served(context) as dial:
        found = tls.problems_of(dial, _trusting(), NOW)

    assert len(found) == 1
    assert problem in found[0] or "unable to get local issuer" in found[0]


def test_how_long_browsers_are_told_to_come_by_https() -> None:
    """RFC 6797: seconds, quoted or not, whatever stands beside."""
    assert tls.max_age("max-age=31536000; includeSubDomains") == 31_536_000
    assert tls.max_age('includeSubDomains; Max-Age="600"') == 600
    assert tls.max_age("") == 0


def test_a_loose_cookie_is_told() -> None:
    """Of sessions alone; Secure only where everything comes by https, Strict only where it would be missed."""
    good = "sessionid=1; Secure; HttpOnly; SameSite=Lax"

    assert loose(good, secure=True) == []
    assert len(loose("sessionid=1; Path=/", secure=True)) == 3
    assert loose("sessionid=1; HttpOnly; SameSite=Lax", secure=False) == []
    assert loose("sessionid=1; HttpOnly; SameSite=Strict", secure=False, needed=True) != []
    assert loose("sessionid=1; HttpOnly; SameSite=Strict", secure=False) == []
    assert loose("language=de", secure=True) == []
