"""Keys that are too short, nearly over, or in a tree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from fixtures.surroundings.hygiene import COMMITTED, SERVED, poor, scanned

NOW = datetime.now(UTC)


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_a_key_of_too_few_bits_is_poor() -> None:
    """RSA below 2048 bits, private or public; a curve of 256 bits is enough."""
    short = rsa.generate_private_key(65537, 1024)
    public = short.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    assert poor(_pem(short), NOW) == poor(public, NOW) == ["an RSA key of 1024 bits"]
    assert poor(_pem(ec.generate_private_key(ec.SECP256R1())), NOW) == []
    assert poor("sk_test_of_no_format", NOW) == poor("-----BEGIN PRIVATE KEY-----\nAA==", NOW) == []


def test_a_certificate_that_ends_soon_is_poor() -> None:
    """Two weeks before its end, and not earlier."""
    leaf = trustme.CA().issue_cert("shop.test", not_after=NOW + timedelta(days=10))
    pem = leaf.cert_chain_pems[0].bytes().decode()

    assert [one.startswith("it ends on") for one in poor(pem, NOW)] == [True]
    assert poor(pem, NOW - timedelta(days=10)) == []


def test_a_tree_is_searched_for_secrets(tmp_path: Path) -> None:
    """Keys of wallets, PEM keys and the target file's own secrets are found by place, and never repeated."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "pay.py").write_text("a = 1\nKEY = 'sk_" + "live_" + "a" * 24 + "'\n")
    (tmp_path / "key.pem").write_text(_pem(ec.generate_private_key(ec.SECP256R1())))
    (tmp_path / "notes.txt").write_text("the password is correct-horse")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "x.js").write_text("sk_" + "live_" + "a" * 24)

    found = list(scanned(tmp_path, {"a secret": "correct-horse"}))

    assert found == ["key.pem:1: a private key", "notes.txt: a secret", "src/pay.py:2: a live key of Stripe"]


def test_words_about_keys_are_no_keys(tmp_path: Path) -> None:
    """Documentation, placeholders and public keys raise no alarm."""
    (tmp_path / "README.md").write_text("Set `sk_live_...`; paste -----BEGIN PRIVATE KEY----- here. whsec_xxx")

    assert list(scanned(tmp_path, {})) == []
    assert all(COMMITTED)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/.env", "APP_KEY=1\nDB=2"),
        ("/.git/config", "[core]\n\tbare = false"),
        ("/config.json", '{"apiKey": "x", "client_secret": "y"}'),
        ("/actuator/env", '{"activeProfiles":[],"propertySources":[]}'),
    ],
)
def test_what_servers_serve_by_mistake_is_known_again(path: str, text: str) -> None:
    """By its contents: a page that says 200 to every path is no leak."""
    assert SERVED[path].search(text)
    assert not SERVED[path].search("<html><title>Not found</title><p>There is no such page.</p></html>")
