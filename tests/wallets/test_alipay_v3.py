"""The REST flavour of the emulated Alipay: vectors, a payment's life, statuses, hostile input."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.model import Answer, Message, Money, PaymentState, Stamp
from fixtures.wallets.alipay import WALLET, certificates, proof, sealing, signing
from fixtures.wallets.alipay.keys import app
from fixtures.wallets.interface import Forgery, Reply, Scene
from tests.wallets.alipay_shop import GATEWAY, KEYS, NOON, NOTIFY, ListBook

_FILE = json.loads((Path(__file__).parents[1] / "vectors" / "alipay.json").read_text("utf-8"))
VECTORS: dict[str, dict[str, Any]] = {vector["id"]: vector for vector in _FILE["vectors"]}
TEA = {"out_trade_no": "R1", "total_amount": "88.00", "subject": "tea", "notify_url": NOTIFY}
TRADE = "/v3/alipay/trade"
BILL = "/v3/alipay/data/dataservice/bill/downloadurl/query"


@dataclass
class Shop:
    """Calls the REST flavour; `swap` replaces parts of the Authorization after it was signed."""

    mode: str = "v3"
    now: float = NOON
    book: ListBook = field(default_factory=ListBook)
    random: Random = field(default_factory=lambda: Random(1))

    def request(self, method: str, url: str, body: bytes = b"", *headers: tuple[str, str], **swap: str) -> Message:
        mine = app(KEYS, self.mode)
        pairs = {"app_id": mine.id, "nonce": "n-1", "timestamp": str(int(self.now * 1000))}
        if self.mode == "cert":
            pairs["app_cert_sn"] = certificates.serial_number(KEYS["app_certificate"])
            headers += (("alipay-root-cert-sn", certificates.root_serial_number(KEYS["alipay_root_certificate"])),)
        text = ",".join(f"{name}={value}" for name, value in (pairs | swap).items())
        token = dict(headers).get("alipay-app-auth-token")
        sign = signing.sign(signing.rest_request_content(text, method, url, body, token), mine.private_key)
        authorization = ("Authorization", f"ALIPAY-SHA256withRSA {text},sign={sign}")
        return Message(method, url, (authorization, ("alipay-request-id", "r-1"), *headers), body)

    def send(self, message: Message) -> Reply:
        return WALLET.answer(message, self.book, KEYS, Stamp(self.now, self.random), GATEWAY)

    def post(self, path: str, content: object, *headers: tuple[str, str]) -> tuple[int, dict[str, Any]]:
        answer = self.send(self.request("POST", TRADE + path, json.dumps(content).encode(), *headers)).answer
        if answer.status == 200:
            assert problem(answer, self.mode) is None
        return answer.status, json.loads(answer.body)

    def act(self, action: Any, money: Money | None = None) -> None:
        self.book.save(WALLET.act(action, self.book.held["R1"], Stamp(self.now, self.random), money))


def problem(answer: Answer, mode: str = "v3") -> str | None:
    """What is wrong with an answer's signature."""
    at, nonce, signature = (answer.header(f"alipay-{name}") or "" for name in ("timestamp", "nonce", "signature"))
    content = signing.rest_answer_content(at, nonce, answer.body)
    return signing.verify(content, signature.encode(), app(KEYS, mode).platform_public_key)


@pytest.mark.parametrize("id", ["alipay-v3-request-sign-post", "alipay-v3-request-sign-get-cert-apptoken"])
def test_a_request_is_signed_as_the_sdk_signs_it(id: str) -> None:
    vector = VECTORS[id]
    content = signing.rest_request_content(
        vector["auth_string"],
        vector["http_method"],
        vector["request_uri"],
        vector["body"].encode(),
        vector.get("app_auth_token"),
    )
    assert content.decode() == vector["sign_content"]
    assert signing.sign(content, _FILE["keys"][vector["private_key_pem_ref"]]) == vector["sign"]
    assert vector["authorization_header"] == f"ALIPAY-SHA256withRSA {vector['auth_string']},sign={vector['sign']}"


def test_an_answer_is_signed_as_the_sdk_verifies_it() -> None:
    vector = VECTORS["alipay-v3-response-sign"]
    headers = vector["headers"]
    content = signing.rest_answer_content(headers["alipay-timestamp"], headers["alipay-nonce"], vector["body"].encode())
    assert content.decode() == vector["sign_content"]
    public = _FILE["keys"][vector["public_key_pem_ref"]]
    assert signing.verify(content, vector["sign"].encode(), public) is None
    assert signing.verify(content + b" ", vector["sign"].encode(), public)


