"""Stripe's own Python library as the judge: it lives through payments at the sandbox, and verifies what we sign."""

from __future__ import annotations

import time
from random import Random
from uuid import uuid4

import pytest
import stripe

from fixtures.model import Message, Money, Stamp
from fixtures.network.faults import Fault
from fixtures.sandbox.client import SandboxClient
from fixtures.sandbox.process import Sandbox
from fixtures.wallets.interface import Forgery, Keys, Scene, Wording
from fixtures.wallets.stripe import WALLET

URL = "http://127.0.0.1:9/notify/stripe"


@pytest.fixture
def keys(sandbox: Sandbox) -> Keys:
    return sandbox.keys["stripe"]


@pytest.fixture
def shop(sandbox: Sandbox, keys: Keys) -> stripe.StripeClient:
    """The library pointed at the sandbox by nothing but its base address."""
    base = f"{sandbox.url}/stripe"
    addresses = {"api": base, "files": base, "connect": base, "meter_events": base}
    return stripe.StripeClient(keys["secret_key"], base_addresses=addresses)  # type: ignore[arg-type]


@pytest.fixture
def reference() -> str:
    return uuid4().hex[:20]


def stamp() -> Stamp:
    return Stamp(time.time(), Random(3))


def ask(shop: stripe.StripeClient, reference: str, amount: int = 1999, currency: str = "usd") -> stripe.PaymentIntent:
    return shop.v1.payment_intents.create(
        {
            "amount": amount,
            "currency": currency,
            "automatic_payment_methods": {"enabled": True},
            "metadata": {"order_id": reference},
        }
    )


def believed(message: Message, keys: Keys) -> stripe.Event:
    """The event, as a merchant on the library takes it."""
    header = message.header("Stripe-Signature")
    event: stripe.Event = stripe.Webhook.construct_event(message.body, header, keys["webhook_secret"])
    return event


def test_the_life_of_a_payment(sandbox: Sandbox, shop: stripe.StripeClient, keys: Keys, reference: str) -> None:
    """Create, pay, query, refund in part, refund the rest, reconcile; close another order."""
    intent = ask(shop, reference)
    paid = sandbox.client.act("stripe", reference, "pay")
    event = believed(WALLET.prove("paid", paid, keys, stamp(), URL, sandbox.url), keys)

    found = shop.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge.balance_transaction"]})
    part = shop.v1.refunds.create({"payment_intent": intent.id, "amount": 500}, {"idempotency_key": f"r-{reference}"})
    rest = shop.v1.refunds.create({"payment_intent": intent.id})
    listed = shop.v1.refunds.list({"payment_intent": intent.id})
    closed = shop.v1.payment_intents.cancel(ask(shop, reference + "-2").id)

    assert (event.type, event.data.object["id"]) == ("payment_intent.succeeded", intent.id)
    assert (found.status, found.amount_received) == ("succeeded", 1999)
    assert isinstance(found.latest_charge, stripe.Charge)
    assert isinstance(found.latest_charge.balance_transaction, stripe.BalanceTransaction)
    assert [refund.id for refund in listed.auto_paging_iter()] == [rest.id, part.id]
    assert (part.amount, rest.amount, closed.status) == (500, 1499, "canceled")
    known = sandbox.client.payment("stripe", reference)
    assert known is not None
    assert known.refunded == 1999
    assert known.refunds[0].number == f"r-{reference}"
    assert sum(_booked(shop, source) for source in (found.latest_charge.id, part.id, rest.id)) == 0


def test_the_life_of_a_checkout_session(
    sandbox: Sandbox, shop: stripe.StripeClient, keys: Keys, reference: str
) -> None:
    """A delayed payment: completed but unpaid, paid later; another session is expired."""
    session = _session(shop, reference)
    pending = sandbox.client.act("stripe", reference, "pend")
    early = believed(WALLET.prove("pending", pending, keys, stamp(), URL, sandbox.url), keys)
    settled = sandbox.client.act("stripe", reference, "settle")
    late = believed(WALLET.prove("paid", settled, keys, stamp(), URL, sandbox.url), keys)

    found = shop.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items", "payment_intent"]})
    expired = shop.v1.checkout.sessions.expire(_session(shop, reference + "-2").id)

    assert session.url is not None
    assert session.url.startswith(sandbox.url)
    assert (early.type, early.data.object["payment_status"]) == ("checkout.session.completed", "unpaid")
    assert (late.type, late.data.object["payment_status"]) == ("checkout.session.async_payment_succeeded", "paid")
    assert (found.payment_status, found.amount_total, found.client_reference_id) == ("paid", 4300, reference)
    assert isinstance(found.payment_intent, stripe.PaymentIntent)
    assert expired.status == "expired"


