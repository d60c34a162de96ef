"""The gateway: the life of a payment, idempotency, errors, and that nothing sent to it makes it fall."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.model import Message, Money, PaymentState
from fixtures.wallets.interface import Refused
from fixtures.wallets.stripe import WALLET
from fixtures.wallets.stripe.gateway.routes import ROUTES
from fixtures.wallets.stripe.life import CHALLENGES
from tests.wallets.stripe_desk import BASE, FORM, KEYS, Desk, form, intent, session


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_an_intent_is_created_paid_refunded_in_part_and_in_full(desk: Desk) -> None:
    """The common life of a payment."""
    made = intent(desk)
    desk.act("pay", "A-1")

    paid = desk.get(f"payment_intents/{made['id']}?expand[]=latest_charge.balance_transaction")
    first = desk.post("refunds", payment_intent=made["id"], amount=500, key="r-1")
    second = desk.post("refunds", charge=paid["latest_charge"]["id"])

    assert (made["status"], paid["status"], paid["amount_received"]) == ("requires_payment_method", "succeeded", 1999)
    assert paid["latest_charge"]["balance_transaction"]["amount"] == 1999
    assert (first["amount"], second["amount"]) == (500, 1499)
    assert [refund.number for refund in desk.payment("A-1").refunds] == ["r-1", second["id"]]
    assert desk.get(f"charges/{first['charge']}")["refunded"] is True
    assert [row["id"] for row in desk.get(f"refunds?payment_intent={made['id']}")["data"]] == [
        second["id"],
        first["id"],
    ]
    assert desk.get(f"refunds/{first['id']}")["status"] == "succeeded"


def test_what_cannot_be_refunded_is_refused(desk: Desk) -> None:
    """Unpaid, too much, or all gone."""
    made = intent(desk)
    unpaid = desk.refused("refunds", payment_intent=made["id"])
    desk.act("pay", "A-1")
    over = desk.refused("refunds", payment_intent=made["id"], amount=2000)
    desk.post("refunds", payment_intent=made["id"])
    gone = desk.refused("refunds", payment_intent=made["id"])

    assert unpaid[0] == over[0] == gone[0] == 400
    assert (over[1]["param"], gone[1]["code"]) == ("amount", "charge_already_refunded")


def test_the_order_number_is_found_where_merchants_put_it(desk: Desk) -> None:
    """Metadata first, then the client reference, then the intent's own id."""
    desk.post("payment_intents", amount=100, currency="usd", metadata__reference="R", metadata__order="O")
    desk.post("payment_intents", amount=100, currency="usd", metadata__reference="R", metadata__order_id="I")
    bare = desk.post("payment_intents", amount=100, currency="usd")
    session(desk, "C", metadata__order_id="M")
    session(desk, "C")
    session(desk, "", payment_intent_data__metadata__order_id="P")

    assert [payment.reference for payment in desk.book.payments()] == ["O", "I", bare["id"], "M", "C", "P"]


def test_a_later_update_gives_an_intent_its_order_number(desk: Desk) -> None:
    """The payment is then found by it, and listed once."""
    bare = desk.post("payment_intents", amount=100, currency="usd")
    desk.post(f"payment_intents/{bare['id']}", metadata__order_id="A-9", description="")

    assert desk.payment("A-9").id == bare["id"]
    assert len(desk.get("payment_intents")["data"]) == 1


def test_the_newer_intent_of_an_order_takes_its_number(desk: Desk) -> None:
    """The buyer holds the newer; the older stays reachable by its id."""
    older, newer = intent(desk), intent(desk)

    assert desk.payment("A-1").id == newer["id"]
    assert desk.get(f"payment_intents/{older['id']}")["metadata"] == {"order_id": "A-1"}