def test_contents_are_encrypted_as_the_sdk_encrypts_them() -> None:
    vector = VECTORS["alipay-aes-cbc-zero-iv"]
    key, plain = vector["aes_key_base64"], vector["plaintext"].encode()
    assert sealing.seal(plain, key).decode() == vector["ciphertext_base64"]
    assert sealing.unseal(vector["ciphertext_base64"].encode(), key) == plain
    with pytest.raises(ValueError, match="multiple of the block length"):
        sealing.unseal(b"AAAA", key)


@pytest.mark.parametrize("mode", ["v3", "cert"])
def test_a_payment_lives_its_whole_life(mode: str) -> None:
    shop = Shop(mode)
    status, code = shop.post("/precreate", TEA)
    assert status == 200 and code["qr_code"].startswith("https://qr.alipay.com/") and "code" not in code
    payment = shop.book.held["R1"]
    assert (payment.mode, payment.asked, payment.notify_url) == (mode, Money(8800, "CNY"), NOTIFY)
    assert shop.post("/query", {"out_trade_no": "R1"})[1]["code"] == "ACQ.TRADE_NOT_EXIST"

    shop.act("open")
    assert shop.post("/query", {"out_trade_no": "R1"})[1]["trade_status"] == "WAIT_BUYER_PAY"
    shop.act("pay")
    assert shop.post("/query", {"trade_no": payment.id})[1]["trade_status"] == "TRADE_SUCCESS"
    assert shop.post("/close", {"out_trade_no": "R1"})[0] == 400

    part = {"out_trade_no": "R1", "refund_amount": "8.00", "out_request_no": "F1"}
    assert shop.post("/refund", part)[1]["fund_change"] == "Y"
    assert shop.post("/refund", part)[1]["fund_change"] == "N"
    found = shop.post("/fastpay/refund/query", {"out_trade_no": "R1", "out_request_no": "F1"})[1]
    assert found["refund_status"] == "REFUND_SUCCESS"


def test_an_unpaid_trade_is_closed_and_cancelled() -> None:
    shop = Shop()
    shop.post("/precreate", TEA)
    shop.act("open")
    assert shop.post("/close", {"out_trade_no": "R1"})[0] == 200
    assert shop.book.held["R1"].state is PaymentState.CLOSED
    assert shop.post("/cancel", {"out_trade_no": "R1"})[1]["action"] == "close"


def test_the_statement_is_asked_for_by_get() -> None:
    shop = Shop()
    shop.post("/precreate", TEA)
    shop.act("pay")
    shop.now += 86400
    reply = shop.send(shop.request("GET", f"{BILL}?bill_type=trade&bill_date=2026-01-01"))
    assert reply.answer.status == 200 and reply.call.operation == "bill"
    assert json.loads(reply.answer.body)["bill_download_url"].startswith(GATEWAY)
    assert shop.send(shop.request("POST", BILL, b"{}")).answer.status == 404


def test_an_encrypted_call_is_answered_encrypted() -> None:
    shop, key = Shop(), WALLET.merchant_credentials(KEYS, "v3")["encrypt_key"]
    body = sealing.seal(json.dumps(TEA).encode(), key)
    answer = shop.send(shop.request("POST", f"{TRADE}/precreate", body, ("alipay-encrypt-type", "AES"))).answer
    assert problem(answer) is None
    assert json.loads(sealing.unseal(answer.body, key))["out_trade_no"] == "R1"


def test_what_was_understood_is_told() -> None:
    shop = Shop()
    message = shop.request("POST", f"{TRADE}/precreate", json.dumps(TEA).encode())
    call = shop.send(message).call
    assert (call.operation, call.reference, call.asked) == ("create", "R1", Money(8800, "CNY"))
    assert (call.signed, call.problem, call.notify_url) == (True, None, NOTIFY)
    assert WALLET.operation_of(message) == "create" and WALLET.reference_of(message, shop.book) == "R1"
    again = shop.send(shop.request("POST", f"{TRADE}/refund", b'{"out_trade_no":"R1","refund_amount":"1.00"}')).call
    assert (again.operation, again.asked) == ("refund", Money(100, "CNY"))


