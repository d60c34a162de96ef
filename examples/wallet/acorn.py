"""Acorn, a wallet that exists nowhere: everything that walletproof asks of a wallet, on one page.

Requests and notifications carry `Acorn-Signature: t=SECONDS,v1=HEX`, the HMAC-SHA256 of "SECONDS.BODY" under the secret
that wallet and merchant share. A GET signs its path instead of a body.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fixtures.model import Answer, Call, Message, Money, Payment, PaymentState, Refund, Stamp, with_header
from fixtures.wallets.interface import (
    Action,
    Book,
    Citation,
    Docs,
    Event,
    Forgery,
    Keys,
    Refused,
    Reply,
    Scene,
    Travel,
    Trouble,
    Wording,
)

HEADER = "Acorn-Signature"
TOLERANCE = 300  # seconds between the signature's time and now
PLAIN = Wording()
WHERE = "https://acorn.example/docs"


def sign(secret: str, at: int, content: bytes) -> str:
    """The header's value for content signed at `at` (Unix seconds)."""
    return f"t={at},v1=" + hmac.new(secret.encode(), f"{at}.".encode() + content, hashlib.sha256).hexdigest()


def problem(secret: str, header: str | None, content: bytes, now: float) -> str | None:
    """Why a signature does not hold, or None if it does."""
    at = (header or "").partition(",")[0].removeprefix("t=")
    if not at.isdecimal() or len(at) > 12:
        return "no signature"
    if abs(now - int(at)) > TOLERANCE:
        return "signed too long ago"
    return None if hmac.compare_digest(sign(secret, int(at), content), header or "") else "wrong signature"


# What a forger tries. Each breaks one thing of a genuine proof.


def _genuine(scene: Scene) -> Message:
    return WALLET.prove("paid", scene.victim, scene.keys, scene.stamp, scene.url, scene.gateway_url)


def _unsigned(scene: Scene) -> Message:
    message = _genuine(scene)
    return replace(message, headers=with_header(message.headers, HEADER, None))


def _wrong_key(scene: Scene) -> Message:
    return WALLET.prove("paid", scene.victim, {"secret": "guessed"}, scene.stamp, scene.url, scene.gateway_url)


def _tampered(scene: Scene) -> Message:
    other = WALLET.prove("paid", scene.other, scene.keys, scene.stamp, scene.url, scene.gateway_url)
    return replace(other, body=other.body.replace(scene.other.reference.encode(), scene.victim.reference.encode()))


def _stale(scene: Scene) -> Message:
    yesterday = replace(scene.stamp, now=scene.stamp.now - 86400)
    return WALLET.prove("paid", scene.victim, scene.keys, yesterday, scene.url, scene.gateway_url)


def _forgery(name: str, wrong: str, make: Callable[[Scene], Message]) -> Forgery:
    return Forgery(name, "forgery", wrong, "goods leave that nobody paid for", WHERE, make)


NOT_APPLICABLE = {
    "pay.pending": "Acorn moves money at once",
    "pay.late-money": "Acorn takes no money for a closed payment",
    "pay.return-alone": "Acorn sends no browser back to the shop",
    "notify.out-of-order": "Acorn tells of payments only",
    "refund.notification": "Acorn does not tell of refunds",
    "refund.external": "Acorn does not tell of refunds",
    "refund.failed": "Acorn does not tell of refunds",
    "refund.external-parts": "Acorn does not tell of refunds",
    "refund.refused": "at Acorn money goes back at the merchant's word alone",
    "refund.slow": "Acorn moves money at once",
    "refund.out-of-order": "Acorn does not tell of refunds",
    "requests.response-signature": "Acorn does not sign its answers",
    "substitution": "Acorn signs each merchant's messages with that merchant's own secret",
    "amounts.three-decimal": "Acorn knows no currency of three decimals",
    "amounts.zero-decimal": "Acorn knows no currency without decimals",
}
GROUPS = ("pay", "notify", "refund", "close", "reconcile", "amounts", "requests", "forgery", "replay", "access", "fuzz")

