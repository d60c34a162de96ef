"""The emulated WeChat Pay in XML: vectors, a payment's life, notifications, forgeries, hostile input."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.model import Answer, Message, Money, Payment, PaymentState
from fixtures.wallets.interface import Forgery, Reply, Scene, Wording
from fixtures.wallets.wechatpay import WALLET
from fixtures.wallets.wechatpay.keys import V2
from fixtures.wallets.wechatpay.statements import beijing
from fixtures.wallets.wechatpay.v2 import signing, xml
from fixtures.wallets.wechatpay.v2.proof import examine, opened
from tests.wallets.wechatpay_shop import BASE, KEYS, NOTIFY, NOW, MemoryBook, stamp

_FILE = json.loads((Path(__file__).parents[1] / "vectors" / "wechatpay.json").read_text("utf-8"))
VECTORS: dict[str, dict[str, Any]] = {vector["id"]: vector for vector in _FILE["vectors"]}
ACKNOWLEDGED = VECTORS["wx-v2-notify-md5"]["expected_ack"].encode()
FORGERIES = [(forgery, mode) for mode in V2 for forgery in WALLET.forgeries if forgery.exists_in(mode)]
IDS = [f"{forgery.name}-{mode}" for forgery, mode in FORGERIES]


@dataclass
class Shop:
    """Sends signed XML; `now` may be moved."""

    mode: str = "v2-md5"
    base: str = BASE
    book: MemoryBook = field(default_factory=MemoryBook)

    def request(self, path: str, *headers: tuple[str, str], **fields: str) -> Message:
        given, algorithm = WALLET.merchant_credentials(KEYS, self.mode), signing.ALGORITHMS[self.mode]
        own = {"appid": given["app_id"], "mch_id": given["mch_id"], "nonce_str": "N0NCE"}
        own |= {"sign_type": algorithm} if algorithm == signing.HMAC else {}
        told = own | fields
        told |= {"sign": signing.sign(told, given["api_key"], algorithm)} if "sign" not in fields else {}
        return Message("POST", path, headers, xml.encode(told))

    def send(self, message: Message) -> Reply:
        return WALLET.answer(message, self.book, KEYS, stamp(), self.base)

    def ask(self, path: str, **fields: str) -> dict[str, str]:
        """The verified fields of an answer."""
        told = xml.parse(self.send(self.request(path, **fields)).answer.body)
        assert signing.verify(told, KEYS["api_key"], signing.ALGORITHMS[self.mode]) is None
        return told

    def create(self, reference: str = "ORDER-0001", fee: str = "8800", **more: str) -> dict[str, str]:
        order = {"body": "米饭", "out_trade_no": reference, "total_fee": fee, "spbill_create_ip": "127.0.0.1"}
        return self.ask("/pay/unifiedorder", **order | {"notify_url": NOTIFY, "trade_type": "NATIVE"} | more)

    def pay(self, reference: str = "ORDER-0001") -> Payment:
        payment = WALLET.act("pay", self.book.entries[reference], stamp())
        self.book.save(payment)
        return payment


@pytest.fixture(params=V2)
def shop(request: pytest.FixtureRequest) -> Shop:
    return Shop(request.param)


def paid(mode: str, reference: str = "ORDER-0001") -> Payment:
    payment = WALLET.assume(reference, Money(8800, "CNY"), mode, stamp(seed=len(reference)), NOTIFY)
    return WALLET.act("pay", payment, stamp())


class TestVectors:
    @pytest.mark.parametrize("id", [id for id in VECTORS if id.startswith("wx-v2") and "params" in VECTORS[id]])
    def test_fields_are_signed_as_published(self, id: str) -> None:
        vector = VECTORS[id]
        algorithm = signing.HMAC if len(vector["sign"]) == 64 else signing.MD5
        assert signing.text(vector["params"], vector["api_key"]) == vector["sign_content"]
        assert signing.sign(vector["params"], vector["api_key"], algorithm) == vector["sign"]
        assert signing.verify({**vector["params"], "sign": vector["sign"]}, vector["api_key"], algorithm) is None

    def test_a_notification_reads_as_published(self) -> None:
        vector = VECTORS["wx-v2-notify-md5"]
        fields = xml.parse(vector["body"].encode())
        assert fields == {**vector["params"], "sign": vector["sign"]}
        assert xml.parse(xml.encode(fields)) == fields == xml.parse(xml.encode(fields, odd=Random(1)))

    def test_a_refund_notification_opens_as_published(self) -> None:
        vector = VECTORS["wx-v2-refund-notify"]
        sealed = xml.parse(vector["body"].encode())["req_info"]
        plain = signing.unseal(sealed, vector["api_key"])
        assert plain.decode() == vector["req_info_plaintext"]
        assert signing.seal(plain, vector["api_key"]) == sealed
        with pytest.raises(ValueError, match=r"padding|block length"):
            signing.unseal(sealed, "another key")

    def test_the_cipher_is_the_published_one(self) -> None:
        vector = VECTORS["wx-v2-aes-ecb-php-sdk"]
        cipher = signing.cipher(vector["key_ascii"]).decryptor()
        padded = cipher.update(b64decode(vector["ciphertext_base64"]))
        assert padded.startswith(vector["plaintext"].encode())


class TestGateway:
    def test_a_payment_lives_its_whole_life(self, shop: Shop) -> None:
        created = shop.create()
        assert created["code_url"].startswith("weixin://") and created["prepay_id"].startswith("wx")
        assert (created["return_code"], created["result_code"], created["trade_type"]) == (
            "SUCCESS",
            "SUCCESS",
            "NATIVE",
        )
        opened_ = shop.book.entries["ORDER-0001"]
        assert (opened_.mode, opened_.asked, opened_.notify_url) == (shop.mode, Money(8800, "CNY"), NOTIFY)
        assert shop.ask("/pay/orderquery", out_trade_no="ORDER-0001")["trade_state"] == "NOTPAY"

        payment = shop.pay()
        told = shop.ask("/pay/orderquery", transaction_id=payment.id)
        assert (told["trade_state"], told["total_fee"], told["out_trade_no"]) == ("SUCCESS", "8800", "ORDER-0001")
        assert shop.ask("/pay/closeorder", out_trade_no="ORDER-0001")["err_code"] == "ORDERPAID"

        part = {"out_refund_no": "F1", "total_fee": "8800", "refund_fee": "800"}
        first = shop.ask("/secapi/pay/refund", out_trade_no="ORDER-0001", **part)
        assert (first["refund_fee"], first["out_refund_no"]) == ("800", "F1")
        assert shop.ask("/secapi/pay/refund", out_trade_no="ORDER-0001", **part)["refund_id"] == first["refund_id"]
        rest = part | {"out_refund_no": "F2", "refund_fee": "8000"}
        assert shop.ask("/secapi/pay/refund", transaction_id=payment.id, **rest)["result_code"] == "SUCCESS"
        assert shop.ask("/pay/orderquery", out_trade_no="ORDER-0001")["trade_state"] == "REFUND"
        one = shop.ask("/pay/refundquery", out_refund_no="F2")
        assert (one["refund_count"], one["refund_status_0"], one["refund_fee_0"]) == ("1", "SUCCESS", "8000")
        assert shop.ask("/pay/refundquery", out_trade_no="ORDER-0001")["refund_count"] == "2"

    def test_an_order_is_closed(self, shop: Shop) -> None:
        shop.create()
        assert shop.ask("/pay/closeorder", out_trade_no="ORDER-0001")["result_code"] == "SUCCESS"
        assert shop.book.entries["ORDER-0001"].state is PaymentState.CLOSED

    def test_the_bill_is_text(self, shop: Shop) -> None:
        shop.create()
        today = f"{beijing(NOW):%Y%m%d}"
        empty = xml.parse(shop.send(shop.request("/pay/downloadbill", bill_date=today, bill_type="ALL")).answer.body)
        assert (empty["return_code"], empty["return_msg"]) == ("FAIL", "No Bill Exist")
        shop.pay()
        plain = shop.send(shop.request("/pay/downloadbill", bill_date=today, bill_type="ALL")).answer.body
        packed = shop.send(shop.request("/pay/downloadbill", bill_date=today, tar_type="GZIP")).answer.body
        assert "`ORDER-0001" in plain.decode() and gzip.decompress(packed) == plain

    @pytest.mark.parametrize(
        ("path", "fields", "code"),
        [
            ("/pay/orderquery", {"out_trade_no": "NOBODY-1"}, "ORDERNOTEXIST"),
            ("/pay/refundquery", {"out_refund_no": "F9"}, "REFUNDNOTEXIST"),
            ("/secapi/pay/refund", {"out_refund_no": "F9", "total_fee": "x", "refund_fee": "1"}, "PARAM_ERROR"),
            ("/pay/unifiedorder", {"trade_type": "BARTER"}, "PARAM_ERROR"),
        ],
    )
    def test_refusals_are_signed(self, shop: Shop, path: str, fields: dict[str, str], code: str) -> None:
        told = shop.ask(path, **fields)
        assert (told["return_code"], told["result_code"], told["err_code"]) == ("SUCCESS", "FAIL", code)

    def test_one_number_is_one_order(self, shop: Shop) -> None:
        shop.create()
        assert shop.create()["result_code"] == "SUCCESS"
        assert shop.create(fee="1")["err_code"] == "OUT_TRADE_NO_USED"

    def test_a_wrong_signature_is_not_answered_with_one(self, shop: Shop) -> None:
        reply = shop.send(shop.request("/pay/orderquery", out_trade_no="ORDER-0001", sign="A" * 32))
        assert xml.parse(reply.answer.body) == {"return_code": "FAIL", "return_msg": "签名错误"}
        assert (reply.call.signed, reply.call.problem) == (False, "签名错误")

    def test_an_unknown_sign_type_is_a_wrong_signature(self, shop: Shop) -> None:
        reply = shop.send(shop.request("/pay/orderquery", out_trade_no="ORDER-0001", sign_type="SHA1"))
        assert xml.parse(reply.answer.body)["return_msg"] == "签名错误"

    def test_a_refund_over_tls_needs_the_client_certificate(self) -> None:
        shop = Shop(base="https://127.0.0.1:9/wechatpay")
        shop.create()
        shop.pay()
        part = {"out_trade_no": "ORDER-0001", "out_refund_no": "F1", "total_fee": "8800", "refund_fee": "800"}
        assert shop.send(shop.request("/secapi/pay/refund", **part)).answer.status == 400
        shown = ("x-client-certificate", KEYS["merchant_certificate"].replace("\n", "%0A"))
        assert shop.send(shop.request("/secapi/pay/refund", shown, **part)).answer.status == 200
        wrong = ("x-client-certificate", KEYS["platform_certificate"])
        assert shop.send(shop.request("/secapi/pay/refund", wrong, **part)).answer.status == 400

    def test_what_was_understood_is_told(self, shop: Shop) -> None:
        shop.create()
        shop.pay()
        part = {"out_refund_no": "F1", "total_fee": "8800", "refund_fee": "800", "out_trade_no": "ORDER-0001"}
        message = shop.request("/secapi/pay/refund", **part)
        call = shop.send(message).call
        assert (call.operation, call.reference, call.asked) == ("refund", "ORDER-0001", Money(800, "CNY"))
        assert (call.key, call.signed, call.problem) == ("F1", True, None)
        assert WALLET.operation_of(message) == "refund"
        assert WALLET.reference_of(shop.request("/pay/refundquery", out_refund_no="F1"), shop.book) == "ORDER-0001"

    def test_answers_are_spoilt_and_outages_told_in_xml(self, shop: Shop) -> None:
        shop.create()
        message = shop.request("/pay/orderquery", out_trade_no="ORDER-0001")
        spoilt = xml.parse(WALLET.spoil(shop.send(message).answer).body)
        assert signing.verify(spoilt, KEYS["api_key"], signing.ALGORITHMS[shop.mode])
        assert xml.parse(WALLET.trouble("system-error", message).body)["return_code"] == "FAIL"
        assert xml.parse(WALLET.trouble("throttled", message).body)["return_msg"] == "FREQUENCY_LIMITED"
        assert WALLET.trouble("unavailable", message).status == 503

    def test_the_canary_sings_its_word(self) -> None:
        reply = Shop().send(Message("GET", "/canary/ORDER-0001"))
        assert (reply.answer.body, reply.call.operation, reply.call.reference) == (
            b"ORDER-0001",
            "canary",
            "ORDER-0001",
        )

    @given(
        path=st.sampled_from(["/pay/unifiedorder", "/pay/orderquery", "/secapi/pay/refund", "/pay/downloadbill"]),
        fields=st.dictionaries(
            st.sampled_from(["out_trade_no", "total_fee", "refund_fee", "bill_date", "trade_type", "time_expire"]),
            st.text(max_size=12),
        ),
        raw=st.binary(max_size=60),
    )
    def test_hostile_input_is_answered(self, path: str, fields: dict[str, str], raw: bytes) -> None:
        shop = Shop()
        assert shop.send(Message("POST", path, (), raw)).answer.status == 200
        fields = {name: value for name, value in xml.parse(xml.encode(fields)).items() if "\r" not in value}
        told = xml.parse(shop.send(shop.request(path, **fields)).answer.body)
        assert "FAIL" in (told["return_code"], told.get("result_code"))


@pytest.mark.parametrize("mode", V2)
class TestProof:
    @pytest.mark.parametrize("odd", [False, True])
    @pytest.mark.parametrize("event", ["paid", "refunded", "unknown"])
    def test_notifications_are_genuine(self, mode: str, event: Any, *, odd: bool) -> None:
        payment = WALLET.act("refund", paid(mode), stamp(), Money(300, "CNY"))
        message = WALLET.prove(event, payment, KEYS, stamp(), NOTIFY, BASE, Wording(odd=odd, extra_fields=odd))
        assert examine(message, KEYS, mode) is None
        told = opened(message, KEYS)
        assert payment.reference in (told.get("out_trade_no"), told.get("contract_code"))

    def test_a_repeat_is_the_same_message(self, mode: str) -> None:
        once, again = (
            WALLET.prove("paid", paid(mode), KEYS, stamp(seed=seed), NOTIFY, BASE, Wording(message_id="m-1"))
            for seed in (1, 2)
        )
        assert once == again

    def test_a_changed_statement_is_signed_again(self, mode: str) -> None:
        refunded = WALLET.act("refund", paid(mode), stamp(), Money(300, "CNY"))
        for event in ("paid", "refunded"):
            message = WALLET.prove(event, refunded, KEYS, stamp(), NOTIFY, BASE)
            changed = WALLET.mutate(
                message, KEYS, stamp(), lambda told: {**told, "attach": "\ud800\x00&", "n": [1], "1 <": "x"}
            )
            assert examine(changed, KEYS, mode) is None
            assert opened(changed, KEYS)["n"] == "[1]"

    def test_signature_bytes_go_in_and_out(self, mode: str) -> None:
        message = WALLET.prove("paid", paid(mode), KEYS, stamp(), NOTIFY, BASE)
        signature = WALLET.signature_of(message) or b""
        assert len(signature) == (32 if mode == "v2-hmac" else 16)
        assert WALLET.with_signature(message, signature) == message
        assert WALLET.signature_of(WALLET.with_signature(message, b"abc")) == b"abc"
        assert examine(WALLET.with_signature(message, bytes(16)), KEYS, mode)


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        (Answer(200, (), ACKNOWLEDGED), True),
        (Answer(200, (), b"<xml>\n<return_code>SUCCESS</return_code>\n</xml>"), True),
        (Answer(200, (), b"<xml><return_code><![CDATA[FAIL]]></return_code></xml>"), False),
        (Answer(200, (), b"<html></html>"), False),
        (Answer(500, (), ACKNOWLEDGED), False),
    ],
)
def test_the_acknowledgement_is_xml(answer: Answer, taken: bool) -> None:
    assert (WALLET.refusal(answer) is None) == taken


def scene(mode: str) -> Scene:
    return Scene(paid(mode), paid(mode, "OTHER-ORDER-77"), KEYS, stamp(seed=5), NOTIFY, BASE)


@pytest.mark.parametrize(("forgery", "mode"), FORGERIES, ids=IDS)
def test_forgeries_fail_and_substitutions_verify(forgery: Forgery, mode: str) -> None:
    stage = scene(mode)
    message = forgery.make(stage)
    genuine = WALLET.prove("paid", stage.victim, KEYS, stage.stamp, NOTIFY, BASE)
    assert message.body != genuine.body
    assert (message.url, message.header("content-type")) == (NOTIFY, "text/xml")
    assert (examine(message, KEYS, mode) is None) == (forgery.group == "substitution")


def test_an_open_parser_would_believe_the_entity() -> None:
    stage = scene("v2-md5")
    forged = next(forgery for forgery, _ in FORGERIES if forgery.name == "xxe").make(stage)
    address = forged.body.partition(b'SYSTEM "')[2].partition(b'"')[0].decode()
    assert address.startswith(f"{BASE}/canary/")
    word = Shop().send(Message("GET", address.removeprefix(BASE))).answer.body
    expanded = forged.body.partition(b"]>")[2].replace(b"&number;", word)
    assert examine(replace(forged, body=expanded), KEYS, "v2-md5") is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml>",
        b"<root><a>1</a></root>",
        b"<xml><a><b>1</b></a></xml>",
        b"<xml><a>1</a><a>2</a></xml>",
        b"<!DOCTYPE xml><xml><a>1</a></xml>",
        b'<?xml version="1.0" encoding="nonsense"?><xml/>',
    ],
)
def test_other_documents_are_refused(body: bytes) -> None:
    with pytest.raises(xml.Malformed):
        xml.parse(body)


def test_every_mode_has_enough_forgeries() -> None:
    for mode in V2:
        assert sum(forgery.group == "forgery" for forgery, of in FORGERIES if of == mode) >= 12
