"""A wallet of one page, to test the sandbox with; as a module it runs a sandbox that serves nothing else.

POST /pay {"reference", "amount", "currency"} opens a payment, GET /pay/REFERENCE shows it, GET /raise does what no
wallet may do. Answers carry `x-signature`, the SHA-256 of key and body.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from fixtures.model import Answer, Call, Message, Money, Payment, PaymentState, Stamp
from fixtures.sandbox.__main__ import main
from fixtures.wallets.interface import (
    Action,
    Book,
    Docs,
    Event,
    Forgery,
    Keys,
    Refused,
    Reply,
    Trouble,
    Wording,
)

HOST = "api.toy.example"
PLAIN = Wording()


class Toy:
    """The smallest wallet that answers the interface."""

    name = "toy"
    modes: tuple[str, ...] = ("plain",)
    travel: Literal["pushed", "presented", "observed"] = "pushed"
    forgeries: tuple[Forgery, ...] = ()
    docs = Docs(
        title="Toy",
        topics={},
        not_applicable={},
        currencies=("CNY",),
        smallest={},
        largest={},
        retry_schedule=(1.0, 2.0),
        operations=frozenset({"create", "query", "other"}),
        production_hosts=(HOST,),
        answers_signed=True,
    )

    def published_keys(self) -> Keys:
        return {"secret": "published"}

    def make_keys(self) -> Keys:
        return {"secret": "private"}

    def merchant_credentials(self, keys: Keys, mode: str) -> dict[str, str]:
        return {**keys, "mode": mode}

    def operation_of(self, request: Message) -> str:
        if request.url.startswith("/pay/"):
            return "query"
        return "create" if request.url == "/pay" else "other"

    def reference_of(self, request: Message, book: Book) -> str | None:
        if request.url.startswith("/pay/"):
            payment = book.by_id(request.url[5:])
            return payment.reference if payment else request.url[5:]
        return str(json.loads(request.body)["reference"]) if request.url == "/pay" else None

    def answer(self, request: Message, book: Book, keys: Keys, stamp: Stamp, base_url: str) -> Reply:
        operation, reference = self.operation_of(request), self.reference_of(request, book)
        if operation == "create" and reference is not None:
            asked = json.loads(request.body)
            money = Money(asked["amount"], asked["currency"])
            book.save(replace(self.assume(reference, money, "plain", stamp, None), assumed=False))
        if request.url == "/raise":
            raise RuntimeError("the toy is broken")
        if request.url == "/header":
            return Reply(Answer(200, (("x-bad", "a\r\nb: c"),)), Call("", "other"))
        payment = book.by_reference(reference) if reference else None
        shown = {"url": request.url, "base": base_url, "state": payment and payment.state, "id": payment and payment.id}
        body = json.dumps(shown).encode()
        signature = hashlib.sha256(keys["secret"].encode() + body).hexdigest()
        headers = (("content-type", "application/json"), ("x-signature", signature))
        return Reply(Answer(200, headers, body), Call("", operation, reference))

    def trouble(self, kind: Trouble, request: Message) -> Answer:
        status = {"throttled": 429, "unavailable": 503, "system-error": 500}[kind]
        return Answer(status, (), f"toy {kind}".encode())

    def spoil(self, answer: Answer) -> Answer:
        return replace(answer, headers=tuple((name, value[::-1]) for name, value in answer.headers))

    def act(self, action: Action, payment: Payment, stamp: Stamp, money: Money | None = None) -> Payment:
        if payment.state is PaymentState.PAID:
            raise Refused("paid already")
        if action not in ("pay", "settle"):
            raise Refused(f"the toy cannot {action}")
        return replace(payment, state=PaymentState.PAID, paid=money or payment.asked, paid_at=stamp.now)

    def assume(self, reference: str, money: Money, mode: str, stamp: Stamp, notify_url: str | None) -> Payment:
        return Payment("toy", mode, stamp.digits(12), reference, money, notify_url=notify_url, assumed=True)

    def return_visit(self, payment: Payment, keys: Keys, stamp: Stamp) -> str | None:
        return None

    def events(self) -> frozenset[Event]:
        return frozenset({"paid"})

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
        return Message("POST", url, (), json.dumps({"event": event, "reference": payment.reference}).encode())

    def refusal(self, answer: Answer) -> str | None:
        return None if answer.body == b"success" else "not the word success"

    def mutate(
        self, message: Message, keys: Keys, stamp: Stamp, change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> Message:
        return replace(message, body=json.dumps(change(json.loads(message.body))).encode())

    def signature_of(self, message: Message) -> bytes | None:
        return None

    def with_signature(self, message: Message, signature: bytes) -> Message:
        return message


TOY = Toy()

if __name__ == "__main__":
    main(wallets={"toy": TOY})