def test_manual_capture(desk: Desk) -> None:
    """Authorised, captured in part, and not a second time."""
    made = intent(desk, capture_method="manual")
    held = desk.act("pay", "A-1")
    captured = desk.post(f"payment_intents/{made['id']}/capture", amount_to_capture=1500)
    again = desk.refused(f"payment_intents/{made['id']}/capture")

    assert held.state is PaymentState.APPROVED
    assert (captured["amount"], captured["amount_received"]) == (1999, 1500)
    assert desk.payment("A-1").paid == Money(1500, "USD")
    assert again[1]["code"] == "payment_intent_unexpected_state"
    assert again[1]["payment_intent"]["id"] == made["id"]


def test_a_closed_intent_takes_no_money_and_a_paid_one_is_not_closed(desk: Desk) -> None:
    """Both ends are final."""
    closed, paid = intent(desk, "A-1"), intent(desk, "A-2")
    desk.act("pay", "A-2")

    answer = desk.post(f"payment_intents/{closed['id']}/cancel", cancellation_reason="abandoned")
    refusal = desk.refused(f"payment_intents/{paid['id']}/cancel")

    assert (answer["status"], refusal[0]) == ("canceled", 400)
    assert "You cannot cancel this PaymentIntent because it has a status of succeeded." in refusal[1]["message"]
    with pytest.raises(Refused):
        desk.act("pay", "A-1")


@pytest.mark.parametrize("method", sorted(CHALLENGES))
def test_a_step_up_is_asked_for_and_passed(desk: Desk, method: str) -> None:
    """Confirming meets a challenge; the buyer passes it and the money moves."""
    url = "https://shop.example/return"
    made = intent(desk, payment_method=method, confirm="true", return_url=url)
    paid = desk.act("pay", "A-1")

    assert (made["status"], made["next_action"]["redirect_to_url"]["return_url"]) == ("requires_action", url)
    assert paid.state is PaymentState.PAID
    assert (WALLET.return_visit(paid, KEYS, desk.stamp) or "").endswith("redirect_status=succeeded")


def test_a_step_up_marked_in_the_details_begins_when_the_buyer_opens(desk: Desk) -> None:
    """Without a call of the merchant; a decline asks for another method."""
    made = intent(desk)
    payment = desk.payment("A-1")
    desk.book.save(replace(payment, details={**payment.details, "step_up": True}))

    desk.act("open", "A-1")
    waiting = desk.get(f"payment_intents/{made['id']}")
    desk.act("decline", "A-1")
    refused = desk.get(f"payment_intents/{made['id']}")
    desk.act("pay", "A-1")

    assert (waiting["status"], refused["status"]) == ("requires_action", "requires_payment_method")
    assert refused["last_payment_error"]["code"] == "card_declined"
    assert desk.get(f"payment_intents/{made['id']}")["status"] == "succeeded"


def test_with_manual_confirmation_the_server_confirms_last(desk: Desk) -> None:
    """Until then no money moves."""
    made = intent(desk, confirmation_method="manual")
    waiting = desk.act("pay", "A-1")
    done = desk.post(f"payment_intents/{made['id']}/confirm")

    assert (waiting.state, done["status"]) == (PaymentState.OPEN, "succeeded")


def test_a_declined_confirmation_is_a_card_error(desk: Desk) -> None:
    """402 with the intent inside, which stays payable; off session a challenge is one, too."""
    broke = desk.refused("payment_intents", **_confirmed("pm_card_chargeDeclinedInsufficientFunds"))
    challenged = desk.refused("payment_intents", **_confirmed("pm_card_authenticationRequired"), off_session="true")

    assert (broke[0], broke[1]["type"], broke[1]["decline_code"]) == (402, "card_error", "insufficient_funds")
    assert broke[1]["payment_intent"]["status"] == "requires_payment_method"
    assert (challenged[0], challenged[1]["code"]) == (402, "authentication_required")


