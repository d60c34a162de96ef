"""A target over TLS is believed only under a known authority."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from fixtures.target import Target, TargetUnwell
from tests.target.conftest import SHOP, WALLETS, read, read_request

READ = b'{"id": "1", "state": "paid", "amount": 1, "currency": "USD", "refunded": 0, "fulfilments": 1, "ref": "R-1"}'


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure_url(authority: trustme.CA) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    plain, _ = server.accept()
                except OSError:
                    return
                try:
                    with context.wrap_socket(plain, server_side=True) as connection:
                        read_request(connection)
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(READ), READ))
                except OSError:
                    continue  # the client does not trust us

        threading.Thread(target=serve, daemon=True).start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}"


def target_at(url: str, folder: Path, extra: str = "") -> Target:
    settings = read(extra + SHOP.replace("BASE", url), folder)
    return Target(settings, {"toypay": WALLETS["toypay"]}, lambda exchange: None)


def test_a_private_authority_is_believed_when_the_file_names_it(
    secure_url: str, authority: trustme.CA, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    target = target_at(secure_url, tmp_path, 'ca_file = "ca.pem"\n')

    assert target.place("toypay").id == "1"
    target.close()


def test_an_unknown_authority_is_not_believed(secure_url: str, tmp_path: Path) -> None:
    target = target_at(secure_url, tmp_path)

    with pytest.raises(TargetUnwell, match="CERTIFICATE_VERIFY_FAILED"):
        target.place("toypay")
    target.close()
