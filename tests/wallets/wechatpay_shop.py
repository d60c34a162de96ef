"""A merchant of a few lines and a book in memory, for the tests of the emulated WeChat Pay."""

from __future__ import annotations

import json
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from fixtures.model import Answer, Message, Money, Payment, Stamp
from fixtures.wallets.interface import Keys, Reply
from fixtures.wallets.wechatpay import WALLET
from fixtures.wallets.wechatpay.keys import verification_keys
from fixtures.wallets.wechatpay.signing import SCHEME, platform_text, request_text, sign, verify

NOW = 1_800_000_000.0
BASE = "http://127.0.0.1:9/wechatpay"
NOTIFY = "https://shop.example/notify/wechatpay"
KEYS: Keys = WALLET.published_keys()


def stamp(now: float = NOW, seed: int = 1) -> Stamp:
    """A moment with seeded randomness."""
    return Stamp(now, Random(seed))


def signature_problem(answer: Answer) -> str | None:
    """None when the platform's signature of an answer fits, else what is wrong with it."""
    header = {name: answer.header(f"Wechatpay-{name}") or "" for name in ("Timestamp", "Nonce", "Serial", "Signature")}
    text = platform_text(header["Timestamp"], header["Nonce"], answer.body)
    return verify(text, header["Signature"], verification_keys(KEYS)[header["Serial"]])


@dataclass
class MemoryBook:
    """The sandbox's book, in memory."""

    store: MutableMapping[str, Any] = field(default_factory=dict)
    entries: dict[str, Payment] = field(default_factory=dict)

    def by_reference(self, reference: str) -> Payment | None:
        return self.entries.get(reference)

    def by_id(self, id: str) -> Payment | None:
        return next((payment for payment in self.entries.values() if payment.id == id), None)

    def payments(self) -> Sequence[Payment]:
        return list(self.entries.values())

    def save(self, payment: Payment) -> None:
        self.entries[payment.reference] = payment


@dataclass
class Shop:
    """Sends signed requests to the gateway and keeps the book beside it."""

    mode: str = "pubkey"
    book: MemoryBook = field(default_factory=MemoryBook)
    moment: Stamp = field(default_factory=stamp)

    def request(self, method: str, url: str, body: object = None, **swap: str) -> Message:
        """A signed request with a JSON body, or bytes as they are; `swap` replaces parts of its Authorization."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        parts = {"mchid": KEYS["mch_id"], "nonce_str": "N0NCE", "timestamp": str(int(self.moment.now))}
        text = request_text(method, url, swap.get("timestamp", parts["timestamp"]), parts["nonce_str"], raw)
        parts |= {"signature": sign(text, KEYS["merchant_private_key"]), "serial_no": KEYS["merchant_serial"], **swap}
        value = ",".join(f'{name}="{part}"' for name, part in parts.items())
        headers = [("Authorization", f"{SCHEME} {value}"), ("Accept", "application/json"), ("User-Agent", "shop")]
        if self.mode == "pubkey":
            headers.append(("Wechatpay-Serial", KEYS["public_key_id"]))
        return Message(method, url, tuple(headers), raw)

    def send(self, message: Message) -> Reply:
        """The gateway's reply to any message."""
        return WALLET.answer(message, self.book, KEYS, self.moment, BASE)

    def call(self, method: str, url: str, body: object = None) -> tuple[int, dict[str, Any]]:
        """Status and JSON of a signed call."""
        answer = self.send(self.request(method, url, body)).answer
        return answer.status, json.loads(answer.body) if answer.body else {}

    def order(self, reference: str = "ORDER-0001", fen: int = 8800, **more: Any) -> dict[str, Any]:
        """The body of a native order."""
        return {
            "appid": KEYS["app_id"],
            "mchid": KEYS["mch_id"],
            "description": "米饭",
            "out_trade_no": reference,
            "notify_url": NOTIFY,
            "amount": {"total": fen, "currency": "CNY"},
            **more,
        }

    def create(self, reference: str = "ORDER-0001", fen: int = 8800, **more: Any) -> tuple[int, dict[str, Any]]:
        """Opens a native order."""
        return self.call("POST", "/v3/pay/transactions/native", self.order(reference, fen, **more))

    def query(self, reference: str = "ORDER-0001") -> tuple[int, dict[str, Any]]:
        """Reads an order by the merchant's number."""
        return self.call("GET", f"/v3/pay/transactions/out-trade-no/{reference}?mchid={KEYS['mch_id']}")

    def close(self, reference: str = "ORDER-0001") -> tuple[int, dict[str, Any]]:
        """Closes an order."""
        return self.call("POST", f"/v3/pay/transactions/out-trade-no/{reference}/close", {"mchid": KEYS["mch_id"]})

    def refund(self, number: str, fen: int, total: int = 8800, **more: Any) -> tuple[int, dict[str, Any]]:
        """Asks for a refund of the first order."""
        amount = {"refund": fen, "total": total, "currency": "CNY"}
        body = {"out_trade_no": "ORDER-0001", "out_refund_no": number, "amount": amount, **more}
        return self.call("POST", "/v3/refund/domestic/refunds", body)

    def pay(self, reference: str = "ORDER-0001", money: Money | None = None) -> Payment:
        """The buyer pays."""
        payment = WALLET.act("pay", self.book.entries[reference], self.moment, money)
        self.book.save(payment)
        return payment