def test_a_session_is_opened_paid_and_looked_up(desk: Desk) -> None:
    """The intent appears once the buyer has submitted; the URL is there only before."""
    made = session(desk, metadata__order_id="A-1")
    page = desk.send("GET", made["url"].removeprefix(BASE)).answer
    desk.act("pay", "A-1")
    paid = desk.get(f"checkout/sessions/{made['id']}?expand[]=payment_intent&expand[]=line_items")

    assert (made["status"], made["payment_intent"], page.status) == ("open", None, 200)
    assert (paid["status"], paid["payment_status"], paid["url"]) == ("complete", "paid", None)
    assert paid["payment_intent"]["metadata"] == {}
    assert paid["line_items"]["data"][0]["amount_total"] == paid["amount_total"] == 1999
    visit = WALLET.return_visit(desk.payment("A-1"), KEYS, desk.stamp)
    assert visit == f"https://shop.example/return?session={made['id']}"
    assert desk.get(f"checkout/sessions?payment_intent={paid['payment_intent']['id']}")["data"][0]["id"] == made["id"]


def test_a_session_is_expired_by_the_merchant_or_by_time(desk: Desk) -> None:
    """And only once."""
    first, second = session(desk, "A-1"), session(desk, "A-2", expires_at=int(desk.now) + 1800)
    desk.post(f"checkout/sessions/{first['id']}/expire")
    again = desk.refused(f"checkout/sessions/{first['id']}/expire")
    desk.now += 1800

    assert again[0] == 400
    assert desk.get(f"checkout/sessions/{second['id']}")["status"] == "expired"
    assert desk.payment("A-2").state is PaymentState.CLOSED


def test_an_intent_of_a_session_is_not_cancelled_directly(desk: Desk) -> None:
    """The session is expired instead."""
    session(desk)
    owned = desk.payment("A-1").id

    assert desk.refused(f"payment_intents/{owned}/cancel")[1]["code"] == "payment_intent_unexpected_state"


def test_a_repeated_key_gives_the_first_answer_again(desk: Desk) -> None:
    """Byte for byte, marked as replayed, without a second payment; after a day it is a new request."""
    body = form({"amount": 1999, "currency": "usd", "metadata__order_id": "A-1"})
    first = desk.send("POST", "/v1/payment_intents", body, key="k")
    second = desk.send("POST", "/v1/payment_intents", body, key="k")
    desk.now += 86401
    third = desk.send("POST", "/v1/payment_intents", body, key="k")

    assert second.answer.body == first.answer.body
    assert first.answer.header("Idempotent-Replayed") is None
    assert second.answer.header("Idempotent-Replayed") == "true"
    assert second.answer.header("Original-Request") == first.answer.header("Request-Id")
    assert (second.call.reference, second.call.asked, second.call.key) == ("A-1", Money(1999, "USD"), "k")
    assert third.answer.body != first.answer.body


def test_a_key_belongs_to_its_parameters(desk: Desk) -> None:
    """Otherwise 400 with the words that merchants match."""
    intent(desk, key="k")
    status, error = desk.refused("payment_intents", key="k", amount=2000, currency="usd")

    assert (status, error["type"]) == (400, "idempotency_error")
    assert error["message"].startswith("Keys for idempotent requests can only be used with the same parameters")
    assert "code" not in error


def test_a_key_in_use_is_a_conflict(desk: Desk) -> None:
    """409 while the first request is still being executed."""
    desk.book.store["running"] = ["k"]
    status, error = desk.refused("payment_intents", key="k", amount=2000, currency="usd")

    assert (status, error["type"], error["code"]) == (409, "invalid_request_error", "idempotency_key_in_use")


