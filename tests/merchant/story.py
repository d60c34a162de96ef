"""What every further setup must come through; each function is one story of a buyer."""

from __future__ import annotations

from fixtures.model import Money, PaymentState, Stamp
from fixtures.network.faults import Fault
from fixtures.wallets.interface import Scene, Wording
from tests.merchant.conftest import Wallet, eventually

PRICE = 1250  # fen: one packet of tea


def is_paid_and_refunded(wallet: Wallet) -> None:
    """Placed, paid, told three times, refunded in two parts."""
    order = wallet.merchant.place(wallet.setup)
    payment = wallet.pay(order)
    answers = [
        wallet.prove(payment, wording=wording) for wording in (None, Wording(odd=True), Wording(extra_fields=True))
    ]
    paid = wallet.merchant.read(order)
    first = wallet.merchant.refund(order, 400)
    wallet.merchant.until(order, "partly_refunded")
    second = wallet.merchant.refund(order)

    assert answers == [None, None, None]
    assert (paid["state"], len(paid["fulfilments"])) == ("paid", 1)
    assert (first.status_code < 300, second.status_code < 300) == (True, True), (first.text, second.text)
    assert len(wallet.merchant.until(order, "refunded")["fulfilments"]) == 1
    assert wallet.payment(order).refunded == PRICE


def is_found_without_a_notification(wallet: Wallet) -> None:
    """The shop asks by itself; a wrong sum is not taken."""
    order = wallet.merchant.place(wallet.setup, query_after=0.1)
    wrong = wallet.merchant.place(wallet.setup)
    wallet.pay(order)
    wallet.open(wrong)
    cheap = wallet.act(wrong, "settle", Money(1, "CNY"))

    assert len(wallet.merchant.until(order, "paid")["fulfilments"]) == 1
    assert wallet.prove(cheap) is not None
    assert wallet.merchant.read(wrong)["fulfilments"] == []


def is_cancelled(wallet: Wallet) -> None:
    """Before the payment at the wallet too, after it not at all."""
    order, paid = wallet.merchant.place(wallet.setup), wallet.merchant.place(wallet.setup)
    wallet.open(order)
    wallet.prove(wallet.pay(paid))

    assert wallet.merchant.cancel(order).status_code == 200
    assert wallet.payment(order).state is PaymentState.CLOSED
    assert wallet.merchant.cancel(paid).status_code == 409


def hears_of_refunds(wallet: Wallet) -> None:
    """Its own are not booked again; one made at the wallet is."""
    order = wallet.merchant.place(wallet.setup)
    wallet.prove(wallet.pay(order))
    wallet.merchant.refund(order, 400)
    told = [wallet.prove(wallet.payment(order), "refunded") for _ in range(2)]
    outside = wallet.act(order, "refund", Money(100, "CNY"))

    assert told == [None, None]
    assert wallet.merchant.read(order)["refunded"] == 400
    assert wallet.prove(outside, "refunded") is None
    seen = eventually(lambda: wallet.merchant.read(order), lambda seen: seen["refunded"] == 500)
    assert (seen["refunded"], len(seen["fulfilments"])) == (500, 1)


def survives(wallet: Wallet, operation: str, kind: str) -> None:
    """A gateway call whose answer is lost or forged: the order can be paid, once, and given back, once."""
    fault = wallet.sandbox.client.fault(Fault(wallet=wallet.name, operation=operation, kind=kind))  # type: ignore[arg-type]
    try:
        order = wallet.merchant.place(wallet.setup)
        wallet.prove(wallet.pay(order))
        wallet.merchant.refund(order)
    finally:
        wallet.sandbox.client.clear(fault)  # it may have met no call, and others use the sandbox, too

    assert len(wallet.merchant.until(order, "refunded")["fulfilments"]) == 1
    assert wallet.payment(order).refunded == PRICE


def refuses_forgeries(wallet: Wallet) -> None:
    """Every one that the mode knows; the genuine twin of each is taken."""
    other = wallet.merchant.place(wallet.setup)
    made = wallet.pay(other)
    order = wallet.merchant.place(wallet.setup)
    wallet.open(order)
    drawn = wallet.wallet.act("settle", wallet.payment(order), Stamp(made.created_at, wallet.random))
    url, gateway = f"{wallet.merchant.url}/notify/{wallet.setup}", wallet.sandbox.gateway_url(wallet.name)
    believed = []
    for forgery in wallet.wallet.forgeries:
        if not forgery.exists_in(wallet.mode):
            continue
        answer = wallet.merchant.deliver(forgery.make(Scene(drawn, made, wallet.keys, wallet.stamp(), url, gateway)))
        assert answer.status < 500 or forgery.group != "forgery", forgery.name
        if wallet.merchant.read(order)["fulfilments"] or (
            forgery.group == "forgery" and wallet.wallet.refusal(answer) is None
        ):
            believed.append(forgery.name)

    assert believed == []
    assert wallet.prove(wallet.pay(order)) is None
    assert len(wallet.merchant.until(order, "paid")["fulfilments"]) == 1
