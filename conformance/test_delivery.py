"""Trouble on the way from the wallet to the shop: what was not taken comes again, and what was taken never does.

The wallet keeps to its own rule. It repeats a message by its schedule until that is acknowledged, so an acknowledgement
without the work behind it is a payment lost.
"""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.target.target import Target

CALLS = 2
"""Gateway calls that a sound shop may need for one message: one to verify it, one to ask what is true."""


@check(
    "delivery.cut",
    severity="critical",
    needs="orders fulfilments acknowledgement",
    costs="One bad connection, and a paid order is never delivered.",
)
def test_a_message_cut_in_the_middle_does_no_harm(target: Target, wallet: Counterpart) -> None:
    """Half a message does nothing, and the whole one that follows is taken and fulfils once."""
    order = target.place(wallet.setup)
    payment = wallet.collect(order)

    wallet.cut_off(payment)
    receipt = wallet.persist(payment)

    assert receipt.acknowledged
    assert target.found(order).fulfilments == 1


@check(
    "delivery.slow",
    severity="critical",
    needs="orders fulfilments acknowledgement",
    costs="Payments are lost whenever the wallet's line is slow.",
)
def test_a_message_that_comes_in_pieces_is_read_to_its_end(target: Target, wallet: Counterpart) -> None:
    """A message that arrives in several pieces is taken like one that arrives at once."""
    order = target.place(wallet.setup)

    receipt = wallet.drip(wallet.collect(order))

    assert receipt.acknowledged
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "delivery.overtaken",
    severity="critical",
    needs="orders fulfilments acknowledgement",
    costs="Money is taken and nothing is delivered.",
)
def test_a_message_is_not_taken_on_the_word_of_an_unfinished_copy(target: Target, wallet: Counterpart) -> None:
    """While a copy of a message is still arriving, which then breaks off, no other is acknowledged in its place."""
    order = target.place(wallet.setup)

    receipt = wallet.overtake(wallet.collect(order))

    assert receipt.acknowledged
    assert target.found(order).fulfilments == 1


@check(
    "delivery.schedule",
    severity="critical",
    needs="orders fulfilments acknowledgement gateway",
    costs="Money is taken and nothing is delivered.",
)
def test_what_is_acknowledged_during_an_outage_is_done(target: Target, wallet: Counterpart) -> None:
    """While the gateway is down the shop refuses, and the wallet repeats by its schedule; or it takes the message and
    does the work later, for what was acknowledged never comes again."""
    order = target.place(wallet.setup)

    receipt = wallet.persist_through_outage(wallet.settle(order))

    assert receipt.acknowledged
    assert target.found(order).fulfilments == 1


@check(
    "delivery.burst",
    depth="full",
    severity="critical",
    needs="orders fulfilments acknowledgement",
    costs="After an outage of the wallet payments are lost or delivered twice.",
)
def test_the_burst_after_an_outage_is_worked_off(target: Target, wallet: Counterpart) -> None:
    """Everything that was queued during an outage is taken, however often and in whatever order, and fulfils once."""
    orders = [target.place(wallet.setup) for _ in range(5)]
    payments = [wallet.settle(order) for order in orders]

    receipts = wallet.burst(payments, copies=4)

    assert all(receipt.acknowledged for receipt in receipts)
    assert all(target.found(order).fulfilments == 1 for order in orders)


@check(
    "delivery.repeats-are-cheap",
    severity="normal",
    needs="orders acknowledgement gateway",
    costs="The backlog after an outage multiplies the shop's own calls until nothing answers any more.",
)
def test_a_repeat_costs_few_calls(target: Target, wallet: Counterpart) -> None:
    """Repeats of a message that was taken do not make the shop do all its work again."""
    order = target.place(wallet.setup)
    payment = wallet.pay(order)
    wallet.prove(payment)
    target.settled(order, paid=True)

    calls = wallet.calls_during(lambda: wallet.prove(payment, times=5))

    assert len(calls) <= 5 * CALLS


@check(
    "delivery.in-time",
    depth="full",
    severity="critical",
    needs="orders fulfilments acknowledgement gateway",
    costs="The wallet gives up waiting and repeats while the shop still works on the first message.",
)
def test_the_answer_does_not_wait_for_slow_work(target: Target, wallet: Counterpart) -> None:
    """With a slow gateway a message is answered within the time that the wallet allows."""
    order = target.place(wallet.setup)
    payment = wallet.settle(order)

    with wallet.fault("*", "slow", times=1000, seconds=wallet.answer_within * 0.4):
        seconds = wallet.seconds_to_answer(payment)

    assert seconds < wallet.answer_within
    wallet.persist(payment)
    assert target.found(order).fulfilments == 1
