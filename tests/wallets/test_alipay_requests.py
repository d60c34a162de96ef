"""How Alipay's gateway reads requests and words its answers; its errors, and hostile input."""

from __future__ import annotations

import base64
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.model import Message
from fixtures.wallets.alipay import WALLET, certificates, signing
from tests.wallets.alipay_shop import BILL, CANCEL, KEYS, PRECREATE, QUERY, R1, REFUND, TEA, Shop, node

FORM = (("Content-Type", "application/x-www-form-urlencoded;charset=utf-8"),)


@pytest.fixture(params=["key", "cert"])  # the modes of gateway.do
def shop(request: pytest.FixtureRequest) -> Shop:
    return Shop(request.param)


@pytest.mark.parametrize(
    "changed",
    [
        {"total_amount": "88.001"},
        {"total_amount": "0.00"},
        {"total_amount": "100000000.01"},
        {"total_amount": "1e3"},
        {"total_amount": "-5.00"},
        {"total_amount": True},
        {"subject": ""},
        {"subject": "x" * 257},
        {"out_trade_no": "R 1"},
        {"out_trade_no": "R" * 65},
        {"timeout_express": "16d"},
        {"time_expire": "tomorrow"},
        {"time_expire": "2026-12-31 12:10:5"},
    ],
)
def test_a_field_out_of_bounds_is_refused_and_recorded(changed: dict[str, object]) -> None:
    shop = Shop()

    reply = shop.send(shop.params(PRECREATE, TEA | changed))

    assert node(reply.answer)["sub_code"] == "ACQ.INVALID_PARAMETER"
    assert reply.call.problem is not None and shop.book.held == {}


@pytest.mark.parametrize(
    ("changed", "sub_code", "signed"),
    [
        ({"app_id": "2021999999999999"}, "isv.invalid-app-id", False),
        ({"app_id": ""}, "isv.missing-app-id", False),
        ({"method": ""}, "isv.missing-method", False),
        ({"method": "alipay.trade.fly"}, "isv.invalid-method", False),
        ({"sign": ""}, "isv.missing-signature", True),
        ({"sign": "AAAA"}, "isv.invalid-signature", True),
        ({"sign": "\u4e2d"}, "isv.invalid-signature", True),
        ({"sign_type": "RSA"}, "isv.invalid-signature-type", True),
        ({"charset": "latin-1"}, "isv.invalid-charset", True),
        ({"biz_content": "{}"}, "isv.invalid-signature", True),
    ],
)
def test_a_bad_request_gets_the_gateways_own_error(changed: dict[str, str], sub_code: str, signed: bool) -> None:
    shop = Shop()

    reply = shop.send(shop.params(QUERY, R1) | changed)

    assert node(reply.answer)["sub_code"] == sub_code
    assert (b'"sign":' in reply.answer.body) is signed
    assert (reply.call.signed, reply.answer.status) == (False, 200)


@pytest.mark.parametrize(
    ("changed", "sub_code"),
    [
        ({"timestamp": "2026-01-01T12:00:00"}, "isv.invalid-timestamp"),
        ({"timestamp": ""}, "isv.missing-timestamp"),
        ({"version": "2.0"}, "isv.missing-version"),
        ({"biz_content": "[1]"}, "isv.illegal-json"),
        ({"biz_content": '{"out_trade_no":"\\ud800"}'}, "isv.illegal-json"),
        ({"biz_content": "[" * 100_000}, "isv.illegal-json"),
    ],
)
def test_a_signed_request_may_still_be_wrong(changed: dict[str, str], sub_code: str) -> None:
    assert Shop().ask(QUERY, R1, **changed)["sub_code"] == sub_code


@pytest.mark.parametrize("name", ["app_cert_sn", "alipay_root_cert_sn"])
@pytest.mark.parametrize("value", ["", "0" * 32])
def test_certificate_mode_names_its_certificates(name: str, value: str) -> None:
    shop = Shop("cert")

    reply = shop.send(shop.params(QUERY, R1) | {name: value})

    assert "cert" in node(reply.answer)["sub_code"]


def test_a_certificate_is_downloaded_by_its_number() -> None:
    number = certificates.serial_number(KEYS["alipay_certificate_next"])
    method = "alipay.open.app.alipaycert.download"

    found = Shop("cert").ask(method, {"alipay_cert_sn": number})

    assert base64.b64decode(found["alipay_cert_content"]).decode() == KEYS["alipay_certificate_next"]
    assert Shop("cert").ask(method, {"alipay_cert_sn": "0" * 32})["sub_code"] == "isv.alipay-cert-not-exist"


