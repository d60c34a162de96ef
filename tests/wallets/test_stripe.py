"""Signatures, keys, proofs and forgeries of the emulated Stripe."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fixtures.model import Answer, Message, Money, Payment, PaymentState, Stamp
from fixtures.wallets.interface import Event, Forgery, Refused, Scene, Wallet, Wording
from fixtures.wallets.stripe import WALLET, form
from fixtures.wallets.stripe.keys import MEANINGS, make_keys
from fixtures.wallets.stripe.signing import HEADER, verify
from fixtures.wallets.stripe.units import from_wire, to_wire

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "stripe.json").read_text(encoding="utf-8"))
KEYS = WALLET.published_keys()
NOW = 1_767_225_600.0
URL = "http://127.0.0.1:9/notify/stripe"
GATEWAY = "http://127.0.0.1:9/stripe"
GROUPS = {
    *("pay", "notify", "refund", "close", "reconcile", "amounts", "requests"),
    *("forgery", "substitution", "replay", "access", "fuzz", "keys"),
}

wallet: Wallet = WALLET


def stamp(now: float = NOW) -> Stamp:
    return Stamp(now, Random(5))


def asked(mode: str = "intent", reference: str = "A-1", money: Money = Money(1999, "USD")) -> Payment:
    return WALLET.assume(reference, money, mode, stamp(), URL)


def prove(event: Event, payment: Payment, wording: Wording = Wording()) -> Message:
    return WALLET.prove(event, payment, KEYS, stamp(), URL, GATEWAY, wording)


def objection(message: Message, now: float = NOW) -> str | None:
    return verify(message.body, message.header(HEADER), KEYS["webhook_secret"], now)


def told(message: Message) -> dict[str, Any]:
    return dict(json.loads(message.body))


def scene(mode: str) -> Scene:
    victim = WALLET.act("settle", asked(mode), stamp())
    other = WALLET.act("settle", WALLET.assume("B-2", Money(500, "USD"), mode, Stamp(NOW, Random(9)), URL), stamp())
    return Scene(victim, other, KEYS, stamp(), URL, GATEWAY)


@pytest.mark.parametrize("case", VECTORS["webhook_signatures"], ids=lambda case: case["id"])
def test_signature_vectors(case: dict[str, Any]) -> None:
    """Every signature is judged as the official libraries judge it."""
    found = verify(b64decode(case["body_b64"]), case["header"], case["secret"], case["now"], case["tolerance"])

    assert ("accept" if found is None else "reject") == case["expect"], found


@pytest.mark.parametrize("library", ["python", "node"])
@pytest.mark.parametrize("case", VECTORS["form_encoding"], ids=lambda case: case["id"])
def test_form_vectors(case: dict[str, Any], library: str) -> None:
    """Both official libraries' encodings decode to what the merchant passed."""
    text = case[f"{library}_body"] or case[f"{library}_path"].partition("?")[2]

    assert form.decode(text) == _as_texts(case["params"])


def test_curl_and_php_arrays_decode_alike() -> None:
    """Arrays without numbers keep their order; metadata never becomes a list."""
    assert form.decode("expand[]=a&expand[]=b") == {"expand": ["a", "b"]}
    assert form.decode("metadata[0]=a") == {"metadata": {"0": "a"}}


@pytest.mark.parametrize("text", ["a=1&a[b]=2", "a[b]=2&a=1", "a[=1", "[a]=1", b"a=%FF", "a" + "[b]" * 20 + "=1"])
def test_malformed_forms_are_refused(text: str | bytes) -> None:
    """With a reason instead of a guess."""
    with pytest.raises(form.Malformed):
        form.decode(text)


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD", "ISK", "UGX", "MGA", "HUF"])
def test_amounts_survive_the_way_to_stripe_and_back(currency: str) -> None:
    """Whatever the two sides call the smallest unit."""
    money = Money(120_000, currency)

    assert from_wire(to_wire(money), currency.lower()) == money


def test_keys_are_complete_different_and_never_live() -> None:
    """Published and fresh sets have the same shape; no key is used twice."""
    fresh = make_keys()

    assert set(fresh) == set(KEYS) == set(MEANINGS)
    assert len({*fresh.values(), *KEYS.values()}) == 2 * len(MEANINGS)
    assert not any(re.match(str(WALLET.docs.live_key_pattern), key) for key in KEYS.values())
    assert re.match(str(WALLET.docs.live_key_pattern), "sk_live_1")


@pytest.mark.parametrize("mode", WALLET.modes)
def test_the_merchant_gets_its_own_two_secrets(mode: str) -> None:
    """Nothing of the platform's private side."""
    given = wallet.merchant_credentials(KEYS, mode)

    assert given == {"secret_key": KEYS["secret_key"], "webhook_secret": KEYS["webhook_secret"]}


