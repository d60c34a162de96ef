"""Steps to requests, answers to facts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fixtures.model import Answer, Money, OrderState
from fixtures.target import contract
from fixtures.target.contract import Unreadable
from fixtures.target.settings import Operations
from fixtures.target.steps import Step
from fixtures.target.templates import Unfillable

USD = Money(1999, "USD")


def step(**fields: Any) -> Step:
    return Step.model_validate({"request": "POST /orders", **fields})


def answer(document: Any, status: int = 200, *headers: tuple[str, str]) -> Answer:
    return Answer(status, headers, json.dumps(document).encode())


def operations(**fields: Any) -> Operations:
    return Operations.model_validate({"states": {"paid": ["paid"], "pending": ["new"]}, **fields})


def test_a_placeholder_that_is_the_whole_string_keeps_its_type_and_none_is_dropped() -> None:
    deep = [{"x": "{flag}", "y": "{expires_in}"}]
    template = {"n": "{quantity}", "text": "no {quantity}", "gone": "{expires_in}", "deep": deep}

    message = contract.message(step(json=template), {"quantity": 2, "expires_in": None, "flag": True}, "http://t")

    assert json.loads(message.body) == {"n": 2, "text": "no 2", "deep": [{"x": True}]}
    assert message.header("content-type") == "application/json"


def test_a_value_in_a_url_is_encoded_and_the_base_paths_are_joined() -> None:
    message = contract.message(step(request="GET /orders/{id}?q={id}"), {"id": "a/b ?é"}, "http://t/api")

    assert message.url == "http://t/api/orders/a%2Fb%20%3F%C3%A9?q=a%2Fb%20%3F%C3%A9"
    assert message.body == b"" and message.header("content-type") is None


def test_a_form_is_encoded_and_what_is_none_is_left_out() -> None:
    message = contract.message(
        step(form={"a": "{x} & y", "n": 5, "gone": "{none}"}), {"x": "é", "none": None}, "http://t"
    )

    assert message.body == b"a=%C3%A9+%26+y&n=5"
    assert message.header("content-type") == "application/x-www-form-urlencoded"


def test_a_raw_body_and_headers_are_filled_and_replace_the_buyers_own() -> None:
    own = step(body="<o>{id}</o>", headers={"Content-Type": "text/xml", "accept": "text/xml", "X-Key": "{none}"})

    message = contract.message(own, {"id": 5, "none": None}, "http://t", (("Authorization", "Bearer t"),))

    assert message.body == b"<o>5</o>"
    assert message.headers == (("Accept", "text/xml"), ("Authorization", "Bearer t"), ("Content-Type", "text/xml"))


def test_what_is_not_known_cannot_be_filled() -> None:
    with pytest.raises(Unfillable, match=r"nothing is known for \{id\}"):
        contract.message(step(request="GET /orders/{id}"), {"id": None}, "http://t")
    with pytest.raises(Unfillable, match=r"\{cart\}"):
        contract.message(step(json="{cart}"), {}, "http://t")


def test_a_captured_line_break_never_becomes_a_header() -> None:
    with pytest.raises(Unfillable, match="line break"):
        contract.message(step(headers={"X-Cart": "{cart}"}), {"cart": "1\r\nHost: evil"}, "http://t")


def test_captures_read_body_headers_cookies_and_text() -> None:
    capture = {"id": "order.id", "to": "header:Location", "sid": "cookie:sid", "none": "a.b"}
    capture["csrf"] = 'text:"csrf":"(\\w+)"'
    document = b'{"order":{"id":7},"csrf":"abc"}'
    headers = (("location", "/next"), ("Set-Cookie", "a=1; Path=/"), ("set-cookie", "sid=s1; HttpOnly"))

    found = contract.captured(step(capture=capture), Answer(201, headers, document))

    assert found == {"id": 7, "to": "/next", "sid": "s1", "csrf": "abc", "none": None}


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 100_000, b"null", b'"text"'])
def test_captures_find_nothing_in_what_is_not_json(body: bytes) -> None:
    assert contract.captured(step(capture={"id": "order.id", "n": "length(order)"}), Answer(200, (), body)) == {
        "id": None,
        "n": None,
    }


@pytest.mark.parametrize(
    ("fields", "status", "document", "accepted"),
    [
        ({}, 204, {}, True),
        ({}, 302, {}, False),
        ({}, 500, {}, False),
        ({"expect": [303]}, 303, {}, True),
        ({"expect": [303]}, 200, {}, False),
        ({"accept_if": "ok"}, 200, {"ok": True}, True),
        ({"accept_if": "ok"}, 200, {"ok": False}, False),
        ({"accept_if": "code == `0`"}, 200, {"code": 1}, False),
    ],
)
def test_the_target_agrees_by_status_and_by_what_it_says(
    fields: dict[str, Any], status: int, document: Any, accepted: bool
) -> None:
    assert contract.accepted(step(**fields), answer(document, status)) is accepted


def test_an_order_is_viewed_in_our_words() -> None:
    shown: dict[str, Any] = {
        "state": "paid",
        "amount": "19.99",
        "currency": "usd",
        "refunded": None,
        "fulfilments": [{}, {}],
    }

    view = contract.view("1", shown, operations(amounts_in="major"), USD, {})

    assert (view.state, view.raw_state, view.amount, view.currency) == (OrderState.PAID, "paid", 1999, "USD")
    assert (view.refunded, view.fulfilments) == (0, 2)


def test_what_is_not_mapped_is_not_observable() -> None:
    view = contract.view("1", {"state": "paid"}, operations(), USD, {})

    assert (view.amount, view.currency, view.refunded, view.fulfilments) == (None, None, None, None)
    assert contract.view("1", {}, operations(), USD, {}).state is None


@pytest.mark.parametrize(
    ("value", "count"), [(3, 3), ([], 0), ([1], 1), (None, 0), (True, 1), (False, 0), ("2", 2), (2.0, 2)]
)
def test_fulfilments_are_a_number_or_the_length_of_a_list(value: Any, count: int) -> None:
    assert contract.view("1", {"fulfilments": value}, operations(), USD, {}).fulfilments == count


def test_fulfilments_may_be_the_change_of_a_figure() -> None:
    assert contract.view("1", {"stock": 8}, operations(), USD, {"stock": "10"}).fulfilments == 2
    assert (
        contract.view("1", {"balance": 30.5}, operations(figure_per_fulfilment=10), USD, {"balance": 10.5}).fulfilments
        == 2
    )


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ({"state": "odd"}, "'odd', which order.states does not list"),
        ({"state": None}, "captures state, but the answer has nothing there"),
        ({"amount": None}, "captures amount"),
        ({"amount": "much"}, "'much' is no amount of USD in minor units"),
        ({"amount": 19.99}, "19.99 is no amount of USD in minor units"),
        ({"amount": True}, "True is no amount"),
        ({"amount": "NaN"}, "no amount"),
        ({"amount": "Infinity"}, "no amount"),
        ({"fulfilments": "yesterday"}, "fulfilments must be a number or a list"),
        ({"fulfilments": float("inf")}, "fulfilments must be a number or a list"),
        ({"fulfilments": {}}, "fulfilments must be a number or a list"),
        ({"stock": None}, "captures stock"),
        ({"stock": "NaN"}, "captures stock"),
    ],
)
def test_what_cannot_be_understood_is_said_not_guessed(shown: dict[str, Any], told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        contract.view("1", shown, operations(), USD, {"stock": 1})


@pytest.mark.parametrize(
    ("written", "currency", "unit", "amount"),
    [
        ("12.50", "CNY", "major", 1250),
        (4300, "JPY", "major", 4300),
        ("12.340", "KWD", "major", 12340),
        (1.0, "USD", "minor", 1),
    ],
)
def test_amounts_have_the_currencys_own_decimals(written: Any, currency: str, unit: str, amount: int) -> None:
    assert contract.minor(written, currency, unit) == amount
    assert contract.minor(contract.written(Money(amount, currency), unit), currency, unit) == amount
