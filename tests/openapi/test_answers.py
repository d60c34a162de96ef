"""What is a leak and what is money: the pure part, with what only looks like it."""

from __future__ import annotations

import json

import pytest

from fixtures.model import Answer, Message
from fixtures.openapi.figures import figures, is_money
from fixtures.openapi.leaks import leaks, luhn
from fixtures.openapi.strangers import serves

ASKED = Message("POST", "http://127.0.0.1/orders", (), b'{"card": "4242 4242 4242 4242"}')
KEY = "-----BEGIN PRIVATE KEY-----\n" + "\n".join("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" + str(i) * 32 for i in range(4))


@pytest.mark.parametrize(
    "text",
    [
        'Traceback (most recent call last):\n  File "/srv/a.py", line 3, in f',
        "at com.shop.Orders.place(Orders.java:88)",
        "Error: no\n    at Object.<anonymous> (/srv/app/index.js:10:5)",
        "<b>Fatal error</b>: Uncaught Exception in /srv/a.php on line <b>12</b>",
        "app/models/order.rb:12:in `pay'",
        "panic: x\n\ngoroutine 1 [running]:",
        "   at Shop.Pay() in C:\\shop\\Pay.cs:line 12",
        "thread 'main' panicked at src/main.rs:2:5",
        "SQLSTATE[42S02]: Base table or view not found",
        json.dumps({"debug": KEY}),
        "card 5555-5555-5555-4444",
        "4000056655665556",
    ],
)
def test_a_leak_is_seen(text: str) -> None:
    assert list(leaks(Answer(500, (), text.encode()), ASKED, {KEY}))


@pytest.mark.parametrize(
    "text",
    [
        "card 4242 4242 4242 4242",  # an echo of what was asked
        "at the counter (open:12)",
        "Notice: the shop is closed on line day",
        '{"id": 4000056655665556}',
        '{"orderNo": "4000056655665556"}',
        "2026112340000566556655561234",
        "see page 12 in the file, line 3",
        "-----BEGIN PUBLIC KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n",
        "4000056655665557",
    ],
)
def test_what_only_looks_like_a_leak_is_none(text: str) -> None:
    assert list(leaks(Answer(200, (), text.encode()), ASKED, {KEY})) == []


def test_luhn_is_the_published_one() -> None:
    assert luhn("79927398713") and not luhn("79927398714")


@pytest.mark.parametrize("name", ["amount", "unitPrice", "grand_total", "TotalDue", "refunded", "fee"])
def test_a_name_of_money(name: str) -> None:
    assert is_money(name)


@pytest.mark.parametrize("name", ["taxRate", "discount_percent", "total_pages", "paid_at", "priceless", "weight"])
def test_a_name_of_something_else(name: str) -> None:
    assert not is_money(name)


def test_figures_are_read_as_they_are_written() -> None:
    found = figures(Answer(200, (), b'[{"order": {"amount": 1250, "price": 12.50, "name": 3.5}}]'))

    assert [(figure.path, str(figure.value)) for figure in found] == [
        ("[0].order.amount", "1250"),
        ("[0].order.price", "12.50"),
    ]


@pytest.mark.parametrize(
    ("answer", "own", "served"),
    [
        (Answer(200, (), b'{"id": 1, "state": "new"}'), Answer(200, (), b'{"id": 1, "state": "new"}'), True),
        (Answer(200, (), b'{"code": 401, "id": null}'), Answer(200, (), b'{"code": 0, "id": 1, "a": 1}'), False),
        (Answer(401), Answer(200), False),
        (Answer(303), Answer(200), False),
        (Answer(409, (), b"paid"), Answer(409, (), b"paid"), False),
    ],
)
def test_who_is_served(answer: Answer, own: Answer, served: bool) -> None:
    assert serves(answer, own) is served


def test_who_hears_of_an_order_like_its_buyer_is_served() -> None:
    about, nothing = Answer(409, (), b"not paid"), Answer(404, (), b"no such order")

    assert serves(about, about, nothing)
    assert not serves(nothing, about, nothing)
