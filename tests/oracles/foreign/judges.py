"""Who judges: each foreign SDK, where it lives, and what it reads from the gateway in the states of a payment."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

import pytest

from fixtures.model import Money, Stamp
from fixtures.wallets import discover
from fixtures.wallets.interface import Wallet
from tests.oracles.foreign.environments import Environment, Unavailable, npm, python_alipay

NOTIFY_URL = "http://127.0.0.1:9/notify/oracle"
RETURN_URL = "http://127.0.0.1:9/return/oracle"


@dataclass(frozen=True, slots=True)
class States:
    """The vendor's words for a payment, as the SDK reads them."""

    open: str
    paid: str
    partly_refunded: str
    refunded: str
    closed: str
    refund: str  # of a refund that has succeeded


@dataclass(frozen=True, slots=True)
class Judge:
    """An SDK in one mode of its wallet."""

    sdk: str
    script: str
    environment: Callable[[], Environment | Unavailable]
    wallet_name: str
    mode: str
    money: Money
    states: States
    verifies: bool = True  # has a check of notifications
    reads_signed_answers: bool = False
    collects: bool = False  # the money must be captured after the buyer has agreed
    closes: bool = True
    refusal: str = ""  # the vendor's code for a refund of more than was paid

    @property
    def wallet(self) -> Wallet:
        """The emulated wallet that is judged."""
        return discover()[self.wallet_name]

    def __str__(self) -> str:
        return f"{self.sdk}-{self.mode}"


def stamp() -> Stamp:
    """Now, with the same randomness each time."""
    return Stamp(time.time(), Random(7))


def param(judge: Judge, *more: object) -> object:
    """The judge, and what it is shown, as a parameter of a test."""
    return pytest.param(judge, *more, id="-".join([str(judge), *(getattr(each, "name", str(each)) for each in more)]))


_ALIPAY = States(
    open="WAIT_BUYER_PAY",
    paid="TRADE_SUCCESS",
    partly_refunded="TRADE_SUCCESS",
    refunded="TRADE_CLOSED",
    closed="TRADE_CLOSED",
    refund="REFUND_SUCCESS",
)
_WECHATPAY = States("NOTPAY", "SUCCESS", "REFUND", "REFUND", "CLOSED", "SUCCESS")
_PAYPAL = States("CREATED", "COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED", "VOIDED", "COMPLETED")
_STRIPE: Mapping[str, States] = {
    "intent": States("requires_payment_method", *["succeeded"] * 3, "canceled", "succeeded"),
    "checkout": States("open/unpaid", *["complete/paid"] * 3, "expired/unpaid", "succeeded"),
}
_YUAN, _DOLLARS = Money(8801, "CNY"), Money(1999, "USD")


def _alipay(sdk: str, script: str, environment: Callable[[], Environment | Unavailable]) -> list[Judge]:
    shared = {"reads_signed_answers": True}
    return [
        Judge(sdk, script, environment, "alipay", mode, _YUAN, _ALIPAY, refusal=_OVER["alipay"], **shared)
        for mode in ("key", "cert")
    ]


_OVER = {
    "alipay": "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
    "wechatpay": "INVALID_REQUEST",
    "stripe": "charge_already_refunded",
    "paypal": "CAPTURE_FULLY_REFUNDED",
}
