"""BitPay's own Python library as the judge of the gateway: it lives through payments at the sandbox.

It signs its requests and reads the answers, but does not verify notifications; those are judged by `hmac` alone.
"""

from __future__ import annotations

import hmac
import time
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from bitpay.client import Client
from bitpay.clients.bitpay_client import BitPayClient
from bitpay.exceptions.bitpay_api_exception import BitPayApiException
from bitpay.models.facade import Facade
from bitpay.models.invoice.invoice import Invoice
from bitpay.utils.key_utils import get_compressed_public_key_from_pem
from bitpay.utils.key_utils import sign as sdk_sign
from bitpay.utils.token_container import TokenContainer

from fixtures.model import Message, Money, Stamp
from fixtures.sandbox.process import Sandbox
from fixtures.wallets.bitpay import WALLET
from fixtures.wallets.bitpay.signing import identity_of, sign_request, verify_request
from fixtures.wallets.interface import Event, Forgery, Keys, Scene, Wording

URL = "http://127.0.0.1:9/notify/bitpay"


@pytest.fixture
def keys(sandbox: Sandbox) -> Keys:
    return sandbox.keys["bitpay"]


@pytest.fixture
def shop(sandbox: Sandbox, keys: Keys) -> Client:
    """The library pointed at the sandbox by nothing but its base address."""
    return client(sandbox, keys["private_key"], {Facade.MERCHANT: keys["token"], Facade.POS: keys["pos_token"]})


@pytest.fixture
def reference() -> str:
    return uuid4().hex[:20]


def client(sandbox: Sandbox, private_key: str | None, tokens: Mapping[Facade, str]) -> Client:
    container = TokenContainer()
    for facade, token in tokens.items():
        container.put(facade, token)
    return Client(BitPayClient(f"{sandbox.url}/bitpay/", private_key), container)


def wish(reference: str, **more: Any) -> Invoice:
    named = {"order_id": reference, "notification_url": URL, "extended_notifications": True, **more}
    return Invoice(price=more.pop("price", 10.5), currency=more.pop("currency", "USD"), **named)


def stamp() -> Stamp:
    return Stamp(time.time(), Random(3))


def believed(message: Message, token: str) -> bool:
    """As the plugins of BitPay's own shop systems decide."""
    offered = message.header("X-Signature") or ""
    return offered == b64encode(hmac.new(token.encode(), message.body, sha256).digest()).decode()


def test_the_life_of_a_payment(sandbox: Sandbox, shop: Client, keys: Keys, reference: str) -> None:
    """Create, pay, get, refund in part, refund the rest, reconcile."""
    made = shop.create_invoice(wish(reference))
    before = shop.get_invoice(str(made.id))
    paid = sandbox.client.act("bitpay", reference, "pay")
    found = shop.get_invoice(str(made.id))
    part = shop.create_refund(str(made.id), 4.2, reference=f"r-{reference}")
    rest = shop.create_refund(str(made.id), 6.3)
    listed = shop.get_refunds(str(made.id))
    booked = [
        entry for entry in shop.get_ledger_entries("USD", "2020-01-01", "2100-01-01") if entry.invoice_id == made.id
    ]

    assert (before.status, before.price, before.order_id) == ("new", 10.5, reference)
    assert (found.status, found.exception_status) == ("confirmed", False)
    assert (part.status, rest.amount, {one.id for one in listed}) == ("created", 6.3, {part.id, rest.id})
    assert shop.get_refund(str(part.id)).status == "success"
    assert shop.get_refund_by_guid(str(rest.guid)).id == rest.id
    assert sum(entry.amount or 0 for entry in booked) == 0
    known = sandbox.client.payment("bitpay", reference)
    assert known is not None
    assert (known.refunded, known.refunds[0].number) == (1050, f"r-{reference}")
    assert believed(WALLET.prove("paid", paid, keys, stamp(), URL, sandbox.url), keys["token"])


