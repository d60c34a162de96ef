"""The acquirer behind the wallets that move no money themselves."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures import acquirer
from fixtures.acquirer import Card, Terms, Unreadable
from fixtures.model import Message, Money, PaymentState, Stamp
from fixtures.sandbox.ledger import WalletBook
from fixtures.wallets.interface import Reply

NOW = 1_796_000_000.0
PATH = "/acquirer/v1/payments"
CARD = acquirer.issue("secret", "first", NOW)


class Desk:
    """One merchant's acquirer over one book."""

    def __init__(self) -> None:
        self.book = WalletBook("applepay")
        self.stamp = Stamp(NOW, Random(5))
        self.terms = Terms("applepay", "EC_v1", "key", "secret", self._open)

    def _open(self, token: Any, asked: Money, now: float) -> Card:
        if token != {"sum": asked.amount}:
            raise Unreadable("another sum")
        return CARD

    def send(self, method: str, path: str, body: Any = None, key: str | None = None, bearer: str = "key") -> Reply:
        headers = [("Authorization", f"Bearer {bearer}"), *([("Idempotency-Key", key)] if key else [])]
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return acquirer.answer(Message(method, path, tuple(headers), raw), self.book, self.stamp, self.terms)

    def charge(self, reference: str = "A-1", card: Card = CARD, key: str | None = None, **more: Any) -> Reply:
        return self.send("POST", PATH, {**asked(card), "reference": reference, **more}, key)


def asked(card: Card = CARD) -> dict[str, Any]:
    """The body of an authorisation."""
    told = {
        "number": card.number,
        "expiry_month": card.expiry_month,
        "expiry_year": card.expiry_year,
        "cryptogram": card.cryptogram,
        "eci": card.eci,
    }
    return {"reference": "A-1", "amount": 1999, "currency": "USD", "card": told}


def told(reply: Reply) -> Any:
    return json.loads(reply.answer.body)


def outcome(reply: Reply) -> tuple[int, str | None]:
    return reply.answer.status, told(reply).get("error", {}).get("code")


class TestCards:
    def test_the_issuer_knows_its_cards_without_remembering_them(self) -> None:
        assert acquirer.refusal("secret", CARD, NOW) is None
        assert acquirer.issue("secret", "first", NOW) == CARD
        assert acquirer.refusal("another", CARD, NOW) is not None
        assert (CARD.brand, len(CARD.number)) == ("visa", 16)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"number": "4111111111111111"},
            {"number": acquirer.issue("secret", "second", NOW).number},
            {"cryptogram": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="},
            {"cryptogram": "no base64"},
            {"cryptogram": None},
            {"expiry_year": 2020},
        ],
    )
    def test_a_card_made_up_is_declined(self, wrong: dict[str, Any]) -> None:
        fields = {
            "number": CARD.number,
            "expiry_month": 12,
            "expiry_year": CARD.expiry_year,
            "cryptogram": CARD.cryptogram,
        }
        desk = Desk()
        reply = desk.charge(card=Card(**{**fields, **wrong}))
        assert outcome(reply) == (402, "card_declined")
        assert desk.book.by_reference("A-1") is None

    def test_a_card_on_file_has_no_cryptogram(self) -> None:
        file = acquirer.issue("secret", "first", NOW, brand="mastercard", cryptogram=False)
        assert (file.cryptogram, file.brand) == (None, "mastercard")
        assert outcome(Desk().charge(card=file)) == (201, None)