def test_every_shape_of_a_request_is_read() -> None:
    shop = Shop()
    shop.open()
    params = shop.params(QUERY, R1)
    body = urlencode({"biz_content": params["biz_content"]}).encode()
    query = urlencode({name: value for name, value in params.items() if name != "biz_content"})
    shapes = [
        Message("GET", f"/gateway.do?{urlencode(params)}"),
        Message("POST", f"/gateway.do?{query}", FORM, body),
        Message("POST", f"http://127.0.0.1/alipay/gateway.do?{query}", FORM, body),
        Message("POST", "/gateway.do", FORM, urlencode(params).encode()),
        Message("POST", f"/gateway.do?{query}".replace("+", "%20"), FORM, body.replace(b"+", b"%20")),
    ]

    for message in shapes:
        reply = shop.request(message)
        assert node(reply.answer)["code"] == "10000"
        assert (WALLET.operation_of(message), WALLET.reference_of(message, shop.book)) == ("query", "R1")


def test_gbk_is_spoken_with_those_who_speak_it() -> None:
    shop = Shop()
    shop.ask(PRECREATE, TEA | {"subject": "绿茶"}, charset="gbk")

    reply = shop.send(shop.params(QUERY, R1, charset="gbk"))

    assert shop.book.held["R1"].details["subject"] == "绿茶"
    assert reply.answer.header("content-type") == "text/html;charset=gbk"
    assert "交易不存在" in reply.answer.body.decode("gbk")
    assert signing.verify_answer(reply.answer.body, shop.app.platform_public_key, "gbk") is None


def test_answers_are_signed_and_can_be_spoilt(shop: Shop) -> None:
    shop.open()
    certified = b"alipay_cert_sn" if shop.mode == "cert" else b'"alipay_trade_query_response"'

    answer = shop.send(shop.params(QUERY, R1)).answer

    assert certified in answer.body
    assert signing.verify_answer(answer.body, shop.app.platform_public_key) is None
    assert signing.verify_answer(WALLET.spoil(answer).body, shop.app.platform_public_key) is not None
    page = shop.open().answer
    assert WALLET.spoil(page) == page


def test_an_outage_speaks_as_the_vendor() -> None:
    shop = Shop()
    message = Message("GET", f"/gateway.do?{urlencode(shop.params(QUERY, R1))}")
    page = Message("GET", f"/gateway.do?{urlencode(shop.params('alipay.trade.page.pay', TEA))}")

    assert WALLET.trouble("unavailable", message).status == 502
    assert node(WALLET.trouble("throttled", message))["code"] == "40005"
    assert node(WALLET.trouble("system-error", message))["sub_code"] == "isp.unknow-error"
    assert WALLET.trouble("system-error", page).header("content-type") == "text/html;charset=GBK"


words = st.sampled_from(sorted({*Shop().params(QUERY, R1).values(), "alipay.trade.page.pay", REFUND, "%", "{", "gbk"}))
names = st.sampled_from([*Shop().params(QUERY, R1), "token"])


@settings(max_examples=150, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PUT"]),
    path=st.one_of(st.text(max_size=20), st.sampled_from(["/gateway.do?", "/downloadBillFile.resource?token=", "//["])),
    tail=st.text(max_size=20),
    body=st.one_of(st.binary(max_size=60), st.dictionaries(names, words).map(lambda found: urlencode(found).encode())),
)
def test_any_bytes_are_answered(method: str, path: str, tail: str, body: bytes) -> None:
    message, shop = Message(method, path + tail, FORM, body), Shop()

    reply = shop.request(message)

    assert reply.answer.status in (200, 403, 404)
    assert reply.call.operation == WALLET.operation_of(message) and reply.call.operation in WALLET.docs.operations
    assert WALLET.trouble("system-error", message).body


@settings(max_examples=100, deadline=None)
@given(
    method=st.sampled_from([PRECREATE, QUERY, REFUND, CANCEL, BILL, "alipay.trade.page.pay"]),
    content=st.dictionaries(
        st.sampled_from(
            ["out_trade_no", "trade_no", "total_amount", "refund_amount", "subject", "time_expire", "bill_date"]
        ),
        st.one_of(st.none(), st.text(max_size=12), st.integers(), st.floats(), st.lists(st.integers(), max_size=2)),
    ),
)
def test_any_signed_content_is_answered(method: str, content: dict[str, object]) -> None:
    reply = Shop().send(Shop().params(method, content))

    assert reply.answer.status == 200 and reply.call.signed