def test_cancelled_previewed_and_paid_on_request(sandbox: Sandbox, shop: Client, reference: str) -> None:
    """What else the library can do with one invoice."""
    cancelled = shop.cancel_invoice(str(shop.create_invoice(wish(reference)).id))
    made = shop.create_invoice(wish(f"{reference}-2"))
    paid = shop.pay_invoice(str(made.id), "complete")
    preview = shop.create_refund(str(made.id), 1.0, preview=True)

    assert (cancelled.status, cancelled.is_cancelled) == ("expired", True)
    assert paid.status == "complete"
    assert (preview.status, shop.cancel_refund(str(preview.id)).status) == ("preview", "cancelled")
    assert shop.get_invoice_by_guid(str(made.guid)).id == made.id
    assert [one.id for one in shop.get_invoices("2020-01-01", "2100-01-01", order_id=f"{reference}-2")] == [made.id]
    assert sandbox.client.payment("bitpay", reference) is not None


def test_the_point_of_sale(sandbox: Sandbox, keys: Keys, reference: str) -> None:
    """Without a key, without a signature."""
    pos = client(sandbox, None, {Facade.POS: keys["pos_token"]})
    made = pos.create_invoice(wish(reference), Facade.POS, False)

    assert pos.get_invoice(str(made.id), Facade.POS, False).status == "new"
    paid = sandbox.client.act("bitpay", reference, "settle")
    assert believed(WALLET.prove("paid", paid, keys, stamp(), URL, sandbox.url), keys["pos_token"])


def test_errors_are_what_the_library_knows(sandbox: Sandbox, shop: Client, keys: Keys, reference: str) -> None:
    """In both of their shapes."""
    made = shop.create_invoice(wish(reference))
    with pytest.raises(BitPayApiException) as early:
        shop.create_refund(str(made.id), 1.0)
    with pytest.raises(BitPayApiException) as gone:
        shop.get_invoice("none")
    stranger = client(sandbox, keys["other_private_key"], {Facade.MERCHANT: keys["token"]})
    with pytest.raises(BitPayApiException, match="not approved"):
        stranger.get_invoice(str(made.id))

    assert (early.value.get_code(), gone.value.get_code()) == ("010207", "020101")


def test_currencies_and_rates(shop: Client) -> None:
    """The public tables."""
    assert shop.get_currencies()["JPY"].precision == 0
    assert shop.get_rates().get_rate("USD") == 60000


def test_signatures_of_both_sides_agree(keys: Keys) -> None:
    """The library's signature verifies here, and both name the same identity."""
    url, body = "http://127.0.0.1:9/bitpay/invoices", '{"price": 10.5}'
    pem = keys["private_key"]

    assert get_compressed_public_key_from_pem(pem) == identity_of(pem) == keys["public_key"]
    assert verify_request(identity_of(pem), sdk_sign(url + body, pem), url, body.encode())
    assert not verify_request(identity_of(pem), sign_request(pem, url, b""), url, body.encode())


@pytest.mark.parametrize("wording", [Wording(), Wording(odd=True), Wording(extra_fields=True)])
@pytest.mark.parametrize("event", sorted(WALLET.events()))
def test_every_genuine_proof_is_believed(keys: Keys, event: Event, wording: Wording) -> None:
    """Whatever it states and however it is written."""
    payment = WALLET.act("pay", WALLET.assume("A-1", Money(1999, "USD"), "signed", stamp(), URL), stamp())
    payment = WALLET.act("refund", payment, stamp(), Money(500, "USD"))

    assert believed(WALLET.prove(event, payment, keys, stamp(), URL, URL, wording), keys["token"])


@pytest.mark.parametrize(
    "forgery", [one for one in WALLET.forgeries if one.exists_in("signed")], ids=lambda one: one.name
)
def test_every_forgery_is_refused_and_every_substitution_believed(keys: Keys, forgery: Forgery) -> None:
    """What BitPay signed is for the merchant to compare; the rest never gets so far."""
    victim = WALLET.act("settle", WALLET.assume("A-1", Money(1999, "USD"), "signed", stamp(), URL), stamp())
    later = Stamp(time.time(), Random(4))
    other = WALLET.act("settle", WALLET.assume("B-2", Money(500, "USD"), "signed", later, URL), stamp())
    message = forgery.make(Scene(victim, other, keys, stamp(), URL, URL))

    assert believed(message, keys["token"]) is (forgery.group == "substitution")
