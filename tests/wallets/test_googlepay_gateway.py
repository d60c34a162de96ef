"""The emulated Google Pay's life of a payment: key lists, the acquirer behind it, and what hostile callers get."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings, strategies

from fixtures.model import Answer, Message, Money, Payment, PaymentState, Stamp
from fixtures.wallets.googlepay import WALLET, proof
from fixtures.wallets.googlepay.keys import KEY_PAIRS, pass_roots, payment_roots
from fixtures.wallets.googlepay.layout import V1, V2
from fixtures.wallets.googlepay.recipient import Recipient, statement
from fixtures.wallets.interface import Action, Keys, Refused, Reply

KEYS = WALLET.published_keys()
NOW = 1_767_225_600.0
BASE = "http://127.0.0.1:4242/googlepay"
ROOTS, PASS_ROOTS = "/paymentmethodtoken/keys.json", "/gp/m/issuer/keys"


class Shelf:
    """The smallest Book."""

    def __init__(self) -> None:
        self.store: MutableMapping[str, Any] = {}
        self._kept: dict[str, Payment] = {}

    def by_reference(self, reference: str) -> Payment | None:
        return self._kept.get(reference)

    def by_id(self, id: str) -> Payment | None:
        return next((payment for payment in self._kept.values() if payment.id == id), None)

    def payments(self) -> list[Payment]:
        return list(self._kept.values())

    def save(self, payment: Payment) -> None:
        self._kept[payment.reference] = payment


class Desk:
    """A merchant's server that calls the gateway without a network."""

    def __init__(self, keys: Keys = KEYS) -> None:
        self.book, self.keys, self.stamp = Shelf(), keys, Stamp(NOW, Random(7))

    def send(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Reply:
        headers = (("Authorization", f"Bearer {key or self.keys['acquirer_key']}"),)
        text = b"" if body is None else json.dumps(body).encode()
        return WALLET.answer(Message(method, path, headers, text), self.book, self.keys, self.stamp, BASE)

    def confirmed(self, mode: str = V2, reference: str = "A-1") -> Payment:
        """The payment in the ledger once the buyer has confirmed."""
        opened = WALLET.assume(reference, Money(1999, "USD"), mode, self.stamp, None)
        self.book.save(WALLET.act("pay", opened, self.stamp))
        return self.state(reference)

    def state(self, reference: str) -> Payment:
        payment = self.book.by_reference(reference)
        assert payment is not None
        return payment

    def token(self, payment: Payment) -> str:
        return WALLET.prove("paid", payment, self.keys, self.stamp, "", "").body.decode()


def told(reply: Reply) -> Any:
    return json.loads(reply.answer.body)


@pytest.mark.parametrize("mode", WALLET.modes)
def test_a_payment_lives_its_whole_life(mode: str) -> None:
    """The shop fetches the root keys, opens the token, has the card charged and a part given back."""
    desk = Desk()
    payment = desk.confirmed(mode)
    assert (payment.state, payment.assumed) == (PaymentState.APPROVED, True)

    roots = told(desk.send("GET", ROOTS))["keys"]
    shop = Recipient(KEYS["recipient_id"], roots, KEYS["private_key"], frozenset({mode}))
    card = proof.card_in(statement(shop.open(desk.token(payment), NOW), NOW))
    asked = {
        "reference": "A-1",
        "amount": 1999,
        "currency": "USD",
        "capture": True,
        "card": {
            "number": card.number,
            "expiry_month": card.expiry_month,
            "expiry_year": card.expiry_year,
            "cryptogram": card.cryptogram,
            "eci": card.eci,
        },
    }
    made = desk.send("POST", "/acquirer/v1/payments", asked)
    assert (made.answer.status, told(made)["status"], made.call.asked) == (201, "captured", Money(1999, "USD"))
    after = desk.state("A-1")
    assert (after.state, after.paid, after.assumed, after.mode) == (PaymentState.PAID, Money(1999, "USD"), False, mode)

    back = desk.send("POST", f"/acquirer/v1/payments/{told(made)['id']}/refunds", {"amount": 500, "reference": "R-1"})
    assert (back.answer.status, told(back)["status"]) == (201, "succeeded")
    assert desk.state("A-1").refunded == 500


@pytest.mark.parametrize("mode", WALLET.modes)
def test_the_payment_service_may_open_the_token_itself(mode: str) -> None:
    """Whether it is handed over as text or as JSON; a spoilt one is refused."""
    desk = Desk()
    text = desk.token(desk.confirmed(mode))
    asked = {"reference": "A-1", "amount": 1999, "currency": "USD", "capture": False}

    spoilt = desk.send("POST", "/acquirer/v1/payments", {**asked, "token": text.replace('"ECv', '"ECV')})
    held = desk.send("POST", "/acquirer/v1/payments", {**asked, "token": json.loads(text)})
    again = desk.send("POST", "/acquirer/v1/payments", {**asked, "reference": "B-2", "token": text})

    assert (spoilt.answer.status, told(spoilt)["error"]["code"]) == (400, "invalid_request")
    assert (held.answer.status, told(held)["status"]) == (201, "authorised")
    assert again.answer.status == 201, "the acquirer does not see to it that a token pays once; the shop has to"


@pytest.mark.parametrize("token", [None, 7, [], {}, "", "{", "[" * 9000, {"protocolVersion": []}, {"signedMessage": 1}])
def test_a_token_that_is_none_is_refused(token: Any) -> None:
    """In words, by the payment service."""
    asked = {"reference": "A-1", "amount": 1999, "currency": "USD", "token": token}

    assert Desk().send("POST", "/acquirer/v1/payments", asked).answer.status == 400


@pytest.mark.parametrize("change", [{}, {"dpan": 7}, {"pan": "1", "expirationMonth": "x", "expirationYear": None}, []])
def test_a_token_without_a_card_is_refused(change: Any) -> None:
    """Though Google signed it."""
    desk = Desk()
    genuine = WALLET.prove("paid", desk.confirmed(), KEYS, desk.stamp, "", "")
    mutated = WALLET.mutate(genuine, KEYS, desk.stamp, lambda said: {**said, "paymentMethodDetails": change})
    asked = {"reference": "A-1", "amount": 1999, "currency": "USD", "token": mutated.body.decode()}

    assert desk.send("POST", "/acquirer/v1/payments", asked).answer.status == 400


def test_the_key_lists_are_public_and_may_be_kept() -> None:
    """A list in the course of a rotation, with the age that caches must take off its life."""
    desk = Desk()
    for path, keys in ((ROOTS, payment_roots(KEYS)), (PASS_ROOTS, pass_roots(KEYS))):
        reply = desk.send("GET", f"{path}?hl=en", key="none")

        assert told(reply) == {"keys": keys}
        assert reply.answer.header("Cache-Control") == "public, max-age=3600"
        assert 0 <= int(reply.answer.header("Age") or "") < 3600
        assert (reply.call.operation, reply.call.signed, reply.call.problem) == ("keys", None, None)
    listed = [(key["protocolVersion"], "keyExpiration" in key) for key in payment_roots(KEYS)]
    assert (V1, False) in listed and (V2, False) not in listed


@pytest.mark.parametrize(("method", "path", "status"), [("POST", ROOTS, 405), ("GET", "/", 404), ("GET", "/gp", 404)])
def test_other_pages_do_not_exist(method: str, path: str, status: int) -> None:
    """They are answered by a page, as at Google."""
    reply = Desk().send(method, path)

    assert reply.answer.status == status and reply.call.problem
    assert str(status).encode() in reply.answer.body


def test_the_acquirer_wants_its_key() -> None:
    """The key lists do not."""
    desk = Desk()

    refused = desk.send("GET", "/acquirer/v1/payments?reference=A-1", key="wrong")

    assert (refused.answer.status, refused.call.signed) == (401, False)
    assert desk.send("GET", "/acquirer/v1/payments?reference=A-1").answer.status == 200


@pytest.mark.parametrize("kind", ["throttled", "unavailable", "system-error"])
@pytest.mark.parametrize("path", [ROOTS, "/acquirer/v1/payments"])
def test_an_outage_is_told_in_the_words_of_whoever_was_called(kind: Any, path: str) -> None:
    """The acquirer's in JSON, Google's as a page."""
    answer: Answer = WALLET.trouble(kind, Message("GET", path))

    assert answer.status in {429, 500, 503}
    assert ("json" in (answer.header("Content-Type") or "")) == path.startswith("/acquirer")


def test_every_operation_is_declared() -> None:
    """So that faults can be armed for each."""
    assert WALLET.operation_of(Message("GET", ROOTS)) == "keys"
    assert WALLET.operation_of(Message("POST", "/acquirer/v1/payments")) == "create"
    assert WALLET.operation_of(Message("GET", "/nothing")) == "other"
    assert {"keys", "create", "query", "refund"} <= WALLET.docs.operations


def test_a_buyer_confirms_or_does_not() -> None:
    """Only the acquirer makes a payment paid."""
    stamp = Stamp(NOW, Random(1))
    opened = WALLET.assume("A-1", Money(1999, "USD"), V2, stamp, None)

    assert WALLET.act("open", opened, stamp) == WALLET.act("decline", opened, stamp) == opened
    settled = WALLET.act("settle", opened, stamp, Money(5, "USD"))
    assert (settled.state, settled.paid) == (PaymentState.APPROVED, Money(5, "USD"))
    assert WALLET.act("cancel", settled, stamp).state is PaymentState.CLOSED
    assert WALLET.act("expire", opened, stamp).state is PaymentState.CLOSED


@pytest.mark.parametrize("action", ["pend", "fail", "refund"])
def test_what_google_pay_does_not_know_is_refused(action: Action) -> None:
    """Whatever the state."""
    with pytest.raises(Refused, match="Google Pay"):
        WALLET.act(action, Desk().confirmed(), Stamp(NOW, Random(1)), Money(1, "USD"))


@pytest.mark.parametrize("action", ["pay", "settle", "decline", "expire", "cancel"])
def test_a_closed_payment_stays_closed(action: Action) -> None:
    """Nothing moves it any more."""
    stamp = Stamp(NOW, Random(1))
    closed = WALLET.act("expire", WALLET.assume("A-1", Money(1999, "USD"), V2, stamp, None), stamp)

    with pytest.raises(Refused):
        WALLET.act(action, closed, stamp, Money(1, "USD"))


def test_fresh_keys_have_the_same_names_and_other_values() -> None:
    """The merchant gets its own side alone."""
    fresh = WALLET.make_keys()
    given_to_merchant = [WALLET.merchant_credentials(fresh, mode) for mode in WALLET.modes]

    assert fresh.keys() == KEYS.keys()
    assert not {name for name in fresh if fresh[name] == KEYS[name]}
    assert not (set(given_to_merchant[0].values()) & {fresh[name] for name in KEY_PAIRS if name != "private_key"})
    assert given_to_merchant[0] == given_to_merchant[1]
    with pytest.raises(ValueError, match="no mode"):
        WALLET.merchant_credentials(fresh, "ECv3")


PATHS = strategies.one_of(
    strategies.sampled_from([ROOTS, PASS_ROOTS, "/acquirer/v1/payments", "/acquirer/v1/payments/x/refunds", "//", "?"]),
    strategies.text(max_size=30).map("/".__add__),
)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(strategies.sampled_from(["GET", "POST", "PUT", "HEAD"]), PATHS, strategies.binary(max_size=60))
def test_nothing_a_caller_sends_makes_the_gateway_raise(method: str, path: str, body: bytes) -> None:
    """Every request has an answer and is understood in some way."""
    desk = Desk()
    message = Message(method, path, (("Authorization", f"Bearer {KEYS['acquirer_key']}"),), body)

    reply = WALLET.answer(message, desk.book, KEYS, desk.stamp, BASE)

    assert 200 <= reply.answer.status < 500
    assert WALLET.operation_of(message) in {*WALLET.docs.operations, "other"}
    assert WALLET.reference_of(message, desk.book) is None
