"""What is a leak, and what only looks like one."""

from __future__ import annotations

import pytest

from fixtures.model import Answer
from fixtures.strategies.injections import MARK, PRODUCT
from fixtures.surroundings.answers import alike, cards, executed, leaks, luhn, revealed, signatures

TRACES = [
    'Traceback (most recent call last):\n  File "/srv/shop/app.py", line 3, in pay\nValueError',
    "Error: no order\n    at Shop.pay (/app/dist/shop.js:12:7)\n    at next (/app/node_modules/x.js:1:2)",
    'Exception in thread "main"\n\tat com.example.shop.Pay.run(Pay.java:41)',
    "#0 /var/www/html/pay.php(12): Shop->pay()",
    "Fatal error: Uncaught Error in /var/www/html/pay.php:12",
    "goroutine 1 [running]:\nmain.main()",
    "app/models/order.rb:12:in `pay'",
]
QUERIES = [
    "SQLSTATE[42000]: Syntax error",
    'sqlite3.OperationalError: near "x": syntax error',
    "You have an error in your SQL syntax; check the manual",
    "SELECT * FROM orders WHERE id = '1'",
    'ERROR: syntax error at or near "x"',
]
HARMLESS = [
    '{"detail": "refused"}',
    '{"detail": "no such order"}',
    "<xml><return_code><![CDATA[FAIL]]></return_code></xml>",
    '{"redirect": "https://pay.example/home/checkout/session/abc", "at": "2026-11-23T02:40:19Z"}',
    '{"reference": "4000000000000000", "amount": 1999}',
    '{"next": "/home/orders/1", "page": "/app/checkout/done", "script": "/app/static/main.js"}',
    "Please select an item from the list where you left it.",
    '{"qr": "weixin://wxpay/bizpayurl?pr=9xFPmlUzz", "path": "/orders/1"}',
]


@pytest.mark.parametrize("text", TRACES)
def test_a_stack_trace_is_known_in_any_language(text: str) -> None:
    """Whatever the shop is written in."""
    assert "a stack trace" in leaks(text)


@pytest.mark.parametrize("text", QUERIES)
def test_an_error_of_a_database_is_known(text: str) -> None:
    """Whatever the database is."""
    assert "an error of a database" in leaks(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_an_ordinary_answer_leaks_nothing(text: str) -> None:
    """No false alarm on what shops say."""
    assert leaks(text) == []


def test_a_card_number_has_the_right_check_digit() -> None:
    """Long numbers are everywhere; those of cards fit their check digit and begin as a scheme's do."""
    assert luhn("4111111111111111")
    assert cards("card 4111 1111 1111 1111 was used") == ["4111111111111111"]
    assert cards('{"number": "5555555555554444"}') == ["5555555555554444"]
    assert cards("order 4111111111111112, at 1700000000000000") == []
    assert cards('{"id": "a4111111111111111b", "sign": "+4111111111111111="}') == []


def test_a_secret_is_found_in_any_usual_spelling() -> None:
    """As it is, in a URL, in base64, and a PEM key without its first line."""
    pem = "-----BEGIN PRIVATE KEY-----\n" + "QUJD" * 16 + "\n" + "REVG" * 16 + "\n-----END PRIVATE KEY-----\n"
    secrets = {"password": "pass word/1", "key": pem, "short": "abc"}

    assert revealed("https://shop/?p=pass%20word%2F1", secrets) == ["password"]
    assert revealed("cGFzcyB3b3JkLzE=", secrets) == ["password"]
    assert revealed("REVG" * 16, secrets) == ["key"]
    assert revealed("abc and nothing else", secrets) == []


def test_a_signature_is_known_in_three_spellings() -> None:
    """Verifiers print it as base64 or hexadecimal."""
    assert set(signatures(b"\xab\xcd").values()) == {"q80=", "abcd", "ABCD"}


def test_words_that_were_carried_out_are_seen() -> None:
    """A sum, a header, a file."""
    assert executed(Answer(200, ((MARK, "1"),), PRODUCT.encode())) == [
        "a template was worked out",
        "a header was added",
    ]
    assert executed(Answer(200, (), b"root:x:0:0:root:/root:/bin/sh")) == ["a file of the server was shown"]
    assert executed(Answer(200, (), b"{{1787569*1299827}}")) == []


def test_answers_are_compared_without_what_always_differs() -> None:
    """Ids, times and numbers differ; words do not."""
    one = Answer(400, (), b'{"order": "A1", "at": "2026-11-23T02:40:19Z", "id": 12}')
    other = Answer(400, (), b'{"order": "B2", "at": "2026-11-24T03:00:00Z", "id": 999}')

    assert alike(one, ["A1"]) == alike(other, ["B2"])
    assert alike(one, ["A1"]) != alike(Answer(404, (), one.body), ["A1"])
    assert alike(one, ["A1"]) != alike(Answer(400, (), b'{"detail": "no such order"}'), ["A1"])


@pytest.mark.parametrize(
    "text", ["in /var/www/html/index", "/srv/shop/pay.py", "see /etc/shop/keys", "C:\\shop\\pay.dll"]
)
def test_a_path_of_the_server_is_known(text: str) -> None:
    """Of what is served as a page there is nothing below these folders, or with these endings."""
    assert leaks(text) == ["a path of the server"]