def test_errors_are_what_the_library_knows(sandbox: Sandbox, shop: stripe.StripeClient, reference: str) -> None:
    """Each in its own class, with code and parameter."""
    with pytest.raises(stripe.InvalidRequestError) as small:
        ask(shop, reference, amount=1)
    with pytest.raises(stripe.InvalidRequestError) as gone:
        shop.v1.payment_intents.retrieve("pi_none")
    with pytest.raises(stripe.CardError) as declined:
        shop.v1.payment_intents.create(
            {"amount": 500, "currency": "usd", "payment_method": "pm_card_chargeDeclined", "confirm": True}
        )
    with pytest.raises(stripe.AuthenticationError):
        stripe.StripeClient("sk_test_no", base_addresses={"api": f"{sandbox.url}/stripe"}).v1.events.list()
    shop.v1.payment_intents.create({"amount": 500, "currency": "usd"}, {"idempotency_key": reference})
    with pytest.raises(stripe.IdempotencyError):
        shop.v1.payment_intents.create({"amount": 501, "currency": "usd"}, {"idempotency_key": reference})

    assert (small.value.code, small.value.param) == ("amount_too_small", "amount")
    assert (gone.value.code, gone.value.http_status) == ("resource_missing", 404)
    assert declined.value.code == "card_declined"


def test_a_lost_answer_is_repeated_and_not_executed_twice(sandbox: Sandbox, keys: Keys, reference: str) -> None:
    """The library retries with the same key of its own accord."""
    sandbox.client.fault(Fault(wallet="stripe", operation="create", kind="lost-answer", reference=reference))
    base = f"{sandbox.url}/stripe"
    patient = stripe.StripeClient(keys["secret_key"], base_addresses={"api": base}, max_network_retries=2)
    intent = ask(patient, reference)
    calls = _calls(sandbox.client, reference)

    assert len(calls) == 2
    assert len(set(calls)) == 1
    known = sandbox.client.payment("stripe", reference)
    assert known is not None
    assert known.id == intent.id


@pytest.mark.parametrize(
    "wording", [Wording(), Wording(odd=True), Wording(extra_fields=True), Wording(message_id="a1")]
)
@pytest.mark.parametrize("mode", WALLET.modes)
def test_every_genuine_proof_is_believed(keys: Keys, mode: str, wording: Wording) -> None:
    """Whatever it states and however it is written."""
    payment = WALLET.act("pay", WALLET.assume("A-1", Money(1999, "USD"), mode, stamp(), URL), stamp())
    payment = WALLET.act("refund", payment, stamp(), Money(500, "USD"))

    for event in WALLET.events():
        message = WALLET.prove(event, payment, keys, stamp(), URL, URL, wording)
        assert believed(message, keys).object == "event"


@pytest.mark.parametrize("forgery", WALLET.forgeries, ids=lambda forgery: forgery.name)
@pytest.mark.parametrize("mode", WALLET.modes)
def test_the_library_refuses_every_forgery_and_believes_every_substitution(
    keys: Keys, mode: str, forgery: Forgery
) -> None:
    """What Stripe signed is for the merchant to compare; the rest never gets so far."""
    victim = WALLET.act("settle", WALLET.assume("A-1", Money(1999, "USD"), mode, stamp(), URL), stamp())
    other = WALLET.act(
        "settle", WALLET.assume("B-2", Money(500, "USD"), mode, Stamp(time.time(), Random(4)), URL), stamp()
    )
    message = forgery.make(Scene(victim, other, keys, stamp(), URL, URL))

    if forgery.group == "substitution":
        assert believed(message, keys).id.startswith("evt_")
    else:
        with pytest.raises(stripe.SignatureVerificationError):
            believed(message, keys)


def _session(shop: stripe.StripeClient, reference: str) -> stripe.checkout.Session:
    return shop.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "client_reference_id": reference,
            "success_url": "https://shop.example/return?session={CHECKOUT_SESSION_ID}",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {"currency": "jpy", "unit_amount": 4300, "product_data": {"name": "koto & strings"}},
                }
            ],
        }
    )


def _booked(shop: stripe.StripeClient, source: str) -> int:
    return sum(row.amount for row in shop.v1.balance_transactions.list({"source": source}).data)


def _calls(client: SandboxClient, reference: str) -> list[str | None]:
    found = client.history(wallet="stripe", order=reference, operation="create")
    return [exchange.request.header("Idempotency-Key") for exchange in found]
