"""A small gateway behind mutual TLS, with certificates of its own."""

from __future__ import annotations

import ipaddress
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

AUTHORITY_KEY = generate_private_key(SECP256R1())


def _certificate(name: str, key: EllipticCurvePrivateKey, *, authority: bool = False) -> x509.Certificate:
    now = datetime.now(UTC)
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test authority")])
    subject = issuer if authority else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    place = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.BasicConstraints(authority, None), critical=True)
    return builder.add_extension(place, critical=False).sign(AUTHORITY_KEY, SHA256())


AUTHORITY = _certificate("", AUTHORITY_KEY, authority=True)


def identity(name: str) -> tuple[str, str]:
    """A certificate and its key, in PEM."""
    key = generate_private_key(SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return _certificate(name, key).public_bytes(Encoding.PEM).decode(), private.decode()


@dataclass
class Gateway:
    """What it answers, and what it was asked."""

    url: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"nonce":"0a1b2c3d", "expiresAt":1}'
    asked: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)


@contextmanager
def gateway(folder: Path) -> Iterator[Gateway]:
    """Serves for as long as the block lasts, for clients that its authority knows; writes `ca.pem`."""
    (folder / "ca.pem").write_bytes(AUTHORITY.public_bytes(Encoding.PEM))
    (folder / "server.pem").write_text("\n".join(identity("a gateway")))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.reply(json.loads(self.rfile.read(int(self.headers["content-length"]))))

        def do_GET(self) -> None:
            self.reply({})

        def reply(self, body: dict[str, Any]) -> None:
            connection: Any = self.connection
            client = connection.getpeercert()["subject"][0][0][1]
            found.asked.append((self.path, body, client))
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(found.body)))
            self.end_headers()
            self.wfile.write(found.body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True)
    found = Gateway(f"https://127.0.0.1:{server.server_address[1]}/applepay")
    Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()
