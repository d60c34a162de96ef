"""Where requests may go, decided by name alone."""

from __future__ import annotations

import pytest

from fixtures.target.hosts import Hosts, belongs_to, is_loopback


@pytest.mark.parametrize(
    ("entry", "url", "allowed"),
    [
        ("shop.example", "https://shop.example/orders", True),
        ("shop.example", "https://shop.example:8443/", True),
        ("shop.example:8443", "https://shop.example:8443/", True),
        ("shop.example:443", "https://shop.example/", True),
        ("shop.example:8443", "https://shop.example/", False),
        ("shop.example", "https://SHOP.example/", True),
        ("shop.example", "https://evil.example/?shop.example", False),
        ("shop.example", "https://shop.example.evil.example/", False),
        ("shop.example", "https://shop.example@evil.example/", False),
        ("shop.example", "https://sub.shop.example/", False),
        ("shop.example", "https://shop.example:99999/", False),
        ("shop.example", "file:///etc/hosts", False),
        ("shop.example", "not a url", False),
        ("[::1]:80", "http://[::1]/", True),
    ],
)
def test_only_the_named_hosts_are_allowed(entry: str, url: str, allowed: bool) -> None:
    assert Hosts((entry,)).allow(url) is allowed


@pytest.mark.parametrize("entry", ["127.0.0.1", "127.9.9.9:80", "localhost", "localhost:3000", "[::1]", "[::1]:80"])
def test_this_machine_is_loopback(entry: str) -> None:
    assert is_loopback(entry)


@pytest.mark.parametrize(
    "entry", ["shop.example", "10.0.0.1", "127.1", "0.0.0.0", "2130706433", "localhost.evil.example"]
)
def test_everything_else_is_foreign_odd_spellings_included(entry: str) -> None:
    assert not is_loopback(entry)


def test_a_part_of_a_production_host_belongs_to_it() -> None:
    assert belongs_to("eu.api.wallet.example:443", ["api.wallet.example"]) == "api.wallet.example"
    assert belongs_to("myapi.wallet.example", ["api.wallet.example"]) is None
