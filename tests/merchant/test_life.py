"""The whole life of an order, in every wallet and mode, against the emulated gateways."""

from __future__ import annotations

from fixtures.model import Money, PaymentState
from tests.merchant.conftest import Merchant, Wallet


def test_an_order_is_paid_by_its_notification(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup)

    payment = wallet.pay(order)
    refusal = wallet.prove(payment)

    assert refusal is None
    seen = merchant.read(order)
    assert (seen["state"], len(seen["fulfilments"])) == ("paid", 1)
    assert payment.asked == Money(order["amount"], order["currency"])


def test_a_repeated_notification_changes_nothing(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup)
    payment = wallet.pay(order)

    refusals = [wallet.prove(payment) for _ in range(3)]

    assert refusals == [None, None, None]
    assert len(merchant.read(order)["fulfilments"]) == 1


def test_refunds_add_up_to_the_whole(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup)
    wallet.prove(wallet.pay(order))

    first = merchant.refund(order, 100)
    partly = merchant.until(order, "partly_refunded")
    rest = merchant.refund(order, None)
    fully = merchant.until(order, "refunded")
    over = merchant.refund(order, 1)

    assert (first.status_code, rest.status_code, over.status_code) == (201, 201, 409)
    assert (partly["refunded"], fully["refunded"]) == (100, order["amount"])
    assert wallet.payment(order).refunded == order["amount"]


def test_a_refund_that_the_wallet_announces_is_counted_once(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup)
    wallet.prove(wallet.pay(order))
    merchant.refund(order, 300)

    refusal = wallet.prove(wallet.payment(order), "refunded")

    assert refusal is None
    assert merchant.until(order, "partly_refunded")["refunded"] == 300


def test_a_refund_made_at_the_wallet_is_booked(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup)
    wallet.prove(wallet.pay(order))

    payment = wallet.act(order, "refund", Money(400, order["currency"]))
    refusal = wallet.prove(payment, "refunded")

    assert refusal is None
    assert merchant.until(order, "partly_refunded")["refunded"] == 400
    assert merchant.refund(order, order["amount"] - 399).status_code == 409


def test_a_cancelled_order_is_closed_at_the_wallet(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup)
    wallet.open(order)

    answer = merchant.cancel(order)

    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    if wallet.name != "paypal":  # an order nobody captures needs no closing
        assert wallet.payment(order).state is PaymentState.CLOSED


def test_a_paid_order_is_not_cancelled(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup)
    wallet.pay(order)

    answer = merchant.cancel(order)

    assert answer.status_code == 409
    assert merchant.read(order)["state"] == "paid"


def test_a_lost_notification_is_made_up_for_by_asking(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup, query_after=0.3)

    wallet.pay(order)

    seen = merchant.until(order, "paid")
    assert (seen["state"], len(seen["fulfilments"])) == ("paid", 1)


def test_an_unpaid_order_expires(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup, expires_in=0.4)

    assert merchant.until(order, "expired")["state"] == "expired"


def test_money_for_an_expired_order_goes_back(merchant: Merchant, wallet: Wallet) -> None:
    order = merchant.place(wallet.setup, expires_in=0.4)
    merchant.until(order, "expired")
    payment = wallet.sandbox.client.payment(wallet.name, order["reference"])
    if payment is None or payment.state is not PaymentState.OPEN:
        return  # the wallet itself lets nobody pay any more

    wallet.prove(wallet.act(order, "settle"))

    seen = merchant.until(order, "refunded")
    assert (seen["state"], seen["fulfilments"]) == ("refunded", [])
    assert wallet.payment(order).refunded == order["amount"]
