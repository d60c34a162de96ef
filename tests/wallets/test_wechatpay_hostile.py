"""The emulated WeChat Pay's gateway: signatures of both sides, and hostile input."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.model import Answer, Message
from fixtures.wallets.wechatpay import WALLET
from fixtures.wallets.wechatpay.keys import certificate_serials
from tests.wallets.wechatpay_shop import KEYS, NOW, Shop, signature_problem, stamp

NATIVE = "/v3/pay/transactions/native"


@pytest.fixture
def shop() -> Shop:
    return Shop()


class TestSignatures:
    def test_the_serial_asked_for_signs_the_answer(self, shop: Shop) -> None:
        shop.create()
        reply = shop.send(shop.request("GET", f"/v3/pay/transactions/out-trade-no/ORDER-0001?mchid={KEYS['mch_id']}"))
        assert reply.answer.header("Wechatpay-Serial") == KEYS["public_key_id"]
        assert reply.answer.header("Wechatpay-Signature-Type") == "WECHATPAY2-SHA256-RSA2048"
        assert signature_problem(reply.answer) is None
        assert signature_problem(WALLET.spoil(reply.answer)) == "the signature does not fit"

    def test_without_it_either_certificate_signs(self) -> None:
        seen = set()
        for seed in range(12):
            shop = Shop(mode="cert", moment=stamp(seed=seed))
            answer = shop.send(shop.request("GET", "/v3/certificates")).answer
            assert signature_problem(answer) is None
            seen.add(answer.header("Wechatpay-Serial"))
        assert seen == set(certificate_serials(KEYS))

    @pytest.mark.parametrize(
        ("swap", "word"),
        [
            ({"signature": "AAAA"}, "签名错误"),
            ({"timestamp": str(int(NOW) - 400)}, "5分钟"),
            ({"timestamp": "now"}, "5分钟"),
            ({"mchid": "1900000000"}, "序列号"),
            ({"serial_no": "00"}, "序列号"),
        ],
    )
    def test_a_wrong_authorization_is_refused(self, shop: Shop, swap: dict[str, str], word: str) -> None:
        reply = shop.send(shop.request("POST", NATIVE, shop.order(), **swap))
        answer = json.loads(reply.answer.body)
        assert (reply.answer.status, answer["code"], reply.call.signed) == (401, "SIGN_ERROR", False)
        assert word in answer["message"]
        assert reply.answer.header("Wechatpay-Signature") is None
        assert not shop.book.entries

    def test_the_signature_covers_body_and_query(self, shop: Shop) -> None:
        signed = shop.request("POST", NATIVE, shop.order())
        cheaper = Message(signed.method, signed.url, signed.headers, signed.body.replace(b"8800", b"1"))
        assert shop.send(cheaper).answer.status == 401
        query = shop.request("GET", "/v3/certificates")
        assert shop.send(Message("GET", query.url + "?a=1", query.headers)).answer.status == 401

    def test_a_missing_user_agent_is_noticed_where_the_vendor_notices_it(self, shop: Shop) -> None:
        assert json.loads(shop.send(Message("GET", "/v3/certificates")).answer.body)["code"] == "INVALID_REQUEST"
        assert shop.send(Message("POST", NATIVE)).answer.status == 401

    def test_wrong_paths_and_verbs_have_no_body(self, shop: Shop) -> None:
        assert shop.send(Message("GET", "/v3/nothing")).answer == Answer(404)
        assert shop.send(Message("PUT", NATIVE)).answer == Answer(405)
        assert WALLET.operation_of(Message("PUT", NATIVE)) == "other"

    @pytest.mark.parametrize(("kind", "status"), [("throttled", 429), ("system-error", 500), ("unavailable", 503)])
    def test_trouble_speaks_the_vendors_language(self, kind: Any, status: int) -> None:
        answer = WALLET.trouble(kind, Message("GET", "/v3/certificates"))
        assert (answer.status, set(json.loads(answer.body))) == (status, {"code", "message"})
        assert WALLET.spoil(answer) == answer


PATHS = st.sampled_from(
    [
        NATIVE,
        "/v3/pay/transactions/out-trade-no/%F0%9F%8D%B5?mchid=%ff",
        "/v3/pay/transactions/out-trade-no/ORDER-0001/close",
        "/v3/pay/transactions/id/%00",
        "/v3/refund/domestic/refunds",
        "/v3/refund/domestic/refunds/R%7C1",
        "/v3/bill/tradebill?bill_date=%ff&tar_type",
        "/v3/billdownload/file?token",
        "/v3/certificates?algorithm_type=SM2",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
FIELDS = ("mchid", "appid", "out_trade_no", "transaction_id", "out_refund_no", "amount", "payer", "notify_url")


class TestHostileInput:
    @settings(database=None, derandomize=True, deadline=None)
    @given(st.sampled_from(["GET", "POST", "PUT"]), PATHS | st.text(), st.binary())
    def test_unsigned_bytes_never_raise(self, method: str, url: str, body: bytes) -> None:
        reply = Shop().send(
            Message(method, url, (("Authorization", url), ("Accept", "*/*"), ("User-Agent", "x")), body)
        )
        assert reply.answer.status in (400, 401, 404, 405)

    @settings(database=None, derandomize=True, deadline=None)
    @given(PATHS, st.dictionaries(st.sampled_from(FIELDS), JSON), st.sampled_from(FIELDS))
    def test_signed_nonsense_never_raises(self, url: str, fields: dict[str, Any], left_out: str) -> None:
        shop = Shop()
        body = {**shop.order(), "out_refund_no": "R1", **fields}
        body.pop(left_out, None)
        method = "POST" if url == NATIVE or url.endswith(("close", "refunds")) else "GET"
        reply = shop.send(shop.request(method, url, body))
        assert reply.answer.status in (200, 204, 400, 403, 404)
        json.dumps([reply.call.reference, reply.call.key, reply.call.notify_url], ensure_ascii=False).encode()

    @pytest.mark.parametrize("body", [b"[" * 100_000, b"9" * 5000, b'{"a":NaN}', b'"\\ud800"', b"\xff", b"[]"])
    def test_odd_json_is_a_wrong_field(self, shop: Shop, body: bytes) -> None:
        reply = shop.send(shop.request("POST", NATIVE, body))
        assert json.loads(reply.answer.body)["code"] == "PARAM_ERROR"
