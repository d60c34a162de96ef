"""Secrets become stars of the same number; everything else stays."""

from __future__ import annotations

import pytest

from fixtures.model import Exchange, Message
from fixtures.sandbox.dashboard.masking import Mask

KEYS = {
    "secret_key": "sk_test_1234567890",
    "app_id": "2021000000000000",
    "public_key": "-----BEGIN PUBLIC",
    "token": "short",
}


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"key=sk_test_1234567890&id=2021000000000000", b"key=******************&id=2021000000000000"),
        (b'{"client_secret": "abc", "id": 1}', b'{"client_secret": "***", "id": 1}'),
        (b"a=1&access_token=abcd&b=2", b"a=1&access_token=****&b=2"),
        (b'{"url": "http://x/?token=abcd", "b": 2}', b'{"url": "http://x/?token=****", "b": 2}'),
        (b"<xml><api_key><![CDATA[abc]]></api_key></xml>", b"<xml><api_key><![CDATA[***]]></api_key></xml>"),
        (b"short -----BEGIN PUBLIC", b"short -----BEGIN PUBLIC"),
        (b"\xff\xfe", b"\xff\xfe"),
    ],
)
def test_places_stay_where_they_are(body: bytes, shown: bytes) -> None:
    assert Mask([KEYS]).body(body) == shown


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("authorization", "Bearer abc", "Bearer ***"),
        ("Authorization", "Basic YWJj", "Basic ****"),
        ("cookie", "a=b", "***"),
        ("x-api-key", "abc", "***"),
        (
            "authorization",
            'WECHATPAY2-SHA256-RSA2048 mchid="1",signature="abc"',
            'WECHATPAY2-SHA256-RSA2048 mchid="1",signature="abc"',
        ),
        ("content-type", "text/plain", "text/plain"),
    ],
)
def test_credentials_in_headers_are_hidden_and_signatures_are_not(name: str, value: str, shown: str) -> None:
    exchange = Exchange("target", "wallet:toy", Message("GET", "/", ((name, value),)), None, 0, 0)

    assert Mask([]).exchange(exchange).request.headers == ((name, shown),)