class TestLife:
    def test_capture_at_once_moves_the_money(self) -> None:
        desk = Desk()
        reply = desk.charge()
        payment = desk.book.by_reference("A-1")
        assert payment is not None
        assert (payment.state, payment.paid, payment.assumed) == (PaymentState.PAID, Money(1999, "USD"), False)
        assert told(reply) | {"id": ""} == {
            "id": "",
            "reference": "A-1",
            "status": "captured",
            "amount": 1999,
            "currency": "USD",
            "captured": 1999,
            "refunded": 0,
            "card": {"last4": CARD.number[-4:], "brand": "visa"},
            "created": int(NOW),
        }
        assert (reply.call.operation, reply.call.reference, reply.call.asked) == ("create", "A-1", Money(1999, "USD"))

    def test_authorise_then_capture_a_part(self) -> None:
        desk = Desk()
        made = told(desk.charge(capture=False))
        payment = desk.book.by_reference("A-1")
        assert payment is not None
        assert (made["status"], payment.state) == ("authorised", PaymentState.APPROVED)
        path = f"{PATH}/{made['id']}/captures"
        assert outcome(desk.send("POST", path, {"amount": 2000})) == (409, "conflict")
        captured = told(desk.send("POST", path, {"amount": 1500}))
        assert (captured["status"], captured["captured"]) == ("captured", 1500)
        assert outcome(desk.send("POST", path, {})) == (409, "conflict")
        assert outcome(desk.send("POST", f"{PATH}/{made['id']}/voids", {})) == (409, "conflict")

    def test_authorise_then_void(self) -> None:
        desk = Desk()
        made = told(desk.charge(capture=False))
        assert told(desk.send("POST", f"{PATH}/{made['id']}/voids"))["status"] == "voided"
        payment = desk.book.by_reference("A-1")
        assert payment is not None
        assert payment.state is PaymentState.CLOSED
        assert outcome(desk.send("POST", f"{PATH}/{made['id']}/captures")) == (409, "conflict")

    def test_an_order_is_captured_once(self) -> None:
        desk = Desk()
        held = told(desk.charge(capture=False))["id"]
        first = told(desk.charge())["id"]
        assert outcome(desk.charge()) == (409, "conflict")
        assert outcome(desk.send("POST", f"{PATH}/{held}/captures")) == (409, "conflict")
        listed = told(desk.send("GET", f"{PATH}?reference=A-1"))["payments"]
        assert [(one["id"], one["status"]) for one in listed] == [(held, "authorised"), (first, "captured")]
        assert told(desk.send("GET", f"{PATH}/{first}"))["id"] == first
        assert outcome(desk.send("GET", f"{PATH}/pay_none")) == (404, "not_found")

    def test_refunds_stop_at_what_is_left(self) -> None:
        desk = Desk()
        path = f"{PATH}/{told(desk.charge())['id']}/refunds"
        first = desk.send("POST", path, {"amount": 1000, "reference": "R-1"})
        again = desk.send("POST", path, {"amount": 1000, "reference": "R-1"})
        assert (first.answer.status, first.call.key, first.call.reference) == (201, "R-1", "A-1")
        assert told(again) == told(first)
        assert outcome(desk.send("POST", path, {"amount": 1, "reference": "R-1"})) == (409, "conflict")
        assert outcome(desk.send("POST", path, {"amount": 1000, "reference": "R-2"})) == (409, "conflict")
        assert outcome(desk.send("POST", path, {"amount": 999, "reference": "R-3"})) == (201, None)
        assert [one["reference"] for one in told(desk.send("GET", path))["refunds"]] == ["R-1", "R-3"]
        assert told(desk.send("GET", f"{path}?reference=R-3"))["refunds"][0]["status"] == "succeeded"
        payment = desk.book.by_reference("A-1")
        assert payment is not None
        assert payment.refunded == 1999

    def test_what_was_not_captured_is_not_refunded(self) -> None:
        desk = Desk()
        path = f"{PATH}/{told(desk.charge(capture=False))['id']}/refunds"
        assert outcome(desk.send("POST", path, {"amount": 1, "reference": "R-1"})) == (409, "conflict")

    def test_a_token_is_opened_by_the_payment_service(self) -> None:
        bare = {name: value for name, value in asked().items() if name != "card"}
        assert outcome(Desk().send("POST", PATH, {**bare, "token": {"sum": 1999}})) == (201, None)
        assert outcome(Desk().send("POST", PATH, {**bare, "token": {"sum": 1}})) == (400, "invalid_request")


class TestRequests:
    def test_a_key_repeats_its_answer(self) -> None:
        desk = Desk()
        first, again = desk.charge(key="k-1"), desk.charge(key="k-1")
        assert told(first) == told(again)
        assert (again.answer.status, again.call.key) == (201, "k-1")
        assert outcome(desk.charge(amount=1, key="k-1")) == (409, "idempotency_mismatch")
        assert len(desk.book.payments()) == 1

    @pytest.mark.parametrize("bearer", ["", "wrong", "ключ"])
    def test_the_bearer_token_is_needed(self, bearer: str) -> None:
        reply = Desk().send("GET", f"{PATH}?reference=A-1", bearer=bearer)
        assert outcome(reply) == (401, "unauthorized")
        assert reply.call.signed is False

    @pytest.mark.parametrize(
        "wrong",
        [
            {"reference": ""},
            {"reference": 5},
            {"reference": "a\nb"},
            {"amount": 0},
            {"amount": "1999"},
            {"amount": 19.99},
            {"amount": True},
            {"amount": 10**13},
            {"currency": "usd"},
            {"currency": None},
            {"capture": "yes"},
            {"card": "4111"},
            {"card": {"number": 4111}},
            {"card": {"number": CARD.number, "expiry_month": 13, "expiry_year": 2030}},
            {"card": {"number": CARD.number, "expiry_month": 1, "expiry_year": 30}},
            {"card": {"number": CARD.number, "expiry_month": 1, "expiry_year": 2030, "cryptogram": 7}},
            {"token": {}},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, wrong: dict[str, Any]) -> None:
        desk = Desk()
        assert outcome(desk.send("POST", PATH, asked() | wrong)) == (400, "invalid_request")
        assert not desk.book.payments()

    def test_an_unknown_endpoint(self) -> None:
        reply = Desk().send("DELETE", f"{PATH}/x")
        assert outcome(reply) == (404, "not_found")
        assert reply.call.operation == "other"

    @pytest.mark.parametrize(("kind", "status"), [("throttled", 429), ("unavailable", 503), ("system-error", 500)])
    def test_outages(self, kind: Any, status: int) -> None:
        answer = acquirer.trouble(kind)
        assert answer.status == status
        assert set(json.loads(answer.body)["error"]) == {"code", "message"}

    @given(
        method=st.sampled_from(["GET", "POST", "PUT"]),
        path=st.sampled_from(["", "/", "?reference=%ff", "/pay_x/refunds", "/%2e%2e/captures", "?reference=a&" * 40]),
        body=st.one_of(
            st.binary(max_size=60),
            st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), st.lists, max_leaves=4).map(
                lambda value: json.dumps({"reference": value, "amount": value, "card": value}).encode()
            ),
        ),
        key=st.none() | st.just("k"),
    )
    @settings(max_examples=60, deadline=None)
    def test_it_never_stumbles(self, method: str, path: str, body: bytes, key: str | None) -> None:
        reply = Desk().send(method, PATH + path, body, key)
        assert reply.answer.status in {200, 400, 404}
