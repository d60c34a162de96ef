"""The emulated WeChat Pay's gateway: a payment's life, the errors, hostile input."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from fixtures.model import Message, Money, PaymentState
from fixtures.wallets.wechatpay import WALLET
from fixtures.wallets.wechatpay.keys import certificate_serials
from fixtures.wallets.wechatpay.sealing import unseal
from tests.wallets.wechatpay_shop import KEYS, NOW, Shop, signature_problem, stamp

NATIVE = "/v3/pay/transactions/native"


@pytest.fixture
def shop() -> Shop:
    return Shop()


class TestOrders:
    def test_a_native_order_is_opened_as_asked(self, shop: Shop) -> None:
        reply = shop.send(shop.request("POST", NATIVE, shop.order(attach="a")))
        payment = shop.book.entries["ORDER-0001"]
        assert json.loads(reply.answer.body)["code_url"].startswith("weixin://wxpay/bizpayurl?pr=")
        assert (payment.asked, payment.state, payment.mode) == (Money(8800, "CNY"), PaymentState.OPEN, "pubkey")
        assert (reply.call.operation, reply.call.reference, reply.call.signed) == ("create", "ORDER-0001", True)
        assert (reply.call.asked, reply.call.key) == (Money(8800, "CNY"), "ORDER-0001")
        assert reply.call.notify_url == payment.notify_url
        assert reply.call.problem is None

    @pytest.mark.parametrize(
        ("product", "more", "field"),
        [
            ("jsapi", {"payer": {"openid": "oUpF8uMuAJO"}}, "prepay_id"),
            ("app", {}, "prepay_id"),
            ("h5", {"scene_info": {"payer_client_ip": "10.0.0.1", "h5_info": {"type": "Wap"}}}, "h5_url"),
        ],
    )
    def test_the_other_products_give_their_own_link(self, shop: Shop, product: str, more: Any, field: str) -> None:
        status, answer = shop.call("POST", f"/v3/pay/transactions/{product}", shop.order(**more))
        assert (status, list(answer)) == (200, [field])

    def test_the_h5_link_leads_to_a_page_of_the_gateway(self, shop: Shop) -> None:
        scene = {"payer_client_ip": "10.0.0.1", "h5_info": {"type": "Wap"}}
        link = urlsplit(shop.call("POST", "/v3/pay/transactions/h5", shop.order(scene_info=scene))[1]["h5_url"])
        page = shop.send(Message("GET", f"{link.path.removeprefix('/wechatpay')}?{link.query}")).answer
        assert page.status == 200
        assert (page.header("content-type") or "").startswith("text/html")

    @pytest.mark.parametrize(("product", "field"), [("jsapi", "/payer"), ("h5", "/scene_info")])
    def test_a_product_asks_for_what_it_needs(self, shop: Shop, product: str, field: str) -> None:
        status, answer = shop.call("POST", f"/v3/pay/transactions/{product}", shop.order())
        assert (status, answer["code"], answer["detail"]["field"]) == (400, "PARAM_ERROR", field)

    def test_the_same_order_again_gives_the_same_link_while_it_lives(self, shop: Shop) -> None:
        first = shop.create()
        assert shop.create() == first
        shop.moment = stamp(NOW + 7201, seed=2)
        assert shop.create()[0] == 200
        assert shop.create() != first
        assert len(shop.book.entries) == 1

    def test_a_number_cannot_be_used_for_another_order(self, shop: Shop) -> None:
        shop.create()
        status, answer = shop.create(fen=8801)
        assert (status, answer["code"]) == (403, "OUT_TRADE_NO_USED")

    def test_paid_and_closed_orders_are_not_opened_again(self, shop: Shop) -> None:
        shop.create()
        shop.pay()
        assert shop.create()[1]["code"] == "ORDERPAID"
        shop.create("ORDER-0002")
        shop.close("ORDER-0002")
        assert shop.create("ORDER-0002")[1]["code"] == "ORDER_CLOSED"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"out_trade_no": "abc"}, "/out_trade_no"),
            ({"out_trade_no": "a b c d e f"}, "/out_trade_no"),
            ({"amount": {"total": 0}}, "/amount/total"),
            ({"amount": {"total": 1.5}}, "/amount/total"),
            ({"amount": {"total": True}}, "/amount/total"),
            ({"amount": {"total": "100"}}, "/amount/total"),
            ({"amount": {"total": 100, "currency": "USD"}}, "/amount/currency"),
            ({"amount": None}, "/amount"),
            ({"mchid": "1"}, "/mchid"),
            ({"description": "x" * 128}, "/description"),
            ({"description": "🍵"}, "/"),
            ({"notify_url": "http://shop.example/n"}, "/notify_url"),
            ({"notify_url": "https://shop.example/n?a=1"}, "/notify_url"),
            ({"notify_url": "https://[/n"}, "/notify_url"),
            ({"time_expire": "2027-01-15 16:00:00"}, "/time_expire"),
            ({"time_expire": "soon"}, "/time_expire"),
        ],
    )
    def test_a_wrong_field_is_named(self, shop: Shop, change: Any, field: str) -> None:
        status, answer = shop.create(**change)
        assert (status, answer["code"], answer["detail"]["field"]) == (400, "PARAM_ERROR", field)
        assert not shop.book.entries

    def test_the_app_must_belong_to_the_merchant(self, shop: Shop) -> None:
        assert shop.create(appid=KEYS["foreign_app_id"])[1]["code"] == "APPID_MCHID_NOT_MATCH"

    @pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:1", "merchant:80", "10.1.2.3"])
    def test_a_private_address_may_do_without_tls(self, shop: Shop, host: str) -> None:
        assert shop.create(notify_url=f"http://{host}/notify")[0] == 200

    def test_too_near_an_end_is_moved_to_a_minute(self, shop: Shop) -> None:
        shop.create(time_expire="2027-01-15T16:00:02+08:00")
        assert shop.book.entries["ORDER-0001"].details["expires_at"] == NOW + 60

    def test_the_query_follows_the_order(self, shop: Shop) -> None:
        shop.create()
        assert shop.query()[1]["trade_state"] == "NOTPAY"
        assert "transaction_id" not in shop.query()[1]
        payment = shop.pay()
        assert (shop.query()[1]["trade_state"], shop.query()[1]["transaction_id"]) == ("SUCCESS", payment.id)
        by_id = shop.call("GET", f"/v3/pay/transactions/id/{payment.id}?mchid={KEYS['mch_id']}")
        assert by_id[1] == shop.query()[1]
        shop.refund("R1", 100)
        assert shop.query()[1]["trade_state"] == "REFUND"

    def test_a_query_names_the_merchant(self, shop: Shop) -> None:
        shop.create()
        status, answer = shop.call("GET", "/v3/pay/transactions/out-trade-no/ORDER-0001")
        assert (status, answer["detail"]["location"]) == (400, "query")

    def test_unknown_orders_are_unknown(self, shop: Shop) -> None:
        assert shop.query("ORDER-9999") == (404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"})
        shop.create()
        number = shop.book.entries["ORDER-0001"].id
        assert shop.call("GET", f"/v3/pay/transactions/id/{number}?mchid={KEYS['mch_id']}")[0] == 404

    def test_closing_is_repeatable_and_final(self, shop: Shop) -> None:
        shop.create()
        reply = shop.send(
            shop.request("POST", "/v3/pay/transactions/out-trade-no/ORDER-0001/close", {"mchid": KEYS["mch_id"]})
        )
        assert (reply.answer.status, reply.answer.body, signature_problem(reply.answer)) == (204, b"", None)
        assert shop.close()[0] == 204
        assert shop.query()[1]["trade_state"] == "CLOSED"
        assert shop.close("NEVER-WAS")[0] == 204

    def test_a_paid_order_is_not_closed(self, shop: Shop) -> None:
        shop.create()
        shop.pay()
        assert shop.close()[1]["code"] == "ORDERPAID"
        assert shop.book.entries["ORDER-0001"].state is PaymentState.PAID


class TestRefunds:
    @pytest.fixture(autouse=True)
    def _paid(self, shop: Shop) -> None:
        shop.create()
        shop.pay()

    def test_a_refund_is_accepted_and_then_done(self, shop: Shop) -> None:
        status, answer = shop.refund("R1", 300)
        assert (status, answer["status"], answer["amount"]["refund"]) == (200, "PROCESSING", 300)
        status, later = shop.call("GET", "/v3/refund/domestic/refunds/R1")
        assert (status, later["status"], later["refund_id"]) == (200, "SUCCESS", answer["refund_id"])
        assert shop.book.entries["ORDER-0001"].refunded == 300

    def test_the_same_number_is_the_same_refund(self, shop: Shop) -> None:
        first, again = shop.refund("R1", 300)[1], shop.refund("R1", 300)[1]
        assert first["refund_id"] == again["refund_id"]
        assert shop.book.entries["ORDER-0001"].refunded == 300

    def test_the_same_number_cannot_be_another_refund(self, shop: Shop) -> None:
        shop.refund("R1", 300)
        assert shop.refund("R1", 301)[1]["code"] == "INVALID_REQUEST"

    def test_refunds_never_exceed_the_payment(self, shop: Shop) -> None:
        assert shop.refund("R1", 8000)[0] == 200
        assert shop.refund("R2", 801)[1]["code"] == "INVALID_REQUEST"
        assert shop.refund("R3", 800)[0] == 200
        assert shop.book.entries["ORDER-0001"].refunded == 8800

    def test_a_refund_knows_the_orders_total(self, shop: Shop) -> None:
        assert shop.refund("R1", 1, total=8801)[1]["code"] == "INVALID_REQUEST"

    def test_a_refund_must_name_its_currency(self, shop: Shop) -> None:
        status, answer = shop.refund("R1", 1, amount={"refund": 1, "total": 8800})
        assert (status, answer["detail"]["field"]) == (400, "/amount/currency")

    def test_an_order_can_be_named_by_its_transaction(self, shop: Shop) -> None:
        number = shop.book.entries["ORDER-0001"].id
        request = shop.request(
            "POST",
            "/v3/refund/domestic/refunds",
            {
                "transaction_id": number,
                "out_refund_no": "R1",
                "amount": {"refund": 5, "total": 8800, "currency": "CNY"},
            },
        )
        assert WALLET.reference_of(request, shop.book) == "ORDER-0001"
        reply = shop.send(request)
        assert (reply.answer.status, reply.call.key, reply.call.asked) == (200, "R1", Money(5, "CNY"))

    def test_unpaid_and_unknown_orders_are_not_refunded(self, shop: Shop) -> None:
        shop.create("ORDER-0002")
        assert shop.refund("R1", 1, out_trade_no="ORDER-0002")[0] == 404
        assert shop.refund("R1", 1, out_trade_no="ORDER-0003")[1]["code"] == "RESOURCE_NOT_EXISTS"
        assert shop.call("GET", "/v3/refund/domestic/refunds/R1")[0] == 404

    def test_fifty_parts_and_no_more(self, shop: Shop) -> None:
        assert [shop.refund(f"R{n}", 1)[0] for n in range(50)] == [200] * 50
        assert shop.refund("R50", 1)[1]["code"] == "RULE_LIMIT"

    def test_a_year_and_no_longer(self, shop: Shop) -> None:
        shop.moment = stamp(NOW + 366 * 86400)
        assert shop.refund("R1", 1)[1]["code"] == "TRADE_OVERDUE"

    def test_console_refunds_can_be_looked_up(self, shop: Shop) -> None:
        payment = WALLET.act("refund", shop.book.entries["ORDER-0001"], shop.moment, Money(7, "CNY"))
        shop.book.save(payment)
        status, answer = shop.call("GET", f"/v3/refund/domestic/refunds/{payment.refunds[0].number}")
        assert (status, answer["amount"]["refund"]) == (200, 7)


class TestBillsAndCertificates:
    @pytest.mark.parametrize("packed", [False, True])
    def test_the_bill_balances(self, shop: Shop, packed: bool) -> None:
        shop.create(attach="a,b")
        shop.pay()
        shop.refund("R1", 300)
        status, answer = shop.call("GET", "/v3/bill/tradebill?bill_date=2027-01-15" + "&tar_type=GZIP" * packed)
        link = urlsplit(answer["download_url"])
        file = shop.send(shop.request("GET", f"{link.path.removeprefix('/wechatpay')}?{link.query}")).answer
        content = gzip.decompress(file.body) if packed else file.body
        lines = content.decode("utf-8").removesuffix("\r\n").split("\r\n")
        assert (status, file.status, file.header("Wechatpay-Signature")) == (200, 200, None)
        assert answer["hash_value"] == hashlib.sha1(content).hexdigest()
        assert lines[0].startswith("\ufeff交易时间")
        assert [len(line.split(",")) for line in lines] == [27, 27, 27, 7, 7]
        assert lines[-1] == "`2,`88.00,`3.00,`0.00,`0.51000,`88.00,`3.00"

    def test_a_day_without_business_has_no_bill(self, shop: Shop) -> None:
        assert shop.call("GET", "/v3/bill/tradebill?bill_date=2027-01-14")[1]["code"] == "NO_STATEMENT_EXIST"

    @pytest.mark.parametrize("query", ["", "?bill_date=2027-02-30", "?bill_date=2027-01-16", "?bill_date=2026-01-01"])
    def test_a_bill_needs_a_day_that_was(self, shop: Shop, query: str) -> None:
        assert shop.call("GET", f"/v3/bill/tradebill{query}")[1]["code"] == "PARAM_ERROR"

    def test_a_download_address_dies(self, shop: Shop) -> None:
        shop.create()
        shop.pay()
        link = urlsplit(shop.call("GET", "/v3/bill/tradebill?bill_date=2027-01-15")[1]["download_url"])
        shop.moment = stamp(NOW + 301)
        assert shop.call("GET", f"/v3/billdownload/file?{link.query}")[0] == 404

    def test_both_certificates_come_sealed(self, shop: Shop) -> None:
        data = shop.call("GET", "/v3/certificates")[1]["data"]
        assert {entry["serial_no"] for entry in data} == set(certificate_serials(KEYS))
        for entry in data:
            box = entry["encrypt_certificate"]
            pem = unseal(box["ciphertext"], KEYS["apiv3_key"], box["nonce"], box["associated_data"]).decode()
            assert pem in (KEYS["platform_certificate"], KEYS["next_platform_certificate"])
