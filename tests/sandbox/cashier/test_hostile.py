"""What the cashier does not do, whoever asks."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from random import Random

import httpx
import pytest

from fixtures.model import Money, PaymentState, Stamp
from fixtures.sandbox.process import Sandbox
from fixtures.wallets import discover
from tests.sandbox.cashier.buyer import Buyer, Shown
from tests.sandbox.cashier.openings import Openings

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def stripe_page(buyer: Buyer, openings: Openings) -> Shown:
    return buyer.open(openings.open("stripe").given)


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_a_form_of_another_page_moves_nothing(
    headers: dict[str, str], buyer: Buyer, sandbox: Sandbox, openings: Openings
) -> None:
    page = stripe_page(buyer, openings)

    refused = buyer.post(str(page.answer.url), buyer.fields(page, "pay"), **headers)

    assert refused.status == 403
    assert "not sent by a page of this sandbox" in refused.says("problem")
    assert sandbox.client.payments("stripe")[-1].state is PaymentState.OPEN


def test_a_form_without_its_token_or_of_another_browser_moves_nothing(
    buyer: Buyer, visitor: Callable[[str], Buyer], sandbox: Sandbox, openings: Openings
) -> None:
    page = stripe_page(buyer, openings)
    fields = buyer.fields(page, "pay")

    assert visitor("en").post(str(page.answer.url), fields).status == 403
    assert buyer.post(str(page.answer.url), {"deed": "pay"}).status == 403
    assert sandbox.client.payments("stripe")[-1].state is PaymentState.OPEN


def test_an_unknown_deed_and_a_form_too_large(buyer: Buyer, openings: Openings) -> None:
    page = stripe_page(buyer, openings)
    fields = buyer.fields(page, "pay")

    assert buyer.post(str(page.answer.url), fields | {"deed": "refund"}).status == 422
    assert buyer.post(str(page.answer.url), fields | {"more": "x" * 70_000}).status == 413


@pytest.mark.parametrize(
    "path", ["/cashier/stripe/pi_nobody", "/cashier/nobody/1", "/cashier/stripe/../..", "/cashier/stripe/%00"]
)
def test_an_unknown_payment_is_not_found(path: str, buyer: Buyer) -> None:
    page = buyer.open(path)

    assert page.status == 404


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/return",
        "http://127.0.0.1@evil.example/",
        "http://evil.example\\@127.0.0.1/",
        "http://127.0.0.1.evil.example/",
        "javascript:alert(1)",
        "//evil.example/",
        "http://evil.example/#http://127.0.0.1/",
    ],
)
def test_a_return_address_elsewhere_is_shown_and_never_followed(back: str, buyer: Buyer, sandbox: Sandbox) -> None:
    wallet = discover()["bitpay"]
    made = wallet.assume(f"away-{hash(back)}", Money(100, "USD"), "signed", Stamp(0.0, Random(back)), None)
    sandbox.client.assume(replace(made, return_url=back))

    done = buyer.press(buyer.open(f"/cashier/bitpay/{made.id}"), "pay")

    assert (done.state, done.refresh, done.find("back-to-shop")) == ("paid", None, None)
    assert back in done["back-forbidden"].text
    assert not any(back in one.attributes.get("href", "") for one in done.elements)


def test_html_in_what_the_shop_says_stays_text(buyer: Buyer, sandbox: Sandbox) -> None:
    wallet = discover()["alipay"]
    made = wallet.assume(f"ref-{EVIL}", Money(100, "CNY"), "key", Stamp(0.0, Random(5)), None)
    sandbox.client.assume(replace(made, details={**made.details, "subject": EVIL}))

    page = buyer.open("/cashier", text=f"ref-{EVIL}")

    assert (page["subject"].text, page["reference"].text) == (EVIL, f"ref-{EVIL}")
    assert not [one for one in page.elements if one.tag == "script" or "onerror" in one]


@pytest.mark.parametrize(
    "text", [f"{EVIL}!", "x" * 9000, "\x00", "http://[", "https://evil.example/stripe/c/pay/x", "CNY"]
)
def test_what_nobody_knows_is_said_to_be_unknown(text: str, buyer: Buyer) -> None:
    page = buyer.open("/cashier", text=text)

    assert page.status == 404
    assert "Nobody here knows" in page.says("problem")
    assert not [one for one in page.elements if one.tag == "script"]


def test_a_pasted_link_leads_to_this_sandbox_alone(buyer: Buyer, openings: Openings) -> None:
    given = httpx.URL(openings.open("stripe").given)

    page = buyer.open("/cashier", text=str(given.copy_with(scheme="https", host="evil.example", port=None)))

    assert str(page.answer.url).startswith(f"{buyer.sandbox_url}/cashier/stripe/")


def test_the_first_page_lists_open_payments_for_this_machine_alone(
    buyer: Buyer, sandbox: Sandbox, openings: Openings
) -> None:
    opened = openings.open("stripe")
    url = httpx.URL(sandbox.url)
    assert opened.reference in buyer.open("/cashier").answer.text

    # another address of this very machine is a name under which others reach it
    with socket.create_connection((url.host, url.port or 80)) as raw:
        raw.sendall(b"GET /cashier HTTP/1.1\r\nhost: 192.0.2.1\r\nconnection: close\r\n\r\n")
        told = b"".join(iter(lambda: raw.recv(65536), b""))

    assert told.startswith(b"HTTP/1.1 200")
    assert opened.reference.encode() not in told


def test_every_page_forbids_scripts_of_others_and_frames(buyer: Buyer, openings: Openings) -> None:
    for page in (buyer.open("/cashier"), stripe_page(buyer, openings), buyer.open("/cashier/stripe/none")):
        policy = page.answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert page.answer.headers["cache-control"] == "no-store"
        assert not [one for one in page.elements if one.tag == "script" and "src" not in one]
        assert not [name for one in page.elements for name in one.attributes if name == "style" or name[:2] == "on"]
