"""Apple's payment services and the acquirer, as the wallet serves them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.model import Message, Money, PaymentState
from fixtures.wallets.applepay import WALLET
from fixtures.wallets.applepay.gateway import sessions
from tests.wallets.applepay_desk import BASE, KEYS, PAYMENTS, Desk, confirmed, scene, stamp, token, told

SESSION = sessions.PATHS[0]
EVENT = f"/paymentservices/v1/merchantId/{KEYS['merchant_id']}/merchantToken/event"


@pytest.fixture
def desk() -> Desk:
    return Desk()


class TestAcquirer:
    @pytest.mark.parametrize("mode", WALLET.modes)
    def test_the_card_of_a_token_pays(self, desk: Desk, mode: str) -> None:
        payment = confirmed(mode=mode)
        desk.book.save(payment)
        reply = desk.pay(token(payment))
        paid = desk.book.by_reference("A-1")
        assert paid is not None
        assert (reply.answer.status, paid.state, paid.paid) == (201, PaymentState.PAID, Money(1999, "USD"))
        assert (paid.mode, paid.id, paid.assumed) == (mode, payment.id, False)
        assert (reply.call.wallet, reply.call.operation, reply.call.signed) == ("applepay", "create", True)

    @pytest.mark.parametrize("mode", WALLET.modes)
    @pytest.mark.parametrize("whole", [True, False])
    def test_the_token_itself_pays(self, desk: Desk, mode: str, whole: bool) -> None:
        given_ = json.loads(token(confirmed(mode=mode)).body)
        told_ = given_ if whole else given_["paymentData"]
        asked = {"reference": "A-1", "amount": 1999, "currency": "USD", "token": told_}
        assert desk.send("POST", PAYMENTS, asked).answer.status == 201
        assert desk.send("POST", PAYMENTS, {**asked, "reference": "A-2", "amount": 2000}).answer.status == 400
        assert desk.send("POST", PAYMENTS, {**asked, "reference": "A-3", "currency": "EUR"}).answer.status == 400

    def test_no_forged_token_pays(self, desk: Desk) -> None:
        for forgery in WALLET.forgeries:
            if forgery.group == "forgery":
                data = json.loads(forgery.make(scene("EC_v1")).body)
                asked = {"reference": "A-1", "amount": 1999, "currency": "USD", "token": data}
                assert desk.send("POST", PAYMENTS, asked).answer.status == 400, forgery.name
        assert not desk.book.payments()

    def test_refund_and_query(self, desk: Desk) -> None:
        made = told(desk.pay(token(confirmed())))["id"]
        refund = desk.send("POST", f"{PAYMENTS}/{made}/refunds", {"amount": 500, "reference": "R-1"})
        found = told(desk.send("GET", f"{PAYMENTS}?reference=A-1"))["payments"]
        assert (refund.answer.status, refund.call.operation, refund.call.key) == (201, "refund", "R-1")
        assert found[0]["refunded"] == 500


class TestSessions:
    @pytest.mark.parametrize("path", sessions.PATHS)
    def test_the_merchant_gets_one(self, desk: Desk, path: str) -> None:
        reply = desk.session(path=path)
        session = told(reply)
        assert (reply.answer.status, reply.call.operation, reply.call.signed) == (200, "session", True)
        assert WALLET.session_problem(session) is None
        assert session["signature"].startswith("308006092a864886f70d010702a080")
        assert session["expiresAt"] - session["epochTimestamp"] == 3_600_000
        assert told(desk.session())["nonce"] != session["nonce"]

    def test_the_older_body_is_taken(self, desk: Desk) -> None:
        body = {
            "merchantIdentifier": sessions.merchant_hash(KEYS["merchant_id"]),
            "domainName": KEYS["domain"],
            "displayName": "Shop",
        }
        assert desk.session(body, sessions.PATHS[1]).answer.status == 200

    @pytest.mark.parametrize(
        "wrong",
        [
            {"merchantIdentifier": KEYS["other_merchant_id"]},
            {"merchantIdentifier": None},
            {"displayName": ""},
            {"displayName": "x" * 65},
            {"initiative": "shop"},
            {"initiative": ["web"]},
            {"initiativeContext": "evil.test"},
            {"initiativeContext": None},
        ],
    )
    def test_wrong_fields(self, desk: Desk, wrong: dict[str, Any]) -> None:
        right = {
            "merchantIdentifier": KEYS["merchant_id"],
            "displayName": "Shop",
            "initiative": "web",
            "initiativeContext": KEYS["domain"],
        }
        reply = desk.session(right | wrong)
        assert (reply.answer.status, told(reply)["statusCode"]) == (400, "400")
        assert told(reply)["statusMessage"].startswith("Payment Services Exception")
        assert reply.call.problem

    @pytest.mark.parametrize("name", ["processing_certificate_ec", "leaf_certificate_ec", "identity_ca_certificate"])
    def test_another_certificate_is_not_the_identity(self, desk: Desk, name: str) -> None:
        """The classic fault: the processing certificate where the identity certificate belongs."""
        reply = desk.session(certificate=KEYS[name])
        assert (reply.answer.status, reply.call.signed) == (401, False)

    @pytest.mark.parametrize("certificate", [None, "", "%zz", "no certificate"])
    def test_no_certificate(self, desk: Desk, certificate: str | None) -> None:
        reply = desk.send("POST", SESSION, {}, x_client_certificate=certificate)
        assert (reply.answer.status, reply.call.signed) == (401, False)

    @pytest.mark.parametrize("session", [None, [], {}, {"signature": 5}, {"signature": "3080"}])
    def test_what_is_no_session(self, session: Any) -> None:
        assert WALLET.session_problem(session)

    def test_a_session_must_reach_the_page_unchanged(self, desk: Desk) -> None:
        session = told(desk.session())
        assert WALLET.session_problem(dict(reversed(session.items()))) is None
        assert WALLET.session_problem({**session, "displayName": "Other"})
        assert WALLET.session_problem({**session, "extra": 1})
        assert WALLET.session_problem({name: value for name, value in session.items() if name != "nonce"})

    def test_the_canary_sings(self, desk: Desk) -> None:
        for method in ("GET", "POST"):
            reply = desk.send(method, "/canary/word/apple-pay-gateway.apple.com/x?y")
            assert (reply.answer.status, reply.call.operation) == (200, "canary")
            assert WALLET.session_problem(told(reply)) is None

    def test_the_page_is_given_the_gateway(self) -> None:
        url = WALLET.validation_url("https://127.0.0.1:1/applepay")
        assert url == "https://127.0.0.1:1/applepay/paymentservices/startSession"


class TestEvents:
    def test_an_event_is_fetched_by_its_id(self, desk: Desk) -> None:
        body = json.loads(WALLET.callback(KEYS, stamp(), "http://shop.test/tokens").body)
        reply = desk.send("GET", f"{EVENT}/{body['eventId']}", x_request_id="r-1")
        assert (reply.answer.status, reply.call.operation) == (200, "event")
        assert told(reply)["merchantTokenIdentifier"]

    @pytest.mark.parametrize("event", ["x", "a" * 40, "%ff"])
    def test_an_unknown_event(self, desk: Desk, event: str) -> None:
        assert desk.send("GET", f"{EVENT}/{event}", x_request_id="r-1").answer.status == 400

    def test_the_request_is_named(self, desk: Desk) -> None:
        event = json.loads(WALLET.callback(KEYS, stamp(), "").body)["eventId"]
        assert desk.send("GET", f"{EVENT}/{event}").answer.status == 400
        other = f"/paymentservices/v1/merchantId/merchant.other/merchantToken/event/{event}"
        assert desk.send("GET", other, x_request_id="r-1").answer.status == 400


class TestTrouble:
    @pytest.mark.parametrize(("path", "field"), [(PAYMENTS, "error"), (SESSION, "statusMessage")])
    def test_each_server_has_its_own_words(self, path: str, field: str) -> None:
        answer = WALLET.trouble("unavailable", Message("POST", path))
        assert answer.status == 503
        assert field in json.loads(answer.body)

    def test_operations_are_named(self, desk: Desk) -> None:
        paths = [("POST", PAYMENTS), ("POST", SESSION), ("GET", f"{EVENT}/x"), ("GET", "/canary/"), ("GET", "/")]
        found = [WALLET.operation_of(Message(method, path)) for method, path in paths]
        assert found == ["create", "session", "event", "canary", "other"]
        assert set(found) - {"other"} <= WALLET.docs.operations
        assert desk.send("GET", "/").answer.status == 404

    @given(
        method=st.sampled_from(["GET", "POST", "DELETE"]),
        path=st.sampled_from(
            [SESSION, "/", "/acquirer/", f"{EVENT}/%00", "/paymentservices/v1/merchantId//x", PAYMENTS]
        ),
        body=st.binary(max_size=60) | st.just(b"[" * 5000) | st.just(b'{"token":{"paymentData":[]},"reference":"a"}'),
    )
    @settings(max_examples=60, deadline=None)
    def test_it_never_stumbles(self, method: str, path: str, body: bytes) -> None:
        sent = (
            ("authorization", f"Bearer {KEYS['acquirer_key']}"),
            ("x-client-certificate", "x"),
            ("x-request-id", "1"),
        )
        request, desk = Message(method, path, sent, body), Desk()
        reply = WALLET.answer(request, desk.book, KEYS, desk.stamp, BASE)
        assert 200 <= reply.answer.status < 500
        WALLET.reference_of(request, desk.book)
