"""Alipay's calls explained: to gateway.do in both modes, and to the REST paths."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from urllib.parse import quote_plus, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from fixtures.model import Message
from fixtures.wallets.alipay import WALLET, sealing, signing
from fixtures.wallets.alipay.keys import app
from tests.wallets.alipay_shop import KEYS, Shop
from tests.wallets.explaining.saying import believed, named, unexplained

BUSINESS = '{"out_trade_no": "R1", "subject": "茶 & 杯/2"}'
Fields = dict[str, str]
Sign = Callable[[bytes], str]


def fields(mode: str = "key", **more: str) -> Fields:
    """An unsigned call's parameters in the order in which a careless merchant writes them."""
    signed = Shop(mode).params("alipay.trade.query", {"out_trade_no": "R1"}, **more)
    return {name: value for name, value in signed.items() if name != "sign"} | {"biz_content": BUSINESS} | more


def by(key: str) -> Sign:
    """Signs under a private key of the set."""
    return lambda content: signing.sign(content, KEYS[key])


OWN = by("app_private_key")


def sent(told: Fields, content: bytes, sign: Sign = OWN) -> Message:
    """The call as it goes out, under the signature of a content; the business part in the body."""
    query = {name: value for name, value in told.items() if name != "biz_content"} | {"sign": sign(content)}
    body = urlencode({"biz_content": told["biz_content"]}).encode()
    form = (("content-type", "application/x-www-form-urlencoded"), ("host", "127.0.0.1:8900"))
    return Message("POST", f"/gateway.do?{urlencode(query)}", form, body)


def text(told: Fields, order: Callable[[list[str]], list[str]] = sorted) -> bytes:
    """The string to sign, written out here once more."""
    return "&".join(f"{name}={told[name]}" for name in order(list(told))).encode()


def dumped(told: Fields, **how: object) -> bytes:
    return text(told | {"biz_content": json.dumps(json.loads(BUSINESS), **how)})  # type: ignore[arg-type]


def sha1(content: bytes) -> str:
    key = load_pem_private_key(KEYS["app_private_key"].encode(), None)
    return base64.b64encode(key.sign(content, PKCS1v15(), SHA1())).decode()  # type: ignore[union-attr,call-arg,arg-type]


@pytest.mark.parametrize("mode", ["key", "cert"])
def test_a_genuine_call_is_believed(mode: str) -> None:
    told = fields(mode)
    sign = by("cert_app_private_key" if mode == "cert" else "app_private_key")
    believed(WALLET.explain_call(sent(told, text(told), sign), KEYS))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (lambda told: text(told, list), "in the order in which they were sent"),
        (
            lambda told: text({name: value for name, value in told.items() if name != "sign_type"}),
            "`sign_type` was left",
        ),
        (lambda told: text({name: quote_plus(value) for name, value in told.items()}), "percent-encoded before"),
        (lambda told: text(told).decode().encode("gbk"), "another charset"),
        (lambda told: text({name: value for name, value in told.items() if name != "biz_content"}), "body belong"),
        (lambda told: BUSINESS.encode(), "Only `biz_content`"),
        (lambda told: dumped(told, separators=(",", ":"), ensure_ascii=False), "signed without blanks"),
        (dumped, "\\u escapes"),
        (lambda told: dumped(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")), "without blanks"),
    ],
)
def test_a_mistake_in_the_string_is_named(content: Callable[[Fields], bytes], sentence: str) -> None:
    told = fields()
    found = WALLET.explain_call(sent(told, content(told)), KEYS)
    named(found, sentence)
    assert found is not None and found.signed == content(told)


