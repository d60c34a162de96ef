"""WeChat Pay's calls explained: APIv3 with RSA and SM2, APIv2 with MD5 and HMAC."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode
from collections.abc import Callable
from urllib.parse import quote

import pytest

from fixtures.model import Message
from fixtures.wallets.wechatpay import WALLET, sm
from fixtures.wallets.wechatpay.signing import SCHEME, sign
from fixtures.wallets.wechatpay.v2 import xml
from tests.wallets.explaining.saying import believed, named, unexplained
from tests.wallets.wechatpay_shop import KEYS

URL = "/v3/pay/transactions/out-trade-no/R1?mchid=1"
BODY = '{"description": "茶", "amount": {"total": 1}}'
LINES = "POST\n{url}\n1800000000\nN0NCE\n{body}\n"
V3 = [(SCHEME, "merchant_private_key"), (sm.SCHEME, "sm_merchant_private_key")]


def call(lines: str, key: str = "merchant_private_key", scheme: str = SCHEME, **swap: str) -> Message:
    """A call under the signature of these lines."""
    content = lines.replace("{url}", URL).replace("{body}", BODY)
    serial = KEYS["sm_merchant_serial" if scheme == sm.SCHEME else "merchant_serial"]
    parts = {"mchid": KEYS["mch_id"], "nonce_str": "N0NCE", "timestamp": "1800000000", "serial_no": serial}
    parts |= {"signature": sign(content.encode(), KEYS[key])} | swap
    value = ",".join(f'{name}="{part}"' for name, part in parts.items())
    return Message("POST", URL, (("Authorization", f"{scheme} {value}"), ("Host", "127.0.0.1:8900")), BODY.encode())


@pytest.mark.parametrize(("scheme", "key"), V3)
@pytest.mark.parametrize("path", ["", "/wechatpay"])
def test_a_genuine_call_is_believed_with_or_without_the_base_path(scheme: str, key: str, path: str) -> None:
    believed(WALLET.explain_call(call(LINES.replace("{url}", path + URL), key, scheme), KEYS))


@pytest.mark.parametrize(("scheme", "key"), V3)
@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (LINES.replace("{url}", URL.partition("?")[0]), "query string"),
        (LINES.replace("{url}", "https://127.0.0.1:8900{url}"), "Scheme and host"),
        (LINES.replace("POST", "post"), "lower case"),
        (LINES.removesuffix("\n"), "last line feed"),
        (LINES + "\n", "One line feed too many"),
        (LINES.replace("{body}", ""), "body was left out"),
        (LINES.replace("N0NCE\n", ""), "nonce was left out"),
        (LINES.replace("1800000000\nN0NCE", "N0NCE\n1800000000"), "changed places"),
        (LINES.replace("{body}", json.dumps(json.loads(BODY), separators=(",", ":"))), "\\u escapes"),
        ("{body}", "body alone"),
    ],
)
def test_a_mistake_in_the_lines_is_named(lines: str, sentence: str, scheme: str, key: str) -> None:
    named(WALLET.explain_call(call(lines, key, scheme), KEYS), sentence)


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (call(LINES, "foreign_private_key"), "another merchant"),
        (call(LINES, "public_key_secret"), "key of the platform's"),
        (call(LINES, "sm_foreign_private_key", sm.SCHEME), "another merchant"),
        (call(LINES, mchid="1"), "`mchid`"),
        (call(LINES, serial_no="ABC"), "`serial_no`"),
        (call(LINES.replace("1800000000", "1800000000000"), timestamp="1800000000000"), "milliseconds"),
        (call(LINES, scheme="WECHATPAY2-NONE"), "does not begin"),
        (call(LINES, signature=""), "no signature"),
        (call(LINES, signature=b64decode(sign(b"", KEYS["merchant_private_key"])).hex()), "another text"),
    ],
)
def test_a_mistake_around_the_signature_is_named(message: Message, sentence: str) -> None:
    named(WALLET.explain_call(message, KEYS), sentence)


def test_what_nobody_knows_stays_open() -> None:
    unexplained(WALLET.explain_call(call(LINES, "intruder_private_key"), KEYS))
    unexplained(WALLET.explain_call(call("what else", "merchant_private_key"), KEYS))
    unexplained(WALLET.explain_call(call("what else", "sm_merchant_private_key", sm.SCHEME), KEYS))


FIELDS = {
    "mch_id": KEYS["mch_id"],
    "appid": KEYS["app_id"],
    "nonce_str": "n1",
    "body": "茶 & 杯",
    "attach": "",
    "out_trade_no": "R1",
}
Digest = Callable[[str], str]


def md5(text: str, charset: str = "utf-8") -> str:
    return hashlib.md5(text.encode(charset), usedforsecurity=False).hexdigest().upper()


def mac(text: str) -> str:
    return hmac.digest(KEYS["api_key"].encode(), text.encode(), "sha256").hex().upper()


def joined(fields: dict[str, str], key: str | None = KEYS["api_key"], *, empty: bool = False) -> str:
    """The string to sign, written out here once more."""
    told = [f"{name}={value}" for name, value in fields.items() if value or empty]
    return "&".join(told if key is None else [*told, f"key={key}"])


def ordered(fields: dict[str, str]) -> dict[str, str]:
    return dict(sorted(fields.items()))


def old_call(fields: dict[str, str], signed: str) -> Message:
    return Message("POST", "/pay/unifiedorder", (), xml.encode({**fields, "sign": signed}))


@pytest.mark.parametrize(("kind", "digest"), [({}, md5), ({"sign_type": "HMAC-SHA256"}, mac)])
def test_a_genuine_call_of_the_old_api_is_believed(kind: dict[str, str], digest: Digest) -> None:
    fields = FIELDS | kind
    found = WALLET.explain_call(old_call(fields, digest(joined(ordered(fields)))), KEYS)
    believed(found)
    assert found is not None and KEYS["api_key"].encode() not in found.expected
    assert found.expected.endswith(b"&key=" + b"*" * 32)


@pytest.mark.parametrize(
    ("signed", "sentence"),
    [
        (md5(joined(FIELDS)), "in the order in which they were sent"),
        (md5(joined(ordered(FIELDS), None)), "not appended"),
        (md5(joined(ordered(FIELDS), empty=True)), "Empty fields"),
        (md5(joined(ordered(FIELDS))).lower(), "lower case"),
        (md5(joined({name: quote(value, safe="") for name, value in ordered(FIELDS).items()})), "percent-encoded"),
        (md5(joined(ordered(FIELDS)), "gbk"), "GBK"),
        (md5(joined(ordered(FIELDS), KEYS["apiv3_key"])), "APIv3"),
        (md5(joined(ordered(FIELDS), KEYS["foreign_api_key"])), "another merchant"),
        (md5(joined(ordered(FIELDS), "")), "empty text"),
        (mac(joined(ordered(FIELDS))), "HMAC-SHA256"),
        (md5(joined(ordered(FIELDS)))[:16], "digits"),
        ("", "no signature"),
    ],
)
def test_a_mistake_of_the_old_api_is_named(signed: str, sentence: str) -> None:
    named(WALLET.explain_call(old_call(FIELDS, signed), KEYS), sentence)


def test_a_sign_type_that_was_sent_but_not_signed_is_named() -> None:
    fields = FIELDS | {"sign_type": "MD5"}
    named(WALLET.explain_call(old_call(fields, md5(joined(ordered(FIELDS)))), KEYS), "`sign_type` was left out")


def test_what_nobody_knows_of_the_old_api_stays_open() -> None:
    unexplained(WALLET.explain_call(old_call(FIELDS, md5("something else")), KEYS))