@pytest.mark.parametrize("name", ["webhook_secret", "previous_webhook_secret"])
def test_both_secrets_of_a_roll_sign(name: str) -> None:
    """Whichever of the two the merchant holds, in either order of the header."""
    paid = WALLET.act("pay", asked(), stamp())
    for message in (prove("paid", paid), prove("paid", paid, Wording(odd=True))):
        assert verify(message.body, message.header(HEADER), KEYS[name], NOW) is None


def test_one_secret_signs_where_there_is_no_roll() -> None:
    """A team's own key set may have no previous secret."""
    keys = {name: key for name, key in KEYS.items() if name != "previous_webhook_secret"}
    message = WALLET.prove("paid", WALLET.act("pay", asked(), stamp()), keys, stamp(), URL, GATEWAY)

    assert (message.header(HEADER) or "").count("v1=") == 1


STORIES: list[tuple[str, list[str], Event, str, dict[str, Any]]] = [
    ("intent", ["pay"], "paid", "payment_intent.succeeded", {"status": "succeeded", "amount_received": 1999}),
    ("intent", ["decline"], "failed", "payment_intent.payment_failed", {"status": "requires_payment_method"}),
    ("intent", ["pend"], "pending", "payment_intent.processing", {"status": "processing", "amount_received": 0}),
    ("intent", ["pend", "settle"], "paid", "payment_intent.succeeded", {"status": "succeeded"}),
    ("intent", ["cancel"], "closed", "payment_intent.canceled", {"status": "canceled"}),
    ("checkout", ["pay"], "paid", "checkout.session.completed", {"payment_status": "paid", "amount_total": 1999}),
    ("checkout", ["pend"], "pending", "checkout.session.completed", {"payment_status": "unpaid", "status": "complete"}),
    ("checkout", ["pend", "settle"], "paid", "checkout.session.async_payment_succeeded", {"payment_status": "paid"}),
    ("checkout", ["pend", "fail"], "failed", "checkout.session.async_payment_failed", {"payment_status": "unpaid"}),
    ("checkout", ["decline"], "failed", "payment_intent.payment_failed", {"status": "requires_payment_method"}),
    ("checkout", ["expire"], "closed", "checkout.session.expired", {"status": "expired"}),
    ("intent", [], "unknown", "payment_intent.created", {}),
    ("checkout", ["pay"], "unknown", "charge.updated", {"paid": True}),
]


@pytest.mark.parametrize(("mode", "actions", "event", "kind", "shown"), STORIES)
def test_a_proof_tells_the_story(mode: str, actions: list[Any], event: Event, kind: str, shown: dict[str, Any]) -> None:
    """The event's type and its object say what happened, signed."""
    payment = asked(mode)
    for action in actions:
        payment = WALLET.act(action, payment, stamp())
    message = prove(event, payment)
    body = told(message)

    assert objection(message) is None
    assert body["type"] == kind
    assert shown.items() <= body["data"]["object"].items()


def test_a_wrong_sum_is_told_as_it_was_paid() -> None:
    """Amount and currency of the proof are those of the money."""
    paid = WALLET.act("settle", asked(), stamp(), Money(1, "EUR"))
    shown = told(prove("paid", paid))["data"]["object"]

    assert (shown["amount_received"], shown["amount"], shown["currency"]) == (1, 1, "eur")


def test_each_refund_has_its_own_proof() -> None:
    """The sum refunded so far, and what it was before; the last refund by default."""
    paid = WALLET.act("pay", asked(), stamp())
    once = WALLET.act("refund", paid, stamp(), Money(500, "USD"))
    twice = WALLET.act("refund", once, Stamp(NOW, Random(6)), Money(1499, "USD"))
    first = told(prove("refunded", twice, Wording(refund=twice.refunds[0])))["data"]
    last = told(prove("refunded", twice))["data"]

    assert (first["object"]["amount_refunded"], first["object"]["refunded"]) == (500, False)
    assert (last["object"]["amount_refunded"], last["object"]["refunded"]) == (1999, True)
    assert last["previous_attributes"] == {"amount_refunded": 500, "refunded": False}


@pytest.mark.parametrize("mode", WALLET.modes)
def test_what_is_said_beside_a_payment_is_genuine(mode: str) -> None:
    """Every aside verifies, names the payment, and no two are the same event."""
    paid = WALLET.act("pay", asked(mode), stamp())
    said = WALLET.asides(paid, KEYS, stamp(), URL, GATEWAY)

    assert [objection(message) for message in said] == [None] * len(said)
    assert all(paid.id.encode() in message.body for message in said)
    assert len({told(message)["id"] for message in said}) == len(said) > 1


def test_wordings_change_the_words_and_not_what_is_said() -> None:
    """Odd formatting is legal, extra fields stand beside the known ones, the message id is the event's."""
    paid = WALLET.act("pay", asked(), stamp())
    plain, odd = prove("paid", paid), prove("paid", paid, Wording(odd=True))
    named = prove("paid", paid, Wording(message_id="abc", extra_fields=True))

    assert plain.body != odd.body
    assert told(plain) == told(odd)
    assert told(named)["id"] == "evt_abc"
    assert told(plain)["data"]["object"].items() <= told(named)["data"]["object"].items()
    assert objection(odd) is objection(named) is None