def test_the_whole_path_may_be_signed() -> None:
    shop = Shop()
    shop.post("/precreate", TEA)
    signed = shop.request("POST", f"/alipay{TRADE}/cancel", b'{"out_trade_no":"R1"}')
    moved = Message("POST", f"{TRADE}/cancel", signed.headers, signed.body)
    assert shop.send(moved).answer.status == 200


@pytest.mark.parametrize(
    ("spoil", "status", "code"),
    [
        (lambda s, b: Message("POST", f"{TRADE}/query", (), b), 400, "missing-timestamp"),
        (lambda s, b: s.request("POST", f"{TRADE}/query", b, timestamp="1767240000"), 401, "invalid-timestamp"),
        (lambda s, b: s.request("POST", f"{TRADE}/query", b, timestamp="1767230000000"), 401, "invalid-timestamp"),
        (lambda s, b: s.request("POST", f"{TRADE}/query", b, app_id="2021999999999999"), 400, "invalid-app-id"),
        (lambda s, b: s.request("POST", f"{TRADE}/query", b, nonce=""), 400, "missing-nonce"),
        (lambda s, b: s.request("POST", f"{TRADE}/dance", b), 404, "invalid-method"),
        (lambda s, b: s.request("POST", f"{TRADE}/query", b"[]"), 400, "illegal-json"),
        (lambda s, b: s.request("POST", f"{TRADE}/query", b), 400, "ACQ.TRADE_NOT_EXIST"),
    ],
)
def test_errors_have_a_status_and_no_signature(spoil: Any, status: int, code: str) -> None:
    shop = Shop()
    reply = shop.send(spoil(shop, b'{"out_trade_no":"R1"}'))
    body = json.loads(reply.answer.body)
    assert (reply.answer.status, body["code"]) == (status, code)
    assert isinstance(body["links"], list) and reply.answer.header("alipay-signature") is None


def test_a_changed_body_or_another_key_is_no_signature() -> None:
    shop = Shop()
    message = shop.request("POST", f"{TRADE}/query", b'{"out_trade_no":"R1"}')
    changed = Message("POST", message.url, message.headers, message.body.replace(b"R1", b"R2"))
    reply = shop.send(changed)
    assert (reply.answer.status, json.loads(reply.answer.body)["code"]) == (401, "invalid-signature")
    assert reply.call.signed is False and reply.call.problem


def test_answers_are_spoilt_and_outages_have_statuses() -> None:
    shop = Shop()
    message = shop.request("POST", f"{TRADE}/precreate", json.dumps(TEA).encode())
    answer = shop.send(message).answer
    assert problem(answer) is None and problem(WALLET.spoil(answer))
    assert WALLET.trouble("throttled", message).status == 429
    assert WALLET.trouble("system-error", message).status == 500
    assert WALLET.trouble("unavailable", message).status == 502


@given(
    method=st.sampled_from(["GET", "POST", "PUT"]),
    path=st.sampled_from(["/query", "/refund", "/precreate", "", "/%ff", "?a=b"]),
    authorization=st.text(max_size=60) | st.just("ALIPAY-SHA256withRSA app_id=,nonce=,timestamp=,sign="),
    body=st.binary(max_size=80),
    sealed=st.booleans(),
)
def test_hostile_input_is_answered(method: str, path: str, authorization: str, body: bytes, sealed: bool) -> None:
    shop = Shop()
    headers = (("Authorization", authorization), *((("alipay-encrypt-type", "AES"),) if sealed else ()))
    assert shop.send(Message(method, TRADE + path, headers, body)).answer.status >= 400
    signed = shop.send(shop.request("POST", f"{TRADE}/precreate", body, *headers[1:]))
    assert signed.answer.status == 400


@pytest.mark.parametrize("forgery", WALLET.forgeries, ids=lambda forgery: forgery.name)
def test_notifications_stay_forms_and_forgeries_are_refused(forgery: Forgery) -> None:
    stamp = Stamp(NOON, Random(5))
    victim, other = (
        WALLET.act("pay", WALLET.assume(name, Money(8800, "CNY"), "v3", stamp, NOTIFY), stamp) for name in ("R1", "R2")
    )
    genuine = WALLET.prove("paid", victim, KEYS, stamp, NOTIFY, GATEWAY)
    assert proof.verify(genuine, KEYS, "v3") is None
    forged = forgery.make(Scene(victim, other, KEYS, stamp, NOTIFY, GATEWAY))
    assert (proof.verify(forged, KEYS, "v3") is None) == (forgery.group == "substitution")