DOCS = Docs(
    title="Acorn",
    topics={group: Citation(f"{WHERE}/{group}", "2026-11-22") for group in (*GROUPS, "keys")},
    not_applicable=NOT_APPLICABLE,
    currencies=("USD", "EUR"),
    smallest={"USD": 1, "EUR": 1},
    largest={"USD": 10**9, "EUR": 10**9},
    retry_schedule=(10.0, 60.0, 600.0),
    operations=frozenset({"create", "query", "close", "refund", "other"}),
    production_hosts=("api.acorn.example",),
    acknowledgement="any answer of 200",
)


class Acorn:
    """The wallet. It opens no socket and reads no clock: time and randomness come in a `Stamp`."""

    name = "acorn"
    modes: tuple[str, ...] = ("plain",)
    travel: Travel = "pushed"
    docs = DOCS
    forgeries: tuple[Forgery, ...] = (
        _forgery("unsigned", "the signature is missing", _unsigned),
        _forgery("wrong-key", "signed with a guessed secret", _wrong_key),
        _forgery("tampered-order", "another order's proof with this order's number", _tampered),
        _forgery("stale", "signed a day ago", _stale),
    )

    def published_keys(self) -> Keys:
        return {"secret": "acorn-published-secret"}

    def make_keys(self) -> Keys:
        return {"secret": secrets.token_hex(24)}

    def merchant_credentials(self, keys: Keys, mode: str) -> dict[str, str]:
        return {"secret": keys["secret"]}

    # the gateway

    def operation_of(self, request: Message) -> str:
        parts = request.url.strip("/").split("/")
        if parts[0] != "payments" or len(parts) > 3:
            return "other"
        if len(parts) == 1:
            return "create"
        return {"close": "close", "refunds": "refund"}.get(parts[2], "other") if len(parts) == 3 else "query"

    def reference_of(self, request: Message, book: Book) -> str | None:
        parts = request.url.strip("/").split("/")
        found = parts[1] if len(parts) > 1 else _json(request).get("reference")
        return found if isinstance(found, str) else None

    def answer(self, request: Message, book: Book, keys: Keys, stamp: Stamp, base_url: str) -> Reply:
        operation, reference = self.operation_of(request), self.reference_of(request, book)
        content = request.body or request.url.encode()
        wrong = problem(keys["secret"], request.header(HEADER), content, stamp.now)
        call = Call(self.name, operation, reference, signed=wrong is None, problem=wrong)
        if wrong is not None:
            return Reply(_answer(401, {"error": wrong}), call)
        if operation == "create":
            return self._create(_json(request), book, stamp, call)
        payment = book.by_reference(reference or "")
        if payment is None:
            return Reply(_answer(404, {"error": "unknown payment"}), call)
        if operation == "refund":
            return self._refund(_json(request), payment, book, stamp, call)
        if operation == "close" and payment.state is PaymentState.PAID:
            return Reply(_answer(409, {"error": "paid"}), call)
        if operation == "close":
            payment = replace(payment, state=PaymentState.CLOSED)
            book.save(payment)
        return Reply(_answer(200, _shown(payment)), call)

    def _create(self, asked: dict[str, Any], book: Book, stamp: Stamp, call: Call) -> Reply:
        amount, currency = asked.get("amount"), asked.get("currency")
        if not call.reference or not isinstance(amount, int) or currency not in DOCS.currencies:
            return Reply(_answer(400, {"error": "malformed"}), replace(call, problem="malformed"))
        money, notify_url = Money(amount, currency), str(asked.get("notify_url"))
        payment = book.by_reference(call.reference)
        if payment is None:
            opened = self.assume(call.reference, money, "plain", stamp, notify_url)
            payment = replace(opened, assumed=False)
            book.save(payment)
        call = replace(call, asked=money, key=call.reference, notify_url=notify_url)
        return Reply(_answer(201, _shown(payment)), call)

    def _refund(self, asked: dict[str, Any], payment: Payment, book: Book, stamp: Stamp, call: Call) -> Reply:
        number, amount = asked.get("number"), asked.get("amount")
        if any(refund.number == number for refund in payment.refunds):
            return Reply(_answer(200, _shown(payment)), call)
        left = (payment.paid.amount if payment.paid else 0) - payment.refunded
        if not isinstance(number, str) or not isinstance(amount, int) or not 0 < amount <= left:
            return Reply(_answer(409, {"error": "not refundable"}), call)
        refund = Refund(number, stamp.digits(10), Money(amount, payment.asked.currency), stamp.now)
        payment = replace(payment, refunds=(*payment.refunds, refund))
        book.save(payment)
        return Reply(_answer(200, _shown(payment)), replace(call, key=number))

    def trouble(self, kind: Trouble, request: Message) -> Answer:
        return _answer({"throttled": 429, "unavailable": 503, "system-error": 500}[kind], {"error": kind})

    def spoil(self, answer: Answer) -> Answer:
        return answer

    # the ledger

    def act(self, action: Action, payment: Payment, stamp: Stamp, money: Money | None = None) -> Payment:
        if action in ("open", "decline") and payment.state is PaymentState.OPEN:
            return payment
        if action in ("pay", "settle") and payment.state is PaymentState.OPEN:
            return replace(payment, state=PaymentState.PAID, paid=money or payment.asked, paid_at=stamp.now)
        if action in ("expire", "cancel") and payment.state is PaymentState.OPEN:
            return replace(payment, state=PaymentState.CLOSED)
        raise Refused(f"{action} of a payment that is {payment.state}")

    def assume(self, reference: str, money: Money, mode: str, stamp: Stamp, notify_url: str | None) -> Payment:
        id = stamp.digits(12)
        return Payment(self.name, mode, id, reference, money, notify_url=notify_url, created_at=stamp.now, assumed=True)

    def return_visit(self, payment: Payment, keys: Keys, stamp: Stamp) -> str | None:
        return None

    # proofs

    def events(self) -> frozenset[Event]:
        return frozenset({"paid", "unknown"})

    def prove(
        self,
        event: Event,
        payment: Payment,
        keys: Keys,
        stamp: Stamp,
        url: str,
        gateway_url: str,
        wording: Wording = PLAIN,
    ) -> Message:
        paid = payment.paid or payment.asked
        kind = "payment.paid" if event == "paid" else "payment.viewed"
        told: dict[str, Any] = {"id": wording.message_id or stamp.token(16), "type": kind, "payment": payment.id}
        told |= {"reference": payment.reference, "amount": paid.amount, "currency": paid.currency}
        told |= {"loyalty_points": 7} if wording.extra_fields else {}
        return _signed(url, json.dumps(told, indent=4 if wording.odd else None).encode(), keys, stamp)

    def refusal(self, answer: Answer) -> str | None:
        return None if answer.status == 200 else f"answered {answer.status}, wanted 200"

    def mutate(
        self, message: Message, keys: Keys, stamp: Stamp, change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> Message:
        return _signed(message.url, json.dumps(change(json.loads(message.body))).encode(), keys, stamp)

    def signature_of(self, message: Message) -> bytes | None:
        value = message.header(HEADER)
        return None if value is None else bytes.fromhex(value.partition("v1=")[2])

    def with_signature(self, message: Message, signature: bytes) -> Message:
        time = (message.header(HEADER) or "").partition(",")[0]
        return replace(message, headers=with_header(message.headers, HEADER, f"{time},v1={signature.hex()}"))


def _signed(url: str, body: bytes, keys: Keys, stamp: Stamp) -> Message:
    signature = sign(keys["secret"], int(stamp.now), body)
    return Message("POST", url, (("Content-Type", "application/json"), (HEADER, signature)), body)


def _json(request: Message) -> dict[str, Any]:
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _answer(status: int, body: dict[str, Any]) -> Answer:
    return Answer(status, (("content-type", "application/json"),), json.dumps(body).encode())


def _shown(payment: Payment) -> dict[str, Any]:
    money = payment.paid or payment.asked
    shown = {"payment": payment.id, "reference": payment.reference, "state": payment.state.value}
    return {**shown, "amount": money.amount, "currency": money.currency, "refunded": payment.refunded}


WALLET = Acorn()
