"""Secrets never reach a report, in whatever form they travel; what is no secret stays readable."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from urllib.parse import quote, quote_plus

import pytest

from fixtures.model import Answer, Call, Message
from reports.masking import MARK, Mask
from tests.reports.examples import FAILED, GATEWAY_CALL, NOTIFICATION

SECRET = "k9/Zq+LmT=72 vX"
PEM = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + "\n".join(["MIIEpAIBAAKCAQEA" * 4, "x3Fq0b" * 8])
    + "\n-----END RSA PRIVATE KEY-----"
)
MASK = Mask([SECRET])


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        json.dumps(SECRET)[1:-1],
        SECRET.replace("/", "\\/"),
    ],
)
def test_a_known_secret_is_masked_in_every_form_and_stays_comparable(form: str) -> None:
    masked = MASK.text(f"before {form} after")

    assert masked == MASK.text(f"before {SECRET} after")
    assert MARK.search(masked)


@pytest.mark.parametrize("neighbour", ["", "a", "ab", "abc"])
def test_a_known_secret_is_masked_inside_base64(neighbour: str) -> None:
    encoded = base64.b64encode(f"{neighbour}{SECRET}{neighbour}".encode()).decode()

    masked = MASK.text(f"x={encoded}")

    assert MARK.search(masked)
    assert encoded[4:-4] not in masked


def test_different_secrets_have_different_marks() -> None:
    mask = Mask(["first-secret-value", "second-secret-value"])

    assert mask.text("first-secret-value") != mask.text("second-secret-value")


def test_equal_sets_of_secrets_mask_alike_in_every_process() -> None:
    assert Mask(["one-secret", "two-secret"]).text("one-secret") == Mask(["two-secret", "one-secret"]).text(
        "one-secret"
    )


def test_the_mark_cannot_be_computed_without_the_secrets() -> None:
    assert Mask(["one-secret"]).text("4242424242424242") != Mask(["two-secret"]).text("4242424242424242")


@pytest.mark.parametrize(
    "text",
    [
        '{"client_secret": "hidden-value"}',
        '{"access_token":"hidden-value","token_type":"Bearer"}',
        r'{"body": "{\"client_secret\":\"hidden-value\"}"}',
        "{'refresh_token': 'hidden-value'}",
        "grant_type=x&client_secret=hidden-value&a=b",
        "https://shop.example/return?token=hidden-value",
        "Authorization: Bearer hidden-value",
        'Authorization: WECHATPAY2-SHA256-RSA2048 mchid="1",signature="hidden-value"',
        "curl -H 'Authorization: Basic hidden-value' https://shop.example",
        "Cookie: session=hidden-value; other=1",
        "<xml><api_key><![CDATA[hidden-value]]></api_key></xml>",
        "<password>hidden-value</password>",
        '{"buyer_email": "hidden-value", "phone": "hidden-value"}',
        "postgresql://shop:hidden-value@db.example/orders",
        "whsec_hidden-value0123456789".replace("-", ""),
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJoaWRkZW4tdmFsdWUifQ.c2lnbmF0dXJl",
        '{"Set-Cookie": "hidden-value"}',
    ],
)
def test_what_a_name_betrays_is_masked_without_knowing_its_value(text: str) -> None:
    masked = MASK.text(text)

    assert "hidden" not in masked
    assert "c2lnbmF0dXJl" not in masked
    assert MARK.search(masked)


@pytest.mark.parametrize("address", ["alice@shop.example", "alice.b+c@mail.shop.example", "alice%40shop.example"])
def test_addresses_of_people_are_masked(address: str) -> None:
    masked = MASK.text(f'to="{address}", then')

    assert "alice" not in masked
    assert masked.endswith('", then')


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Content-Type", True),
        ("Wechatpay-Signature", True),
        ("PAYPAL-TRANSMISSION-ID", True),
        ("Stripe-Signature", True),
        ("X-Signature", True),
        ("Idempotency-Key", True),
        ("Location", True),
        ("X-Forwarded-For", False),
        ("X-Session", False),
        ("X-Csrf-Token", False),
        ("Content-Secret", False),
    ],
)
def test_only_headers_known_to_be_harmless_are_shown(name: str, shown: bool) -> None:
    [(_, value)] = MASK.headers(((name, "some-value-1"),))

    assert (value == "some-value-1") is shown
    assert shown or MARK.fullmatch(value)


def test_an_empty_header_stays_empty() -> None:
    assert MASK.headers((("X-Session", ""),)) == (("X-Session", ""),)


def test_what_a_gateway_understood_is_masked_too() -> None:
    call = Call("stripe", "create", "R1", problem=f"bad key {SECRET}", key=SECRET, notify_url=f"http://a/?b={SECRET}")
    masked = MASK.exchange(replace(GATEWAY_CALL, call=call)).call

    assert masked is not None and masked.operation == "create"
    assert SECRET not in repr(masked)


def test_secrets_within_each_other_leave_no_rest() -> None:
    mask = Mask(["abcdefgh", "efghijklmnop"])

    assert MARK.fullmatch(mask.text("abcdefghijklmnop"))


def test_a_number_a_secret_name_is_masked_and_leaves_valid_json() -> None:
    masked = json.loads(MASK.text('{"token": 482911, "amount": 1250}'))

    assert MARK.fullmatch(masked["token"])
    assert masked["amount"] == 1250


@pytest.mark.parametrize("written", [PEM, PEM.replace("\n", "\\n"), quote(PEM, safe=""), quote_plus(PEM), PEM[:120]])
def test_private_keys_are_masked_even_when_cut_short(written: str) -> None:
    masked = Mask([]).text(f"key={written}")

    assert "MIIEpAIBAAKCAQEA" not in masked


def test_a_known_private_key_is_masked_without_its_frame() -> None:
    lines = PEM.splitlines()[1:-1]

    masked = Mask([PEM]).text(f"one line {''.join(lines)} first line {lines[0]}")

    assert "MIIEpAIBAAKCAQEA" not in masked
    assert "x3Fq0b" not in masked


@pytest.mark.parametrize(
    "number", ["4242424242424242", "4242 4242 4242 4242", "3782-822463-10005", "6200000000000005", "5555555555554444"]
)
def test_card_numbers_are_masked(number: str) -> None:
    masked = MASK.text(f"card {number} 12/29")

    assert number not in masked
    assert masked.endswith(" 12/29")


@pytest.mark.parametrize(
    "text",
    [
        "2088102177846880",  # a seller's number at Alipay
        "4200001234202311220123456789",  # a transaction's number at WeChat Pay
        "4242424242424241",  # no card: the check digit is wrong
        "1700000000123",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
        '{"amount": 1250, "sign": "c2lnbmF0dXJl"}',
        "Idempotency-Key: 7f3a",
        "meet me @ the shop",
        "https://docs.example.com/package/@stripe/stripe-js",
        "the end of a line...and more of it",
        "the token was refused",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert MASK.text(text) == text


@pytest.mark.parametrize("text", [SECRET, '{"client_secret": "hidden-value"}', "Authorization: Bearer abcdef", PEM])
def test_masking_twice_changes_nothing(text: str) -> None:
    assert MASK.text(MASK.text(text)) == MASK.text(text)


def test_a_long_text_is_masked_like_a_short_one() -> None:
    assert SECRET not in MASK.text("." * 1000 + SECRET)


def test_a_binary_body_keeps_its_bytes() -> None:
    assert MASK.body(b"\xff\xfe\x00") == b"\xff\xfe\x00"
    assert SECRET.encode() not in MASK.body(b"\xff" + SECRET.encode())


def test_an_exchange_is_masked_everywhere() -> None:
    secretive = replace(
        NOTIFICATION,
        request=Message(
            "POST",
            f"http://127.0.0.1:1/?a={quote(SECRET)}",
            (("Authorization", "Bearer abc"), ("X-Api-Key", "plain"), ("X-Other", SECRET)),
            SECRET.encode(),
        ),
        answer=Answer(200, (("Set-Cookie", "sid=abc"),), b'{"token":"abc"}'),
        error=f"refused {SECRET}",
        note=SECRET,
    )

    masked = MASK.exchange(secretive)

    told = repr(masked)
    assert SECRET not in told
    assert quote(SECRET) not in told
    assert "abc" not in told
    assert "plain" not in told
    assert masked.request.header(
        "authorization",
    ).startswith("Bearer [masked:")  # type: ignore[union-attr]


def test_an_exchange_without_an_answer_stays_one() -> None:
    assert MASK.exchange(GATEWAY_CALL).answer is None


def test_a_result_is_masked_everywhere() -> None:
    told = replace(FAILED, message=SECRET, observed=SECRET, expected=SECRET, replay=SECRET, steps=(SECRET,))

    assert SECRET not in repr(MASK.result(told))


def test_environment_values_are_masked_by_name() -> None:
    assert MARK.fullmatch(MASK.mapping({"buyer token": "t"})["buyer token"])
