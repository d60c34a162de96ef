"""A small shop of Alipay's for the tests: its book, its clock, and requests signed as a merchant signs them."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from random import Random
from typing import Any
from urllib.parse import urlencode

from fixtures.model import Answer, Message, Payment, Stamp
from fixtures.wallets.alipay import WALLET, certificates, signing
from fixtures.wallets.alipay.keys import app
from fixtures.wallets.interface import Reply

KEYS = WALLET.published_keys()
NOON = 1_767_240_000.0  # 2026-01-01 12:00:00 in China
NOTIFY = "http://127.0.0.1/notify/alipay"
RETURN = "http://127.0.0.1/return/alipay"
GATEWAY = "http://127.0.0.1/alipay"

QUERY, REFUND, CANCEL = "alipay.trade.query", "alipay.trade.refund", "alipay.trade.cancel"
PRECREATE, CLOSE, BILL = (
    "alipay.trade.precreate",
    "alipay.trade.close",
    "alipay.data.dataservice.bill.downloadurl.query",
)
R1 = {"out_trade_no": "R1"}
TEA = {"out_trade_no": "R1", "total_amount": "88.00", "subject": "tea"}


class ListBook:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.store: MutableMapping[str, Any] = {}
        self.held: dict[str, Payment] = {}

    def by_reference(self, reference: str) -> Payment | None:
        return self.held.get(reference)

    def by_id(self, id: str) -> Payment | None:
        return next((payment for payment in self.held.values() if payment.id == id), None)

    def payments(self) -> list[Payment]:
        return list(self.held.values())

    def save(self, payment: Payment) -> None:
        self.held[payment.reference] = payment


class Shop:
    """Calls the gateway in one mode; `now` may be moved."""

    def __init__(self, mode: str = "key", seed: int = 1) -> None:
        self.mode, self.now, self.book = mode, NOON, ListBook()
        self.app = app(KEYS, mode)
        self._random = Random(seed)

    def stamp(self) -> Stamp:
        """Now, with the shop's own randomness."""
        return Stamp(self.now, self._random)

    def params(self, method: str, content: object, **more: str) -> dict[str, str]:
        """All parameters of a request, signature included; `more` is signed, too."""
        common = {
            "app_id": self.app.id,
            "method": method,
            "format": "json",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": "2026-01-01 12:00:00",
            "version": "1.0",
            "biz_content": json.dumps(content, ensure_ascii=False),
        } | more
        if self.mode == "cert":
            common["app_cert_sn"] = certificates.serial_number(KEYS["app_certificate"])
            common["alipay_root_cert_sn"] = certificates.root_serial_number(KEYS["alipay_root_certificate"])
        charset = "gbk" if common["charset"] == "gbk" else "utf-8"
        sent = {name: value for name, value in common.items() if value}
        content_ = signing.request_content({name: value.encode(charset) for name, value in sent.items()})
        return sent | {"sign": signing.sign(content_, self.app.private_key)}

    def send(self, params: dict[str, str]) -> Reply:
        """A request with everything in the query, as a browser opens it."""
        charset = "gbk" if params.get("charset") == "gbk" else "utf-8"
        return self.request(Message("GET", f"/gateway.do?{urlencode(params, encoding=charset)}"))

    def request(self, message: Message) -> Reply:
        """Any request."""
        return WALLET.answer(message, self.book, KEYS, self.stamp(), GATEWAY)

    def ask(self, method: str, content: object, **more: str) -> dict[str, Any]:
        """The response node of a signed request."""
        return node(self.send(self.params(method, content, **more)).answer)

    def open(self, reference: str = "R1", amount: str = "88.00", **more: str) -> Reply:
        """The buyer's browser opens the address of a page payment."""
        content = {"out_trade_no": reference, "total_amount": amount, "subject": "tea", **more}
        content["product_code"] = "FAST_INSTANT_TRADE_PAY"
        return self.send(self.params("alipay.trade.page.pay", content, notify_url=NOTIFY, return_url=RETURN))

    def paid(self, reference: str = "R1", amount: str = "88.00") -> Payment:
        """A payment of that order, made."""
        self.open(reference, amount)
        payment = WALLET.act("pay", self.book.held[reference], self.stamp())
        self.book.save(payment)
        return payment


def node(answer: Answer) -> dict[str, Any]:
    """The response node of a JSON answer."""
    charset = (answer.header("content-type") or "").partition("charset=")[2]
    content: dict[str, Any] = json.loads(answer.body.decode(charset))
    return next(value for name, value in content.items() if name.endswith("_response"))
