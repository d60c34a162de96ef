"""Alipay: keys, notifications, their acknowledgement, and what must not be believed."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from fixtures.model import Answer, Message, Money, Payment, Refund, Stamp
from fixtures.wallets.alipay import WALLET, proof, signing
from fixtures.wallets.alipay.keys import app
from fixtures.wallets.interface import Event, Forgery, Scene, Wallet, Wording
from tests.wallets.alipay_shop import GATEWAY, KEYS, NOON, NOTIFY, RETURN, Shop

GROUPS = "pay notify refund close reconcile amounts requests forgery substitution replay access fuzz keys"
wallet: Wallet = WALLET


def stamp(now: float = NOON) -> Stamp:
    return Stamp(now, Random(7))


def paid(mode: str = "key", reference: str = "R1", amount: int = 8800) -> Payment:
    opened = wallet.assume(reference, Money(amount, "CNY"), mode, stamp(), NOTIFY)
    return wallet.act("settle", opened, Stamp(NOON, Random(reference)))


def refunded(*amounts: int) -> Payment:
    made = [Refund(f"F{n}", str(n), Money(amount, "CNY"), NOON + n / 8) for n, amount in enumerate(amounts, 1)]
    return replace(paid(), refunds=tuple(made))


def prove(event: Event, payment: Payment, wording: Wording = Wording()) -> Message:
    return wallet.prove(event, payment, KEYS, stamp(), NOTIFY, GATEWAY, wording)


def stated(message: Message) -> dict[str, str]:
    return dict(parse_qsl(message.body.decode()))


def test_made_keys_have_the_shape_of_the_published_ones() -> None:
    made = wallet.make_keys()

    assert made.keys() == KEYS.keys()
    assert not set(made.values()) & set(KEYS.values())
    assert len({KEYS["app_id"], KEYS["cert_app_id"], KEYS["foreign_app_id"]}) == 3


@pytest.mark.parametrize(
    ("mode", "names"),
    [
        ("key", {"alipay_public_key"}),
        ("cert", {"app_certificate", "alipay_certificate", "alipay_root_certificate"}),
    ],
)
def test_the_merchant_gets_nothing_of_the_platforms_private_side(mode: str, names: set[str]) -> None:
    credentials = wallet.merchant_credentials(KEYS, mode)

    assert credentials.keys() == {"app_id", "seller_id", "app_private_key"} | names
    assert credentials["app_private_key"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    private = [text for name, text in KEYS.items() if name.endswith("private_key") and "app" not in name]
    assert not set(private) & set(credentials.values())


@pytest.mark.parametrize("mode", wallet.modes)
def test_a_notification_states_the_payment(mode: str) -> None:
    message = prove("paid", paid(mode))

    fields = stated(message)
    assert (message.method, message.url) == ("POST", NOTIFY)
    assert message.header("content-type") == "application/x-www-form-urlencoded; charset=utf-8"
    assert (fields["trade_status"], fields["total_amount"], fields["out_trade_no"]) == ("TRADE_SUCCESS", "88.00", "R1")
    assert (fields["app_id"], fields["seller_id"]) == (app(KEYS, mode).id, KEYS["seller_id"])
    assert (fields["notify_type"], fields["notify_time"]) == ("trade_status_sync", "2026-01-01 12:00:00")
    assert proof.verify(message, KEYS, mode) is None


def test_another_sum_than_asked_is_what_is_stated() -> None:
    assert stated(prove("paid", replace(paid(), paid=Money(1, "CNY"))))["total_amount"] == "0.01"


@pytest.mark.parametrize(("event", "status"), [("pending", "WAIT_BUYER_PAY"), ("closed", "TRADE_CLOSED")])
def test_what_is_no_payment_says_so(event: Event, status: str) -> None:
    fields = stated(prove(event, wallet.assume("R1", Money(8800, "CNY"), "key", stamp(), NOTIFY)))

    assert fields["trade_status"] == status and "gmt_payment" not in fields


def test_a_refund_is_told_with_the_sum_of_all_refunds() -> None:
    payment = refunded(1000, 7800)
    first = stated(prove("refunded", payment, Wording(refund=payment.refunds[0])))
    last = stated(prove("refunded", payment))

    assert (first["trade_status"], first["refund_fee"], first["out_biz_no"]) == ("TRADE_SUCCESS", "10.00", "F1")
    assert (last["trade_status"], last["refund_fee"], last["send_back_fee"]) == ("TRADE_CLOSED", "88.00", "78.00")
    assert last["gmt_refund"] == "2026-01-01 12:00:00.250"


def test_an_unknown_kind_is_genuine_and_no_trade_status() -> None:
    message = prove("unknown", paid())

    assert stated(message)["notify_type"] == "fund_auth_freeze" and "trade_status" not in stated(message)
    assert proof.verify(message, KEYS, "key") is None


def test_events_alipay_does_not_send_are_refused() -> None:
    assert wallet.events() == {"paid", "closed", "refunded", "pending", "unknown"}
    with pytest.raises(ValueError, match="failed"):
        prove("failed", paid())


def test_wording_changes_the_form_and_not_the_statement() -> None:
    plain, odd = prove("paid", paid()), prove("paid", paid(), Wording(message_id="N1", odd=True, extra_fields=True))

    assert stated(odd)["notify_id"] == "N1" and "+" not in odd.body.decode()
    assert stated(odd)["trade_no"] == stated(plain)["trade_no"]
    assert set(stated(odd)) > set(stated(plain))
    assert proof.verify(odd, KEYS, "key") is None


def test_a_gbk_order_is_told_in_gbk() -> None:
    message = prove("paid", replace(paid(), details={"subject": "绿茶", "charset": "gbk"}))

    assert message.header("content-type") == "application/x-www-form-urlencoded; charset=gbk"
    assert dict(parse_qsl(message.body.decode(), encoding="gbk"))["subject"] == "绿茶"
    assert proof.verify(message, KEYS, "key") is None


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        (Answer(200, (), b"success"), True),
        (Answer(200, (("Content-Type", "text/html"),), b"success"), True),
        (Answer(200, (), b'"success"'), False),
        (Answer(200, (), b"SUCCESS"), False),
        (Answer(200, (), b"success\n"), False),
        (Answer(200, (), b"\xef\xbb\xbfsuccess"), False),
        (Answer(200, (), b"fail"), False),
        (Answer(200, (), b""), False),
        (Answer(201, (), b"success"), False),
        (Answer(302, (), b"success"), False),
        (Answer(500, (), b"success"), False),
    ],
)
def test_only_seven_characters_acknowledge(answer: Answer, taken: bool) -> None:
    assert (wallet.refusal(answer) is None) is taken


def test_the_return_carries_alipays_signature() -> None:
    shop = Shop()
    payment = replace(shop.paid(), return_url=f"{RETURN}?order=5")

    url = wallet.return_visit(payment, KEYS, stamp()) or ""

    fields = {name: value.encode() for name, value in parse_qsl(urlsplit(url).query)}
    assert url.startswith(f"{RETURN}?") and fields["order"] == b"5"
    assert (fields["method"], fields["total_amount"]) == (b"alipay.trade.page.pay.return", b"88.00")
    content = signing.notification_content(fields)
    assert signing.verify(content, fields["sign"], KEYS["alipay_public_key"]) is None
    assert wallet.return_visit(replace(payment, return_url=None), KEYS, stamp()) is None


@pytest.mark.parametrize("mode", wallet.modes)
def test_a_changed_statement_is_signed_again(mode: str) -> None:
    def change(fields: dict[str, Any]) -> dict[str, Any]:
        return fields | {"total_amount": 1.5, "new": {"a": ["\u4e2d"]}, "body": None, "\udc80": "\ud800"}

    message = wallet.mutate(prove("paid", paid(mode)), KEYS, stamp(), change)

    assert stated(message)["total_amount"] == "1.5" and stated(message)["new"] == '{"a": ["中"]}'
    assert proof.verify(message, KEYS, mode) is None


def test_the_signature_can_be_taken_out_and_put_back() -> None:
    message = prove("paid", paid())
    signature = wallet.signature_of(message) or b""

    assert len(signature) == 256
    assert wallet.with_signature(message, signature) == message
    assert proof.verify(wallet.with_signature(message, signature[::-1]), KEYS, "key") is not None
    assert wallet.signature_of(Message("POST", NOTIFY, (), b"a=1")) is None


def scene(mode: str, amount: int = 8800) -> Scene:
    return Scene(paid(mode, "R1", amount), paid(mode, "R2", 1250), KEYS, stamp(), NOTIFY, GATEWAY)


def named(group: str) -> list[Forgery]:
    return [forgery for forgery in wallet.forgeries if forgery.group == group]


@pytest.mark.parametrize("mode", wallet.modes)
@pytest.mark.parametrize("amount", [1, 8800])
@pytest.mark.parametrize("forgery", named("forgery"), ids=lambda forgery: forgery.name)
def test_a_forgery_looks_genuine_and_is_refused(forgery: Forgery, mode: str, amount: int) -> None:
    forged, genuine = forgery.make(scene(mode, amount)), prove("paid", paid(mode, "R1", amount))

    assert (forged.method, forged.url, forged.headers) == (genuine.method, genuine.url, genuine.headers)
    assert forged.body != genuine.body
    assert stated(forged)["out_trade_no"] == "R1" and stated(forged)["trade_status"] == "TRADE_SUCCESS"
    assert proof.verify(forged, KEYS, mode) is not None


@pytest.mark.parametrize("mode", wallet.modes)
@pytest.mark.parametrize("forgery", named("substitution"), ids=lambda forgery: forgery.name)
def test_a_substitution_is_genuine_about_something_else(forgery: Forgery, mode: str) -> None:
    forged, mine = forgery.make(scene(mode)), app(KEYS, mode)

    assert proof.verify(forged, KEYS, mode) is None
    fields, right = stated(forged), {"out_trade_no": "R1", "app_id": mine.id, "seller_id": mine.seller_id}
    assert len([name for name, value in right.items() if fields[name] != value]) == 1


def test_forgeries_are_named_once_and_explained() -> None:
    names = [forgery.name for forgery in wallet.forgeries]

    assert len(set(names)) == len(names) and len(named("forgery")) >= 14
    assert min(min(len(f.wrong), len(f.cost), len(f.seen_in)) for f in wallet.forgeries) > 10
    assert {name for name in names if not re.fullmatch(r"[a-z0-9-]+", name)} == set()


def test_every_group_of_topics_is_cited() -> None:
    docs = wallet.docs

    assert set(GROUPS.split()) <= docs.topics.keys()
    assert not docs.topics.keys() & docs.not_applicable.keys()
    assert {urlsplit(citation.url).scheme for citation in docs.topics.values()} == {"https"}
    assert len(docs.retry_schedule) == 7


def test_a_query_has_one_value_for_a_name() -> None:
    assert max(map(len, parse_qs(prove("paid", paid()).body.decode()).values())) == 1
