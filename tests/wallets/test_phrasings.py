"""The ways to state that an order was paid in full: each is genuine, and says the order's sum in its own place."""

from __future__ import annotations

from random import Random

import pytest

from fixtures.model import Message, Money, Stamp
from fixtures.wallets import discover
from fixtures.wallets.alipay import proof as alipay
from fixtures.wallets.fuzzing import Phrased, Phrasing
from fixtures.wallets.interface import Scene
from fixtures.wallets.wechatpay import proof as v3
from fixtures.wallets.wechatpay.keys import V2
from fixtures.wallets.wechatpay.v2 import proof as v2

NOW = 1_795_000_000.0
PRICE = 1999
WAYS = [
    (name, mode, phrasing)
    for name, wallet in discover().items()
    if isinstance(wallet, Phrased)
    for mode in wallet.modes
    for phrasing in wallet.phrasings
]


def scene(name: str, mode: str) -> Scene:
    """A payment that was made."""
    wallet, stamp, at = discover()[name], Stamp(NOW, Random(1)), "http://127.0.0.1:9"
    paid = wallet.act("settle", wallet.assume("123456789012", Money(PRICE, "CNY"), mode, stamp, at), stamp)
    return Scene(paid, paid, wallet.published_keys(), stamp, f"{at}/n", f"{at}/g")


def problem(name: str, mode: str, message: Message, at: Scene) -> str | None:
    """Why the message must not be believed; None if it must."""
    if name == "alipay":
        return alipay.verify(message, at.keys, mode)
    return v2.examine(message, at.keys, mode) if mode in V2 else v3.examine(message, at.keys, NOW)


def stated(name: str, mode: str, message: Message, at: Scene) -> dict[str, object]:
    """What the message says was paid, and by the buyer herself."""
    if name == "alipay":
        fields = alipay.read(message)
        return {"order": fields["total_amount"], "buyer": fields.get("buyer_pay_amount")}
    if mode in V2:
        told = v2.opened(message, at.keys)
        return {"order": told["total_fee"], "buyer": told["cash_fee"]}
    sums = v3.opened(message, at.keys)["amount"]
    return {"order": sums["total"], "buyer": sums["payer_total"]}


@pytest.mark.parametrize(("name", "mode", "phrasing"), WAYS, ids=lambda part: getattr(part, "name", part))
def test_every_phrasing_is_genuine_and_says_the_orders_sum(name: str, mode: str, phrasing: Phrasing) -> None:
    at = scene(name, mode)

    message = phrasing.make(at)

    assert problem(name, mode, message, at) is None
    assert str(stated(name, mode, message, at)["order"]) in (str(PRICE), "19.99")


@pytest.mark.parametrize(("name", "mode", "phrasing"), [way for way in WAYS if way[2].name == "voucher"])
def test_a_voucher_pays_what_the_buyer_does_not(name: str, mode: str, phrasing: Phrasing) -> None:
    at = scene(name, mode)

    said = stated(name, mode, phrasing.make(at), at)

    assert str(said["buyer"]) in (str(PRICE - PRICE // 5), "16.00")
