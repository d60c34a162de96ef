"""The books are a fold of the journal: whoever does its deeds again has them, object for object, and goes on alike."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from fixtures.model import Answer, Given, Message, Money, PaymentState, Stamp
from fixtures.sandbox import deeds
from fixtures.sandbox.gateway import Visit
from fixtures.sandbox.keeping import restoring
from fixtures.sandbox.state import State
from fixtures.wallets.features import Observed
from tests.sandbox.recorder import Clock, Through, clock, lead, opened
from tests.wallets import alipay_shop, applepay_desk, bitpay_desk, paypal_shop, stripe_desk, wechatpay_shop
from tests.wallets import test_googlepay_gateway as googlepay_desk
from tests.wallets.test_trezor import address

__all__ = ["clock"]

NOON = 1_767_240_000.0
RPC = {"bitcoin": ("getbestblockhash", "getrawmempool"), "ethereum": ("eth_blockNumber",)}


def test_nine_wallets_are_the_same_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    with opened(tmp_path / "state") as state:
        sent = a_day(state, monkeypatch, clock)
        before, stored = state.ledger.payments(), shelves(state)
        shutil.copytree(tmp_path, tmp_path / "copy")
        live = list(answered(state, sent, clock))

    with opened(tmp_path / "copy" / "state") as again:
        assert again.ledger.payments() == before
        assert shelves(again) == stored
        assert list(answered(again, sent, clock)) == live

    paid = {payment.wallet for payment in before if payment.state is PaymentState.PAID}
    assert paid == set(state.wallets)


def test_every_deed_can_be_done_again() -> None:
    known = {name for name, kind in vars(deeds).items() if hasattr(kind, "written") and hasattr(kind, "do")}

    assert {"Visit", *known} == set(restoring.KINDS)
    assert known >= {"Beginning", "Assumption", "Movement"}


def a_day(state: State, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> list[Visit]:
    """Payments, refunds and closures at every wallet; gives all that was sent to the gateways."""
    modules = {
        "alipay": alipay_shop,
        "applepay": applepay_desk,
        "bitpay": bitpay_desk,
        "googlepay": googlepay_desk,
        "paypal": paypal_shop,
        "stripe": stripe_desk,
        "wechatpay": wechatpay_shop,
    }
    book = {name: cast("Any", state.ledger.book(name)) for name in state.wallets}
    for name, module in modules.items():
        lead(monkeypatch, module, state, clock, name)
    of_stripe(state, stripe_desk.Desk(book["stripe"]))
    of_alipay(state, book["alipay"])
    of_wechatpay(state, wechatpay_shop.Shop(book=book["wechatpay"]))
    of_paypal(state, paypal_shop.Shop(book["paypal"]))
    of_bitpay(state, bitpay_desk.Desk(book["bitpay"]))
    of_cards(state, applepay_desk.Desk(book["applepay"]), book["googlepay"])
    on_chains(state)
    sent = [visit for module in modules.values() for visit in cast("Through", module.WALLET).sent]
    return [
        *sent,
        *(at_node(wallet, chain, call) for wallet in ("ledger", "trezor") for chain in RPC for call in RPC[chain]),
    ]


def of_stripe(state: State, desk: stripe_desk.Desk) -> None:
    made = stripe_desk.intent(desk, "A-1", key="k-1")
    stripe_desk.session(desk, "A-2")
    deeds.move(state, "stripe", "A-1", "pay")
    stripe_desk.intent(desk, "A-3")
    state.perform(deeds.Challenge("stripe", "A-3"))
    deeds.move(state, "stripe", "A-2", "expire")
    desk.post("refunds", payment_intent=made["id"], amount=500, key="k-2")
    desk.get(f"payment_intents/{made['id']}")


def of_alipay(state: State, book: Any) -> None:
    for mode in ("key", "cert"):
        shop, number = alipay_shop.Shop(mode), f"R-{mode}"
        shop.book = book
        shop.open(number)
        deeds.move(state, "alipay", number, "pay")
        shop.ask(alipay_shop.REFUND, {"out_trade_no": number, "refund_amount": "8.00", "out_request_no": "1"})
        shop.ask(alipay_shop.QUERY, {"out_trade_no": number})


def of_wechatpay(state: State, shop: wechatpay_shop.Shop) -> None:
    shop.create()
    shop.create("ORDER-0002")
    deeds.move(state, "wechatpay", "ORDER-0001", "pay")
    shop.refund("B-1", 100)
    shop.close("ORDER-0002")
    shop.query()


def of_paypal(state: State, shop: paypal_shop.Shop) -> None:
    made = shop.create(key="k-1")
    deeds.move(state, "paypal", "order-1", "pay")
    shop.told(f"POST /v2/checkout/orders/{made}/capture", key="k-2")
    shop.told(f"GET /v2/checkout/orders/{made}")


def of_bitpay(state: State, desk: bitpay_desk.Desk) -> None:
    made = desk.invoice()
    deeds.move(state, "bitpay", "A-1", "settle")
    desk.get(f"/invoices/{made['id']}")


def of_cards(state: State, desk: applepay_desk.Desk, book: Any) -> None:
    confirmed = deeds.assume(state, applepay_desk.confirmed())
    desk.pay(applepay_desk.token(confirmed))
    desk.session()
    other = googlepay_desk.Desk()
    other.book = book
    deeds.assume(state, state.wallets["googlepay"].assume("A-1", Money(1999, "USD"), "ECv2", other.stamp, None))
    approved = deeds.move(state, "googlepay", "A-1", "pay")
    asked = {"reference": "A-1", "amount": 1999, "currency": "USD", "token": other.token(approved)}
    other.send("POST", applepay_desk.PAYMENTS, {**asked, "capture": True})
    other.send("GET", googlepay_desk.ROOTS)


def on_chains(state: State) -> None:
    deeds.begin(state)
    stamp = Stamp(1_767_225_600.0, state.random)
    for wallet in ("ledger", "trezor"):
        acting = state.wallets[wallet]
        assert isinstance(acting, Observed)
        coin = acting.assume("C-1", Money(5, "BTC"), "bitcoin", stamp, None)
        deeds.assume(state, acting.watch(coin, Given(qr=f"bitcoin:{address(1)}?amount=0.00042")))
        token = acting.assume("C-2", Money(5, "ETH"), "ethereum", stamp, None)
        deeds.assume(state, acting.watch(token, Given(qr=f"ethereum:0x{'12' * 20}@31337?value=42e12")))
        for reference in ("C-1", "C-2"):
            deeds.move(state, wallet, reference, "pend")
            deeds.move(state, wallet, reference, "settle")


def at_node(wallet: str, chain: str, method: str) -> Visit:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": []}).encode()
    return Visit(wallet, Message("POST", f"/{chain}", (("content-type", "application/json"),), body), "http://here")


def answered(state: State, sent: Sequence[Visit], clock: Clock) -> Iterator[Answer | int]:
    """What the gateways say to all of it once more, which depends on everything that they know."""
    for number, visit in enumerate(sent):
        clock.now = NOON + number
        answer = state.perform(visit).answer
        # Apple signs a session with ECDSA, of which no two signatures are alike; nobody keeps them
        yield answer.status if visit.request.url == applepay_desk.SESSION else answer


def shelves(state: State) -> dict[str, str]:
    """What the wallets keep beside payments, but the chains: those are asked."""
    stores = {name: dict(state.ledger.book(name).store) for name in state.wallets}
    return {
        name: repr({key: kept for key, kept in store.items() if key not in ("chains", "addresses")})
        for name, store in stores.items()
    }