@pytest.mark.parametrize(
    ("sign", "sentence"),
    [
        (by("cert_app_private_key"), "merchant's other app"),
        (by("foreign_app_private_key"), "somebody else's app"),
        (by("platform_private_key"), "key of Alipay's"),
        (sha1, "SHA-1"),
        (lambda content: base64.b64decode(OWN(content)).hex(), "hexadecimal"),
        (lambda content: OWN(content).replace("+", " "), "arrived as spaces"),
        (lambda content: OWN(content)[:100], "length"),
        (lambda content: "%%%", "no base64"),
        (lambda content: "", "no signature"),
    ],
)
def test_a_mistake_in_the_signature_is_named(sign: Sign, sentence: str) -> None:
    told = fields()
    assert "+" in OWN(text(told))
    named(WALLET.explain_call(sent(told, text(told), sign), KEYS), sentence)


def test_two_mistakes_at_once_are_both_named() -> None:
    told = fields()
    found = WALLET.explain_call(sent(told, text(told, list), sha1), KEYS)
    named(found, "in the order in which they were sent")
    named(found, "SHA-1")


def test_what_nobody_knows_stays_open() -> None:
    told = fields()
    unexplained(WALLET.explain_call(sent(told, b"something else"), KEYS))
    unexplained(WALLET.explain_call(sent(told, text(told), by("forger_private_key")), KEYS))


def test_an_unknown_app_and_another_algorithm_are_said() -> None:
    told = fields() | {"app_id": "2021000000000000"}
    named(WALLET.explain_call(sent(told, text(told)), KEYS), "No app of this merchant")
    told = fields() | {"sign_type": "RSA"}
    named(WALLET.explain_call(sent(told, text(told)), KEYS), "not RSA2")


def rest(
    draw: Callable[[str], bytes], url: str = "/v3/alipay/trade/query?a=1", at: str = "1767240000000", body: bytes = b""
) -> Message:
    """A call of the REST flavour under the signature of what `draw` makes of its authority."""
    authority = f"app_id={app(KEYS, 'v3').id},nonce=n1,timestamp={at}"
    headers = (
        ("authorization", f"ALIPAY-SHA256withRSA {authority},sign={OWN(draw(authority))}"),
        ("host", "127.0.0.1:8900"),
    )
    return Message("POST", url, headers, body or BUSINESS.encode())


def lines_at(path: str = "") -> Callable[[str], bytes]:
    """The lines of a call whose gateway is reached below a path, after the authority."""
    return lambda own: f"{own}\nPOST\n{path}/v3/alipay/trade/query?a=1\n{BUSINESS}\n".encode()


@pytest.mark.parametrize("path", ["", "/alipay"])
def test_a_genuine_rest_call_is_believed_with_or_without_the_base_path(path: str) -> None:
    believed(WALLET.explain_call(rest(lines_at(path)), KEYS))


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("{own}\nPOST\n/v3/alipay/trade/query\n{body}\n", "query string"),
        ("{own}\npost\n/v3/alipay/trade/query?a=1\n{body}\n", "lower case"),
        ("{own}\nPOST\nhttp://127.0.0.1:8900/alipay/v3/alipay/trade/query?a=1\n{body}\n", "Scheme and host"),
        ("{own}\nPOST\n/v3/alipay/trade/query?a=1\n{body}", "last line feed"),
        ("{own}\nPOST\n/v3/alipay/trade/query?a=1\n\n", "body was left out"),
        ("{body}", "body alone"),
    ],
)
def test_a_mistake_in_the_lines_of_a_rest_call_is_named(lines: str, sentence: str) -> None:
    message = rest(lambda own: lines.replace("{own}", own).replace("{body}", BUSINESS).encode())
    named(WALLET.explain_call(message, KEYS), sentence)


def test_a_rest_call_that_signs_the_plain_body_of_a_sealed_one_is_named() -> None:
    sealed = sealing.seal(BUSINESS.encode(), KEYS["encrypt_key"])
    named(WALLET.explain_call(rest(lines_at(), body=sealed), KEYS), "plain body")


def test_seconds_in_place_of_milliseconds_are_named() -> None:
    named(WALLET.explain_call(rest(lines_at(), at="1767240000"), KEYS), "counts seconds")
