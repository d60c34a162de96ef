"""A page elsewhere that gives its own name our address speaks to nobody here."""

from __future__ import annotations

import httpx
import pytest

from fixtures.sandbox.names import Names
from fixtures.sandbox.process import Sandbox

OURS = (
    "localhost",
    "LOCALHOST:80",
    "127.0.0.1:80",
    "[::1]:80",
    "192.0.2.7:80",
    "[2001:db8::1]",
    "pay.test:443",
    "Pay.test",
)
FOREIGN = (
    "evil.test",
    "evil.test:80",
    "localhost.evil.test",
    "127.0.0.1.evil.test",
    "pay.test.evil.test",
    "",
    "[evil]",
)


@pytest.mark.parametrize("authority", OURS)
def test_loopback_addresses_and_given_names_lead_here(authority: str) -> None:
    assert Names(["PAY.test"]).lead_here(authority)


@pytest.mark.parametrize("authority", FOREIGN)
def test_no_other_name_does(authority: str) -> None:
    assert not Names(["pay.test"]).lead_here(authority)


@pytest.mark.parametrize("path", ["/control/health", "/dashboard", "/cashier", "/assets/page.css"])
def test_control_api_and_pages_are_not_shown_under_a_foreign_name(toy: Sandbox, http: httpx.Client, path: str) -> None:
    headers = {"authorization": f"Bearer {toy.token}", "host": "evil.test"}

    assert http.get(f"{toy.url}{path}", headers=headers).status_code == 421
    assert http.get(f"{toy.url}{path}", headers=headers | {"host": "localhost"}).status_code != 421


def test_gateways_answer_under_any_name(toy: Sandbox, http: httpx.Client) -> None:
    assert http.get(f"{toy.url}/toy/pay/x", headers={"host": "staging.test"}).status_code == 200
