"""The emulated WeChat Pay: notifications, forgeries, acts, facts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from fixtures.model import Answer, Message, Money, Payment, PaymentState
from fixtures.wallets.interface import Forgery, Refused, Scene, Wallet, Wording
from fixtures.wallets.wechatpay import WALLET
from fixtures.wallets.wechatpay.keys import (
    V3,
    certificate_serials,
    verification_keys,
)
from fixtures.wallets.wechatpay.proof import examine, opened, prove, refusal
from fixtures.wallets.wechatpay.signing import staleness
from tests.wallets.wechatpay_shop import BASE, KEYS, NOTIFY, NOW, Shop, stamp

wallet: Wallet = WALLET
names = [forgery.name for forgery in WALLET.forgeries]


def paid(mode: str = "pubkey", reference: str = "ORDER-0001", fen: int = 8800) -> Payment:
    payment = WALLET.assume(reference, Money(fen, "CNY"), mode, stamp(seed=len(reference)), NOTIFY)
    return WALLET.act("pay", payment, stamp())


def scene(mode: str, seed: int = 5) -> Scene:
    other = paid(mode, "OTHER-ORDER-77", 100)
    return Scene(paid(mode), other, KEYS, stamp(seed=seed), NOTIFY, BASE)


def note(event: Any = "paid", payment: Payment | None = None, **wording: Any) -> Message:
    return WALLET.prove(event, payment or paid(), KEYS, stamp(seed=3), NOTIFY, BASE, Wording(**wording))


class TestProof:
    @pytest.mark.parametrize("mode", V3)
    def test_a_payment_is_told_truthfully(self, mode: str) -> None:
        payment = paid(mode)
        message = WALLET.prove("paid", payment, KEYS, stamp(), NOTIFY, BASE)
        statement = opened(message, KEYS)
        assert examine(message, KEYS, NOW) is None
        assert (message.method, message.url, message.header("content-type")) == ("POST", NOTIFY, "application/json")
        assert statement["out_trade_no"] == payment.reference
        assert statement["transaction_id"] == payment.id
        assert statement["amount"] == {"total": 8800, "payer_total": 8800, "currency": "CNY", "payer_currency": "CNY"}
        assert (statement["mchid"], statement["appid"]) == (KEYS["mch_id"], KEYS["app_id"])
        assert statement["success_time"] == "2027-01-15T16:00:00+08:00"

    def test_a_wrong_sum_is_told_as_it_was_paid(self) -> None:
        settled = WALLET.act("settle", replace(paid(), state=PaymentState.OPEN), stamp(), Money(1, "USD"))
        amount = opened(note(payment=settled), KEYS)["amount"]
        assert (amount["total"], amount["currency"]) == (1, "USD")

    def test_either_certificate_signs(self) -> None:
        messages = [prove("paid", paid("cert"), KEYS, stamp(seed=seed), url=NOTIFY) for seed in range(12)]
        assert {message.header("Wechatpay-Serial") for message in messages} == set(certificate_serials(KEYS))
        assert [examine(message, KEYS, NOW) for message in messages] == [None] * 12

    def test_a_refund_is_told_with_its_own_words(self) -> None:
        payment = WALLET.act("refund", paid(), stamp(), Money(300, "CNY"))
        message = note("refunded", payment)
        statement = opened(message, KEYS)
        assert json.loads(message.body)["event_type"] == "REFUND.SUCCESS"
        assert statement["refund_status"] == "SUCCESS"
        assert statement["amount"] == {"total": 8800, "refund": 300, "payer_total": 8800, "payer_refund": 300}
        assert statement["out_refund_no"] == payment.refunds[0].number

    def test_the_refund_asked_for_is_the_one_told(self) -> None:
        first = WALLET.act("refund", paid(), stamp(seed=8), Money(300, "CNY"))
        both = WALLET.act("refund", first, stamp(seed=9), Money(500, "CNY"))
        assert opened(note("refunded", both), KEYS)["amount"]["refund"] == 500
        assert opened(note("refunded", both, refund=first.refunds[0]), KEYS)["amount"]["refund"] == 300

    def test_a_payment_notification_is_not_turned_by_a_refund(self) -> None:
        payment = WALLET.act("refund", paid(), stamp(), Money(300, "CNY"))
        assert opened(note("paid", payment), KEYS)["trade_state"] == "SUCCESS"

    def test_the_unknown_event_is_genuine_and_about_the_payment(self) -> None:
        message = note("unknown")
        assert examine(message, KEYS, NOW) is None
        assert json.loads(message.body)["event_type"] == "COUPON.USE"
        assert opened(message, KEYS)["consume_information"]["transaction_id"] == paid().id

    @pytest.mark.parametrize("event", ["failed", "pending", "closed", "approved", "refunded"])
    def test_what_is_not_notified_cannot_be_proven(self, event: Any) -> None:
        with pytest.raises(ValueError, match="no "):
            note(event)

    def test_wording_changes_form_and_not_content(self) -> None:
        plain, odd = note(message_id="m-1"), note(message_id="m-1", odd=True)
        assert plain.body != odd.body
        assert examine(odd, KEYS, NOW) is None
        assert opened(plain, KEYS) == opened(odd, KEYS)
        assert json.loads(odd.body)["id"] == json.loads(plain.body)["id"] == "m-1"

    def test_extra_fields_come_on_top(self) -> None:
        more = note(extra_fields=True)
        assert examine(more, KEYS, NOW) is None
        assert opened(note(), KEYS).items() <= opened(more, KEYS).items()
        assert set(json.loads(note().body)) < set(json.loads(more.body))

    def test_a_changed_statement_is_signed_again(self) -> None:
        for mode in V3:
            message = prove("paid", paid(mode), KEYS, stamp(), url=NOTIFY)
            changed = WALLET.mutate(
                message, KEYS, stamp(seed=4), lambda fields: {**fields, "attach": "\ud800", "n": [1]}
            )
            assert examine(changed, KEYS, NOW) is None
            assert opened(changed, KEYS)["attach"] == "\ud800"

    def test_signature_bytes_go_in_and_out(self) -> None:
        message = note()
        signature = WALLET.signature_of(message) or b""
        assert len(signature) == 256
        assert WALLET.with_signature(message, signature) == message
        assert WALLET.signature_of(WALLET.with_signature(message, b"abc")) == b"abc"

    @pytest.mark.parametrize("status", [200, 204])
    def test_two_statuses_acknowledge(self, status: int) -> None:
        assert refusal(Answer(status, (), b'{"code":"FAIL"}')) is None

    @pytest.mark.parametrize("status", [201, 302, 400, 500])
    def test_no_other_status_acknowledges(self, status: int) -> None:
        assert str(status) in (refusal(Answer(status)) or "")


class TestForgeries:
    def test_names_are_permanent_and_complete(self) -> None:
        assert len(names) == len({(forgery.group, forgery.name) for forgery in WALLET.forgeries})
        assert sum(forgery.group == "forgery" for forgery in WALLET.forgeries) >= 14
        for forgery in WALLET.forgeries:
            assert forgery.wrong.endswith(".") and forgery.cost.endswith(".") and forgery.seen_in

    @pytest.mark.parametrize("mode", V3)
    @pytest.mark.parametrize("forgery", WALLET.forgeries, ids=names)
    def test_forgeries_fail_and_substitutions_verify(self, forgery: Forgery, mode: str) -> None:
        if not forgery.exists_in(mode):
            return
        message = forgery.make(scene(mode))
        genuine = prove("paid", scene(mode).victim, KEYS, scene(mode).stamp, url=NOTIFY)
        assert message != genuine
        assert (message.method, message.url) == (genuine.method, genuine.url)
        assert message.header("content-type") == genuine.header("content-type")
        assert (examine(message, KEYS, NOW) is None) == (forgery.group == "substitution")

    @pytest.mark.parametrize("forgery", [one for one in WALLET.forgeries if one.exists_in("pubkey")])
    def test_a_forgery_would_pay_the_victim_if_believed(self, forgery: Forgery) -> None:
        stage = scene("pubkey")
        key = {**KEYS, "apiv3_key": "0" * 32} if forgery.name == "wrong-apiv3-key" else KEYS
        message = forgery.make(stage)
        if forgery.name == "wrong-associated-data":
            body = message.body.replace(b'"associated_data":"refund"', b'"associated_data":"transaction"')
            message = replace(message, body=body)
        statement = opened(message, key)
        assert stage.victim.reference in (statement["out_trade_no"], statement["attach"])
        assert statement["trade_state"] == "SUCCESS"
        assert statement["amount"]["total"] == stage.victim.asked.amount

    def test_each_substitution_is_told_by_one_comparison(self) -> None:
        stage = scene("cert")
        items = [item for item in WALLET.forgeries if item.group == "substitution" and item.exists_in("cert")]
        made = {item.name: opened(item.make(stage), KEYS) for item in items}
        assert made["order"]["out_trade_no"] not in (stage.victim.reference, stage.other.reference)
        assert made["merchant"]["mchid"] == KEYS["foreign_mch_id"] != KEYS["mch_id"]
        assert made["currency"]["amount"]["currency"] == "JPY"

    def test_freshness_looks_both_ways(self) -> None:
        assert staleness(str(int(NOW) - 300), NOW) is None
        assert staleness(str(int(NOW) - 302), NOW) == staleness(str(int(NOW) + 302), NOW) is not None
        assert staleness("١٢٣", NOW) == staleness("", NOW) is not None

    def test_all_platform_keys_can_be_told_apart(self) -> None:
        assert len(set(verification_keys(KEYS).values())) == 4


class TestActs:
    def test_a_payment_is_paid_once(self) -> None:
        with pytest.raises(Refused):
            WALLET.act("pay", paid(), stamp())

    @pytest.mark.parametrize("ending", ["expire", "cancel"])
    def test_no_money_for_a_closed_order(self, ending: Any) -> None:
        payment = WALLET.act(ending, replace(paid(), state=PaymentState.OPEN), stamp())
        assert payment.state is PaymentState.CLOSED
        for action in ("pay", "settle", "open"):
            with pytest.raises(Refused):
                WALLET.act(action, payment, stamp())

    def test_a_declined_attempt_can_be_followed_by_another(self) -> None:
        payment = WALLET.act("decline", replace(paid(), state=PaymentState.OPEN), stamp())
        assert WALLET.act("pay", payment, stamp()).state is PaymentState.PAID

    def test_time_runs_out_by_itself(self) -> None:
        payment = replace(paid(), state=PaymentState.OPEN)
        with pytest.raises(Refused, match="time"):
            WALLET.act("pay", payment, stamp(NOW + 8 * 86400))

    @pytest.mark.parametrize("action", ["pend", "fail"])
    def test_nothing_is_ever_pending(self, action: Any) -> None:
        with pytest.raises(Refused):
            WALLET.act(action, replace(paid(), state=PaymentState.OPEN), stamp())

    @pytest.mark.parametrize("money", [None, Money(8801, "CNY"), Money(0, "CNY"), Money(5, "USD")])
    def test_a_console_refund_stays_within_the_payment(self, money: Money | None) -> None:
        with pytest.raises(Refused):
            WALLET.act("refund", paid(), stamp(), money)

    def test_nobody_refunds_what_was_not_paid(self) -> None:
        with pytest.raises(Refused):
            WALLET.act("refund", replace(paid(), state=PaymentState.OPEN), stamp(), Money(5, "CNY"))


TOPICS = {
    "pay": "success failure abandon pending late-success expiry after-close return-alone step-up",
    "notify": "acknowledge fulfils repeat lost-acknowledgement concurrent out-of-order unknown-order unknown-event "
    "retry-after-failure extra-fields odd-formatting inside-create signature-probe",
    "refund": "full partial several over notification unpaid external",
    "close": "before-payment after-payment cancel",
    "reconcile": "lost-notification query-paid books",
    "amounts": "wrong currency scale zero-decimal three-decimal smallest largest",
    "requests": "signed unique-numbers notify-url idempotency response-signature unknown-outcome refund-retry",
    "replay": "later second-order",
    "access": "read cancel refund anonymous",
    "fuzz": "signature payload",
    "keys": "published",
    "forgery": " ".join(item.name for item in WALLET.forgeries if item.group == "forgery"),
    "substitution": " ".join(item.name for item in WALLET.forgeries if item.group == "substitution"),
}


class TestDocs:
    @pytest.mark.parametrize("group", TOPICS)
    def test_every_topic_has_a_page_or_a_reason(self, group: str) -> None:
        known = {**WALLET.docs.topics, **WALLET.docs.not_applicable}
        missing = [name for name in TOPICS[group].split() if f"{group}.{name}" not in known]
        assert not missing or group in known

    def test_every_citation_is_a_page_with_a_date(self) -> None:
        for citation in WALLET.docs.topics.values():
            assert citation.url.startswith("https://pay.weixin.qq.com/")
            assert date.fromisoformat(citation.read) <= date(2026, 11, 22)

    def test_the_schedule_is_the_documented_day(self) -> None:
        assert len(WALLET.docs.retry_schedule) == 15
        assert sum(WALLET.docs.retry_schedule) == 24 * 3600 + 4 * 60

    def test_forms_of_the_interface(self) -> None:
        assert wallet.travel == "pushed"
        assert wallet.docs.answers_signed
        assert wallet.return_visit(paid(), KEYS, stamp()) is None
        assert wallet.events() == {"paid", "refunded", "unknown"}
        assert Shop().create()[0] == 200