@pytest.mark.parametrize("mode", WALLET.modes)
def test_all_events_can_be_proven(mode: str) -> None:
    """Of a payment in whatever state: a proof is a picture, not a judgement."""
    payments = [replace(asked(mode), state=state) for state in PaymentState]

    kinds = {told(prove(event, payment))["type"] for event in WALLET.events() for payment in payments}

    assert kinds


def test_a_mutated_proof_is_genuine_but_for_what_it_says() -> None:
    """Signed again, now."""
    message = prove("paid", WALLET.act("pay", asked(), stamp()))
    changed = WALLET.mutate(message, KEYS, stamp(), lambda event: {**event, "type": None})

    assert told(changed)["type"] is None
    assert objection(changed) is None


def test_a_signature_can_be_taken_out_and_put_back() -> None:
    """The same bytes verify, any others do not."""
    message = prove("paid", WALLET.act("pay", asked(), stamp()))
    signature = WALLET.signature_of(message) or b""

    assert len(signature) == 32
    assert objection(WALLET.with_signature(message, signature)) is None
    assert objection(WALLET.with_signature(message, signature[:-1] + bytes([signature[-1] ^ 1]))) is not None


def test_any_success_acknowledges() -> None:
    """2xx and nothing else."""
    taken = {status for status in (199, 200, 204, 299, 301, 400, 500) if WALLET.refusal(Answer(status)) is None}

    assert taken == {200, 204, 299}


def _each(group: str) -> list[Any]:
    named = [forgery for forgery in WALLET.forgeries if forgery.group == group]
    return [pytest.param(mode, one, id=f"{mode}-{one.name}") for mode in WALLET.modes for one in named]


@pytest.mark.parametrize(("mode", "forgery"), _each("forgery"))
def test_a_forgery_is_refused_and_looks_genuine_otherwise(mode: str, forgery: Forgery) -> None:
    """Its signature does not hold; method, address and the other headers are those of a genuine delivery."""
    given = scene(mode)
    forged, genuine = forgery.make(given), prove("paid", given.victim)
    known = {name.lower() for name, _ in genuine.headers}

    assert objection(forged) is not None
    assert (forged.method, forged.url) == (genuine.method, genuine.url)
    for name in known - {HEADER.lower()}:
        assert forged.header(name) == genuine.header(name)


@pytest.mark.parametrize(("mode", "forgery"), _each("substitution"))
def test_a_substitution_is_signed_but_does_not_say_that_this_order_was_paid(mode: str, forgery: Forgery) -> None:
    """Something a merchant compares is another: type, state, currency, order, account or environment."""
    given = scene(mode)
    forged, genuine = told(forgery.make(given)), told(prove("paid", given.victim))
    compared = ("metadata", "currency", "status", "payment_status")

    assert objection(forgery.make(given)) is None
    assert any(forged["data"]["object"].get(name) != genuine["data"]["object"].get(name) for name in compared) or any(
        forged.get(name) != genuine.get(name) for name in ("type", "livemode", "account")
    )


@pytest.mark.parametrize("name", ["tampered-amount", "tampered-order", "reserialised", "stale"])
def test_a_tampered_body_claims_the_victims_order_in_full(name: str) -> None:
    """So that only the signature tells it from the truth."""
    given = scene("intent")
    forgery = next(one for one in WALLET.forgeries if one.name == name)

    assert told(forgery.make(given))["data"] == told(prove("paid", given.victim))["data"]


def test_names_of_forgeries_are_unique_and_many() -> None:
    """Each is a permanent slug."""
    names = [forgery.name for forgery in WALLET.forgeries]

    assert len(names) == len(set(names))
    assert sum(forgery.group == "forgery" for forgery in WALLET.forgeries) >= 14
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names)


def test_every_group_of_topics_has_a_page_with_the_date_read() -> None:
    """And what makes no sense here has a reason."""
    docs = WALLET.docs

    assert set(docs.topics) >= GROUPS
    assert all(page.url.startswith("https://docs.stripe.com/") and page.read for page in docs.topics.values())
    assert not set(docs.topics) & set(docs.not_applicable)


@pytest.mark.parametrize("action", ["pay", "settle", "decline", "pend", "fail", "expire", "cancel", "refund"])
def test_a_closed_payment_stays_closed(action: Any) -> None:
    """Nothing moves it any more."""
    closed = WALLET.act("expire", asked(), stamp())

    with pytest.raises(Refused):
        WALLET.act(action, closed, stamp(), Money(1, "USD"))


def test_a_refund_outside_the_merchant_cannot_exceed_the_payment() -> None:
    """In sum and currency."""
    paid = WALLET.act("pay", asked(), stamp())

    for money in (Money(2000, "USD"), Money(1, "EUR"), None):
        with pytest.raises(Refused):
            WALLET.act("refund", paid, stamp(), money)


def _as_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_texts(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_as_texts(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