def test_a_key_is_free_after_refused_parameters_and_used_up_by_a_decline(desk: Desk) -> None:
    """Only what began to be executed is kept."""
    desk.refused("payment_intents", key="k", amount=1, currency="usd")
    made = intent(desk, key="k")
    desk.refused("payment_intents", key="d", **_confirmed("pm_card_chargeDeclined"))
    replayed = desk.send("POST", "/v1/payment_intents", form(_confirmed("pm_card_chargeDeclined")), key="d").answer

    assert made["amount"] == 1999
    assert (replayed.status, replayed.header("Idempotent-Replayed")) == (402, "true")


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"currency": "usd"}, "parameter_missing", "amount"),
        ({"amount": "10.5", "currency": "usd"}, "parameter_invalid_integer", "amount"),
        ({"amount": "49", "currency": "usd"}, "amount_too_small", "amount"),
        ({"amount": "1" * 13, "currency": "usd"}, "amount_too_large", "amount"),
        ({"amount": "12345", "currency": "kwd"}, None, "amount"),
        ({"amount": "12350", "currency": "ugx"}, None, "amount"),
        ({"amount": "100", "currency": "xyz"}, None, "currency"),
        ({"amount": "100", "currency": "usd", "notify_url": "x"}, "parameter_unknown", "notify_url"),
        ({"amount": "100", "currency": "usd", "return_url": "https://x"}, None, "return_url"),
        ({"amount": "100", "currency": "usd", "metadata__k": "v" * 501}, None, "metadata[k]"),
    ],
)
def test_parameters_are_refused_as_stripe_does(
    desk: Desk, fields: dict[str, str], code: str | None, param: str
) -> None:
    """400 and the first parameter that cannot be used."""
    status, error = desk.refused("payment_intents", **fields)

    assert (status, error.get("code"), error["param"]) == (400, code, param)
    assert not desk.book.payments()


@pytest.mark.parametrize(
    ("currency", "wire", "money"),
    [("jpy", 4300, Money(4300, "JPY")), ("kwd", 12340, Money(12340, "KWD")), ("ugx", 50000, Money(500, "UGX"))],
)
def test_amounts_are_in_stripes_own_units(desk: Desk, currency: str, wire: int, money: Money) -> None:
    """Zero and three decimals, and the two currencies that pretend to have two."""
    made = intent(desk, amount=wire, currency=currency)
    desk.act("pay", "A-1")

    assert desk.payment("A-1").paid == money
    assert desk.get(f"payment_intents/{made['id']}")["amount_received"] == wire


def test_only_the_merchants_secret_key_opens(desk: Desk) -> None:
    """No key, another key and the publishable key are 401; HTTP Basic is as good as a bearer token."""
    basic = b64encode(f"{KEYS['secret_key']}:".encode()).decode()
    headers = (("authorization", f"Basic {basic}"), ("Stripe-Account", KEYS["account"]))

    assert desk.send("GET", "/v1/events", secret="sk_test_wrong").answer.status == 401
    assert desk.send("GET", "/v1/events", secret=KEYS["publishable_key"]).call.signed is False
    assert WALLET.answer(Message("GET", "/v1/events"), desk.book, KEYS, desk.stamp, BASE).answer.status == 401
    assert WALLET.answer(Message("GET", "/v1/events", headers), desk.book, KEYS, desk.stamp, BASE).answer.status == 200


def test_lists_are_paged_newest_first(desk: Desk) -> None:
    """By cursors, in both directions, and by time."""
    made = []
    for number in range(5):
        desk.now += 10
        made.append(intent(desk, f"A-{number}")["id"])
    first = desk.get("payment_intents?limit=2")
    then = desk.get(f"payment_intents?limit=2&starting_after={made[3]}")
    back = desk.get(f"payment_intents?limit=2&ending_before={made[0]}")
    late = desk.get(f"payment_intents?created%5Bgte%5D={int(desk.now) - 10}")

    assert ([row["id"] for row in first["data"]], first["has_more"]) == ([made[4], made[3]], True)
    assert [row["id"] for row in then["data"]] == [made[2], made[1]]
    assert [row["id"] for row in back["data"]] == [made[2], made[1]]
    assert [row["id"] for row in late["data"]] == [made[4], made[3]]


