"""Certificates are shown with the days they have left, those that are over and those that nobody believes included."""

from __future__ import annotations

import datetime
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from fixtures.target.reading import parse
from fixtures.target.target import Target
from fixtures.wallets import discover
from load.watching.expiry import ENDPOINT, Expiry, of_endpoint, of_keys, of_texts
from tests.target.conftest import SHOP, WALLETS, read

OVER = datetime.datetime(2021, 3, 4, 5, 6, 7, tzinfo=datetime.UTC)


@pytest.fixture
def expired() -> Iterator[str]:
    """An endpoint whose certificate is over, from an authority that nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1", not_after=OVER).configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            plain, _ = server.accept()
            with context.wrap_socket(plain, server_side=True) as line:
                line.recv(1)

        greeting = threading.Thread(target=greet, daemon=True)
        greeting.start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}"
        greeting.join(5)


def test_the_endpoints_certificate_is_read_though_it_is_over(expired: str) -> None:
    target = target_at(expired)

    assert of_endpoint(target) == Expiry(ENDPOINT, OVER.timestamp())


def test_without_tls_there_is_none() -> None:
    assert of_endpoint(target_at("http://127.0.0.1:1")) is None


def test_days_are_counted_beyond_the_end() -> None:
    assert Expiry("a", 86_400.0 * 10).days_left(86_400.0 * 7) == 3
    assert Expiry("a", 86_400.0 * 10).days_left(86_400.0 * 12) == -2


def test_the_first_of_a_bundle_counts_and_what_is_no_certificate_does_not() -> None:
    authority = trustme.CA()
    leaf = authority.issue_cert("shop.example", not_after=OVER).cert_chain_pems[0].bytes().decode()
    root = authority.cert_pem.bytes().decode()
    texts = {"bundle": root + leaf, "secret": "s3cret", "broken": "-----BEGIN CERTIFICATE-----\nno\n"}

    assert list(of_texts("alipay", texts)) == [Expiry("alipay.bundle", OVER.timestamp())]


def test_only_what_the_merchant_is_configured_with_is_shown(tmp_path: Path) -> None:
    alipay = discover()["alipay"]
    own = trustme.CA().issue_cert("shop.example", not_after=OVER).cert_chain_pems[0].bytes().decode()
    keys = {"app_certificate": own, "alipay_certificate_next": own, "cert_app_private_key": "private"}
    (tmp_path / "keys.json").write_text(json.dumps(keys), encoding="utf-8")
    table = '[wallets.alipay]\nmode = "cert"\nkeys = "keys.json"'
    text = SHOP.replace("BASE", "http://127.0.0.1:1").replace("[wallets.toypay]", table)
    settings = parse(text, tmp_path / "target.toml", {"alipay": alipay}, {})
    target = Target(settings, {"alipay": alipay}, lambda exchange: None)

    assert list(of_keys(target)) == [Expiry("alipay.app_certificate", OVER.timestamp())]


def target_at(url: str) -> Target:
    return Target(read(SHOP.replace("BASE", url)), {"toypay": WALLETS["toypay"]}, lambda exchange: None)
