"""Calls to BitPay, Stripe and PayPal explained, and what the explaining itself does."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from fixtures.model import Message
from fixtures.wallets import bitpay, paypal, stripe
from fixtures.wallets.bitpay.signing import identity_of, sign_request
from fixtures.wallets.explanation import (
    Explanation,
    Sentence,
    Spelling,
    Way,
    concealed,
    explained,
    first_difference,
)
from tests.wallets.explaining.saying import believed, named, unexplained

SHOP = bitpay.WALLET.published_keys()
HOST = "127.0.0.1:8900"
PATH = "/refunds?x=1"
REFUND = json.dumps({"token": SHOP["token"], "amount": 1, "note": "茶"}, ensure_ascii=False).encode()
OWN, OTHER = SHOP["private_key"], SHOP["other_private_key"]


def call(signature: str, identity: str = SHOP["public_key"], host: str = HOST) -> Message:
    """A call that asks for a refund."""
    headers = (("host", host), ("x-identity", identity), ("x-signature", signature))
    return Message("POST", PATH, tuple(pair for pair in headers if pair[1]), REFUND)


def by(url: str, body: bytes = REFUND, key: str = OWN) -> str:
    return sign_request(key, url, body)


def bare(signature: str) -> str:
    r, s = decode_dss_signature(bytes.fromhex(signature))
    return (r.to_bytes(32) + s.to_bytes(32)).hex()


GOOD = f"http://{HOST}/bitpay{PATH}"


@pytest.mark.parametrize(
    "message",
    [
        call(by(GOOD)),
        call(by(GOOD.replace("http:", "https:"))),
        call(by(f"https://bitpay.com{PATH}"), host="bitpay.com"),
        call(by(f"https://test.bitpay.com{PATH}"), host="test.bitpay.com"),
    ],
)
def test_a_genuine_call_to_bitpay_is_believed_at_every_address(message: Message) -> None:
    found = bitpay.WALLET.explain_call(message, SHOP)
    believed(found)
    assert found is not None and SHOP["token"].encode() not in found.expected


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (call(by(PATH)), "Scheme and host were left out"),
        (call(by(GOOD, b"")), "Only the URL"),
        (call(by("")), "body alone"),
        (call(by(GOOD.partition("?")[0])), "query string"),
        (call(by(GOOD, json.dumps(json.loads(REFUND), separators=(",", ":")).encode())), "\\u escapes"),
        (call(b64encode(bytes.fromhex(by(GOOD))).decode()), "base64"),
        (call(bare(by(GOOD))), "bare pair"),
        (call(by(GOOD, key=OTHER)), "Another client's key"),
        (call(by(GOOD), identity_of(OTHER)), "names another key"),
        (call(by(GOOD, key=OTHER), identity_of(OTHER)), "not the account's"),
        (call(""), "X-Signature is absent"),
        (call(by(GOOD), ""), "X-Identity is absent"),
        (call("zz"), "neither"),
    ],
)
def test_a_mistake_in_a_call_to_bitpay_is_named(message: Message, sentence: str) -> None:
    named(bitpay.WALLET.explain_call(message, SHOP), sentence)


def test_what_nobody_knows_of_bitpay_stays_open_and_what_is_unsigned_is_not_explained() -> None:
    unexplained(bitpay.WALLET.explain_call(call(by("http://elsewhere/")), SHOP))
    body = json.dumps({"token": SHOP["pos_token"]}).encode()
    assert bitpay.WALLET.explain_call(Message("POST", "/invoices", (), body), SHOP) is None
    assert bitpay.WALLET.explain_call(Message("GET", "/rates"), SHOP) is None
    assert bitpay.WALLET.explain_call(Message("GET", "/nowhere"), SHOP) is None


ACCOUNT = stripe.WALLET.published_keys()
SECRET = ACCOUNT["secret_key"]


def to_stripe(authorization: str | None) -> Message:
    return Message("GET", "/v1/refunds", () if authorization is None else (("Authorization", authorization),))


def basic(text: str) -> str:
    return "Basic " + b64encode(text.encode()).decode()


@pytest.mark.parametrize("authorization", [f"Bearer {SECRET}", f"bearer  {SECRET} ", basic(f"{SECRET}:")])
def test_the_key_of_the_account_is_believed(authorization: str) -> None:
    found = stripe.WALLET.explain_call(to_stripe(authorization), ACCOUNT)
    believed(found)
    assert SECRET not in str(found)


@pytest.mark.parametrize(
    ("authorization", "sentence"),
    [
        (None, "no API key"),
        (SECRET, "`Bearer` belongs before it"),
        (f"Bearer {ACCOUNT['publishable_key']}", "publishable"),
        (f"Bearer {ACCOUNT['webhook_secret']}", "signing secret"),
        (f'Bearer "{SECRET}"', "quotes"),
        (basic(f":{SECRET}"), "password"),
        (f"Bearer {SECRET[:-4]}", "first part"),
        ("Bearer sk_live_abcdefghijklmnop", "live mode"),
    ],
)
def test_a_mistake_with_stripes_key_is_named(authorization: str | None, sentence: str) -> None:
    found = stripe.WALLET.explain_call(to_stripe(authorization), ACCOUNT)
    named(found, sentence)
    assert SECRET not in str(found) and ACCOUNT["webhook_secret"] not in str(found)


def test_another_key_stays_open_and_a_page_needs_none() -> None:
    unexplained(stripe.WALLET.explain_call(to_stripe("Bearer sk_test_another"), ACCOUNT))
    assert stripe.WALLET.explain_call(Message("GET", "/c/pay/cs_test_1"), ACCOUNT) is None


CLIENT = paypal.WALLET.published_keys()
ID, CLIENT_SECRET = CLIENT["client_id"], CLIENT["client_secret"]


def to_paypal(authorization: str, path: str = "/v1/oauth2/token") -> Message:
    return Message("POST", path, (("Authorization", authorization),), b"grant_type=client_credentials")


def test_the_client_of_the_account_is_believed() -> None:
    found = paypal.WALLET.explain_call(to_paypal(basic(f"{ID}:{CLIENT_SECRET}")), CLIENT)
    believed(found)
    assert CLIENT_SECRET not in str(found)


@pytest.mark.parametrize(
    ("authorization", "sentence"),
    [
        ("", "no Authorization"),
        (f"Bearer {ID}", "HTTP Basic"),
        (f"Basic {ID}:{CLIENT_SECRET}", "sent bare"),
        (basic(f"{CLIENT_SECRET}:{ID}"), "changed places"),
        (basic(f"{ID}%3A{CLIENT_SECRET}"), "percent-encoded"),
        (basic(f"{ID}:other"), "the secret is not"),
        (basic("a:b"), "ompare"),
    ],
)
def test_a_mistake_with_the_client_is_named(authorization: str, sentence: str) -> None:
    found = paypal.WALLET.explain_call(to_paypal(authorization), CLIENT)
    named(found, sentence)
    assert CLIENT_SECRET not in str(found)


def test_of_a_bearer_token_only_its_form_is_known() -> None:
    orders = "/v2/checkout/orders"
    assert paypal.WALLET.explain_call(to_paypal("Bearer A21AA" + "x" * 92, orders), CLIENT) is None
    named(paypal.WALLET.explain_call(to_paypal("Bearer undefined", orders), CLIENT), "no token")
    named(paypal.WALLET.explain_call(to_paypal(basic(f"{ID}:{CLIENT_SECRET}"), orders), CLIENT), "no bearer token")
    assert paypal.WALLET.explain_call(Message("GET", "/checkoutnow?token=1"), CLIENT) is None


TWO = (Sentence("One.", "一。"), Sentence("Two.", "二。"))


@pytest.mark.parametrize(
    ("one", "other", "at"), [(b"", b"", None), (b"ab", b"ac", 1), (b"a", b"ab", 1), (b"", b"a", 0)]
)
def test_the_first_difference_is_found(one: bytes, other: bytes, at: int | None) -> None:
    assert first_difference(one, other) == at


def test_fewer_mistakes_explain_better_than_more() -> None:
    spellings = [Spelling(b"right"), Spelling(b"wrong", TWO[0])]
    ways = [Way(lambda content: content == b"wrong"), Way(lambda _: True, TWO[1])]
    found = explained("any", spellings, ways)
    assert (found.mistake, found.signed, found.differs_at) == (TWO[0], b"wrong", 0)
    both = explained("any", spellings, [ways[0], Way(lambda content: content == b"wrong", TWO[1])][1:])
    assert both.mistake == Sentence("One. Two.", "一。二。")
    assert str(both.mistake) == both.mistake.spoken("en") and both.mistake.spoken("zh") == "一。二。"


def test_secrets_are_asterisks_of_the_same_number() -> None:
    found = concealed(Explanation("any", False, b"a=1&key=hush", b"key=hush"), "hush", "")
    assert (found.expected, found.signed) == (b"a=1&key=****", b"key=****")