def test_the_books_can_be_reconciled(desk: Desk) -> None:
    """Balance transactions add up, and events tell what notifications were missed."""
    made = intent(desk)
    desk.act("pay", "A-1")
    refund = desk.post("refunds", payment_intent=made["id"], amount=500)
    rows = desk.get("balance_transactions?currency=usd")["data"]
    told = desk.get("events?type=payment_intent.*")["data"]

    assert sorted((row["type"], row["amount"]) for row in rows) == [("charge", 1999), ("refund", -500)]
    assert all(row["net"] == row["amount"] - row["fee"] for row in rows)
    assert desk.get(f"balance_transactions?source={refund['id']}")["data"][0]["amount"] == -500
    assert {event["type"] for event in told} == {"payment_intent.created", "payment_intent.succeeded"}
    assert desk.get(f"events/{told[0]['id']}")["id"] == told[0]["id"]


def test_an_event_is_the_same_wherever_it_is_asked_for(desk: Desk) -> None:
    """A merchant that fetches the event of a notification by its id finds it."""
    intent(desk)
    paid = desk.act("pay", "A-1")
    message = WALLET.prove("paid", paid, KEYS, desk.stamp, "http://127.0.0.1/notify", BASE)
    sent = json.loads(message.body)

    assert desk.get(f"events/{sent['id']}")["data"] == sent["data"]


def test_a_dispute_is_answered_or_lost(desk: Desk) -> None:
    """Made by a test card; evidence is submitted, giving in is final."""
    made = intent(desk, payment_method="pm_card_createDispute", confirm="true")
    listed = desk.get(f"disputes?payment_intent={made['id']}")["data"][0]
    answered = desk.post(f"disputes/{listed['id']}", evidence__uncategorized_text="It was delivered.")
    lost = desk.post(f"disputes/{listed['id']}/close")

    assert [one["status"] for one in (listed, answered, lost)] == ["needs_response", "under_review", "lost"]
    assert desk.refused(f"disputes/{listed['id']}/close")[0] == 400
    assert desk.refused("refunds", payment_intent=made["id"])[1]["code"] == "charge_disputed"


def test_the_call_says_what_was_understood(desk: Desk) -> None:
    """Operation, order, sum and what was wrong."""
    made = intent(desk)
    over = desk.send("POST", "/v1/refunds", form({"payment_intent": made["id"], "amount": 5}), key="r").call

    assert (over.operation, over.reference, over.signed, over.key) == ("refund", "A-1", True, "r")
    assert "successful charge" in (over.problem or "")


def test_troubles_are_stripes_own_errors() -> None:
    """With the type that the libraries map."""
    request = Message("GET", "/v1/events")

    assert [WALLET.trouble(kind, request).status for kind in ("throttled", "unavailable", "system-error")] == [
        429,
        503,
        500,
    ]


_paths = st.sampled_from(["/v1/" + route.path.replace("*", "pi_x") for route in ROUTES]) | st.text(max_size=40)
_names = st.sampled_from(
    ["amount", "currency", "metadata", "line_items[0][price_data]", "expand", "created", "limit", "mode"]
)
_pairs = st.lists(
    st.tuples(_names, st.sampled_from(["", "[", "[]", "[0]", "[a][b]"]), st.text(max_size=20)), max_size=6
)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    path=_paths,
    query=st.text(max_size=30),
    body=st.binary(),
    pairs=_pairs,
)
def test_nothing_makes_the_gateway_fall(method: str, path: str, query: str, body: bytes, pairs: Any) -> None:
    """Any bytes at any path get an answer of Stripe's kind."""
    written = "&".join(f"{name}{tail}={value}" for name, tail, value in pairs).encode()
    for content in (body, written):
        headers = (
            ("Authorization", f"Bearer {KEYS['secret_key']}"),
            ("Content-Type", FORM),
            ("Idempotency-Key", query),
        )
        message = Message(method, f"{path}?{query}", headers, content)
        desk = Desk()
        reply = WALLET.answer(message, desk.book, KEYS, desk.stamp, BASE)
        assert reply.answer.status < 500
        assert WALLET.operation_of(message) in WALLET.docs.operations


def _confirmed(method: str) -> dict[str, Any]:
    return {"amount": 1999, "currency": "usd", "payment_method": method, "confirm": "true"}
