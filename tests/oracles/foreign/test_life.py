"""Each foreign SDK leads a payment at the sandbox through its whole life."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.model import PaymentState
from tests.oracles.foreign.driver import Objection
from tests.oracles.foreign.judges import JUDGES, NOTIFY_URL, stamp
from tests.oracles.foreign.merchant import Merchant

CLOSING = [judge for judge in JUDGES if judge.closes]


def proven(merchant: Merchant, reference: str) -> dict[str, Any]:
    """What the SDK believes of the notification of the payment as it stands in the ledger."""
    payment = merchant.ledger(reference)
    message = merchant.judge.wallet.prove("paid", payment, merchant.keys, stamp(), NOTIFY_URL, merchant.gateway_url)
    return merchant.believe(message)


def test_a_payment_lives_its_whole_life(merchant: Merchant) -> None:
    """Created, paid, proven, queried, refunded in part, refunded, and no further."""
    judge, words = merchant.judge, merchant.judge.words
    total = judge.money.amount
    reference = merchant.create()
    assert merchant.query(reference)["state"] == words.open

    merchant.sandbox.client.act(judge.wallet_name, reference, "pay")
    merchant.collect(reference)
    paid = merchant.query(reference)
    assert (paid["state"], paid["amount"]) == (words.paid, total)
    assert not judge.verifies or proven(merchant, reference)["reference"] == reference

    numbers = [f"{reference}-{each}" for each in "123"]
    assert merchant.refund(reference, numbers[0], 801) == {"state": words.refund, "amount": 801}
    assert merchant.query(reference)["state"] == words.partly_refunded
    assert merchant.refund(reference, numbers[1], total - 801) == {"state": words.refund, "amount": total - 801}
    assert merchant.query(reference)["state"] == words.refunded
    with pytest.raises(Objection) as refused:
        merchant.refund(reference, numbers[2], 1)
    assert refused.value.code == words.too_much

    ledger = merchant.ledger(reference)
    assert (ledger.mode, ledger.asked, ledger.paid) == (judge.mode, judge.money, judge.money)
    assert [refund.number for refund in ledger.refunds] == numbers[:2]
    assert ledger.refunded == total


@pytest.mark.parametrize("merchant", CLOSING, ids=str, indirect=True)
def test_an_unpaid_order_is_closed(merchant: Merchant) -> None:
    reference = merchant.create()

    merchant.close(reference)

    assert merchant.query(reference)["state"] == merchant.judge.words.closed
    assert merchant.ledger(reference).state is PaymentState.CLOSED


def test_every_request_is_counted_as_signed(merchant: Merchant) -> None:
    """The gateway found nothing to object to in what the SDK sent."""
    reference = merchant.create()
    merchant.query(reference)

    calls = [exchange.call for exchange in merchant.sandbox.client.history(order=reference)]

    assert {call.operation for call in calls if call} >= {"create", "query"}
    assert [call for call in calls if call and (call.signed is False or call.problem)] == []
