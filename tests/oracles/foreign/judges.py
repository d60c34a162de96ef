"""Who judges: each foreign SDK, where it lives, and what it reads from the gateway in the states of a payment."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from fixtures.model import Money, Stamp
from fixtures.wallets import discover
from fixtures.wallets.interface import Wallet
from tests.oracles.foreign.environments import Environment, Unavailable, npm, python_alipay

NOTIFY_URL = "http://127.0.0.1:9/notify/oracle"
RETURN_URL = "http://127.0.0.1:9/return/oracle"


@dataclass(frozen=True, slots=True)
class Words:
    """The vendor's words for the states of a payment, of a refund, and for a refund when nothing is left."""

    open: str
    paid: str
    partly_refunded: str
    refunded: str
    closed: str
    refund: str
    too_much: str


@dataclass(frozen=True, slots=True)
class Judge:
    """An SDK in one mode of its wallet."""

    sdk: str
    script: str
    environment: Callable[[], Environment | Unavailable]
    wallet_name: str
    mode: str
    money: Money
    words: Words
    verifies: bool = True  # has a check of notifications
    collects: bool = False  # the merchant captures after the buyer has agreed
    closes: bool = True

    @property
    def wallet(self) -> Wallet:
        """The emulated wallet that is judged."""
        return discover()[self.wallet_name]

    def __str__(self) -> str:
        return f"{self.sdk}-{self.mode}"


def stamp() -> Stamp:
    """Now, with the same randomness each time."""
    return Stamp(time.time(), Random(7))


_ALIPAY = Words(
    open="WAIT_BUYER_PAY",
    paid="TRADE_SUCCESS",
    partly_refunded="TRADE_SUCCESS",
    refunded="TRADE_CLOSED",
    closed="TRADE_CLOSED",
    refund="REFUND_SUCCESS",
    too_much="ACQ.TRADE_HAS_CLOSE",
)
_WECHATPAY = Words(
    open="NOTPAY",
    paid="SUCCESS",
    partly_refunded="REFUND",
    refunded="REFUND",
    closed="CLOSED",
    refund="SUCCESS",
    too_much="INVALID_REQUEST",
)
_PAYPAL = Words(
    open="CREATED",
    paid="COMPLETED",
    partly_refunded="PARTIALLY_REFUNDED",
    refunded="REFUNDED",
    closed="VOIDED",
    refund="COMPLETED",
    too_much="CAPTURE_FULLY_REFUNDED",
)
_INTENT = Words(
    open="requires_payment_method",
    paid="succeeded",
    partly_refunded="succeeded",
    refunded="succeeded",
    closed="canceled",
    refund="succeeded",
    too_much="charge_already_refunded",
)
_CHECKOUT = Words(
    open="open/unpaid",
    paid="complete/paid",
    partly_refunded="complete/paid",
    refunded="complete/paid",
    closed="expired/unpaid",
    refund="succeeded",
    too_much="charge_already_refunded",
)

_YUAN, _DOLLARS = Money(8801, "CNY"), Money(1999, "USD")
_PAYPAL_SDK = "@paypal/paypal-server-sdk"

JUDGES = (
    Judge("alipay-sdk", "alipay.mjs", npm, "alipay", "key", _YUAN, _ALIPAY),
    Judge("alipay-sdk", "alipay.mjs", npm, "alipay", "cert", _YUAN, _ALIPAY),
    Judge("python-alipay-sdk", "python_alipay.py", python_alipay, "alipay", "key", _YUAN, _ALIPAY),
    Judge("python-alipay-sdk", "python_alipay.py", python_alipay, "alipay", "cert", _YUAN, _ALIPAY),
    Judge("wechatpay-axios-plugin", "wechatpay.mjs", npm, "wechatpay", "pubkey", _YUAN, _WECHATPAY),
    Judge("wechatpay-axios-plugin", "wechatpay.mjs", npm, "wechatpay", "cert", _YUAN, _WECHATPAY),
    Judge("stripe", "stripe.mjs", npm, "stripe", "intent", _DOLLARS, _INTENT),
    Judge("stripe", "stripe.mjs", npm, "stripe", "checkout", _DOLLARS, _CHECKOUT),
    Judge(_PAYPAL_SDK, "paypal.mjs", npm, "paypal", "capture", _DOLLARS, _PAYPAL, False, collects=True, closes=False),
)
VERIFYING = tuple(judge for judge in JUDGES if judge.verifies)
ALIPAY = tuple(judge for judge in JUDGES if judge.wallet_name == "alipay")
WECHATPAY_CERT = next(judge for judge in JUDGES if str(judge) == "wechatpay-axios-plugin-cert")
