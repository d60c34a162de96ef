"""The checks of transport and bodies on servers that are right and on servers that are not."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
import trustme

from fixtures.counterpart import Counterpart
from fixtures.model import NotApplicable
from fixtures.surroundings.bodies import Bodies
from fixtures.surroundings.wire import Wire
from fixtures.target import Target
from tests.target.conftest import SHOP, WALLETS, read

NOBODY = cast("Counterpart", None)
AUTHORITY = trustme.CA()
REFUSAL = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

Serve = Callable[[socket.socket], None]


@contextmanager
def _serving(serve: Serve, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that does this with every connection; gives its URL."""
    listener = socket.create_server(("127.0.0.1", 0))

    def work() -> None:
        with suppress(OSError):
            while True:
                plain, _ = listener.accept()
                with (
                    suppress(OSError),
                    plain if context is None else context.wrap_socket(plain, server_side=True) as wire,
                ):
                    wire.settimeout(5)
                    serve(wire)

    threading.Thread(target=work, daemon=True).start()
    try:
        yield f"http{'' if context is None else 's'}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def _target(url: str, folder: Path, extra: str = "") -> Target:
    settings = read(extra + SHOP.replace("BASE", url), folder)
    return Target(settings, {"toypay": WALLETS["toypay"]}, lambda exchange: None)


def _answering(answer: bytes) -> Serve:
    def serve(wire: socket.socket) -> None:
        if wire.recv(65536):  # nothing comes from whoever only shook hands
            wire.sendall(answer)

    return serve


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    return context


def test_a_good_server_over_tls_has_nothing_wrong(tmp_path: Path) -> None:
    """By the target file's own authority, its versions, its certificate, and what it tells browsers."""
    AUTHORITY.cert_pem.write_to_path(tmp_path / "ca.pem")
    strict = b"HTTP/1.1 404 Not Found\r\nStrict-Transport-Security: max-age=31536000\r\nContent-Length: 0\r\n\r\n"
    with _serving(_answering(strict), _tls()) as url:
        wire = Wire(_target(url, tmp_path, 'ca_file = "ca.pem"\n'), NOBODY)

        assert wire.modern()
        assert wire.old_versions() == []
        assert wire.certificate(datetime.now(UTC)) == []
        assert wire.strict_seconds() == 31_536_000


def test_a_certificate_of_nobodys_is_told(tmp_path: Path) -> None:
    """Where the target file names no authority of its own, the usual ones count."""
    with _serving(_answering(REFUSAL), _tls()) as url:
        assert len(Wire(_target(url, tmp_path), NOBODY).certificate(datetime.now(UTC))) == 1


def test_without_tls_there_is_nothing_to_say_of_it(tmp_path: Path) -> None:
    """An http target is told so, not passed."""
    with _serving(_answering(REFUSAL)) as url, pytest.raises(NotApplicable, match="no https"):
        Wire(_target(url, tmp_path), NOBODY).old_versions()


def _swallow(wire: socket.socket) -> None:
    """Reads to the end, whatever the size, and then refuses as it refuses everything."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += wire.recv(65536)
    body = len(head.partition(b"\r\n\r\n")[2])
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), None)
    tail = head
    while body < length if length is not None else not tail.endswith(b"0\r\n\r\n"):
        piece = wire.recv(65536)
        body, tail = body + len(piece), (tail + piece)[-5:]
    wire.sendall(REFUSAL)


def _measure(wire: socket.socket) -> None:
    """Refuses by the length that is announced, or as soon as too much has come."""
    came = wire.recv(65536)
    small = b"content-length: 2\r\n" in came.lower()
    wire.sendall(REFUSAL if small else TOO_LARGE)
    while not small and wire.recv(65536):
        pass


def test_a_server_that_takes_everything_in_is_told_from_one_that_does_not(tmp_path: Path) -> None:
    """By its length or in chunks; what is refused for its size was not taken in."""
    with _serving(_swallow) as url:
        assert len(Bodies(_target(url, tmp_path), NOBODY).swallowed()) == 2
    with _serving(_measure) as url:
        assert Bodies(_target(url, tmp_path), NOBODY).swallowed() == []
