"""Genuine proofs used again: later, or for something else."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import OrderState
from fixtures.target.target import Target


@check(
    "replay.later",
    severity="critical",
    needs="orders state fulfilments refund gateway",
    costs="Refunded goods leave again.",
)
def test_a_proof_played_again_after_the_refund_changes_nothing(target: Target, wallet: Counterpart) -> None:
    """The proof of a payment that was refunded since lets nothing leave when it is played again."""
    order = target.place(wallet.setup)
    payment = wallet.pay(order)
    proof = wallet.proof(payment)
    wallet.deliver(proof, payment)
    fulfilled = target.settled(order, paid=True).fulfilments
    target.refund(order)

    wallet.deliver(proof, payment)

    view = target.settled(order)
    assert (fulfilled, view.fulfilments, view.state) == (1, 1, OrderState.REFUNDED)


@check(
    "replay.second-order",
    depth="smoke",
    severity="critical",
    needs="orders fulfilments",
    costs="One payment takes the goods of two orders.",
)
def test_a_proof_pays_one_order_only(target: Target, wallet: Counterpart) -> None:
    """The proof of one order's payment does not pay the next order of the same price."""
    first, order = target.place(wallet.setup), target.place(wallet.setup)
    payment = wallet.pay(first)
    proof = wallet.proof(payment)
    wallet.deliver(proof, payment)
    wallet.open(order)

    wallet.deliver(proof, payment, to=order)

    assert target.settled(order).fulfilments == 0
    assert target.settled(first, paid=True).fulfilments == 1
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "replay.respelt",
    severity="critical",
    needs="orders fulfilments",
    feature="cards",
    costs="One payment takes the goods of as many orders as its proof can be spelt.",
)
def test_a_proof_written_otherwise_is_the_same_proof(target: Target, wallet: Counterpart) -> None:
    """A proof that has paid one order pays no other, however it is spelt where the wallet has signed nothing."""
    first, order = target.place(wallet.setup), target.place(wallet.setup)
    payment = wallet.pay(first)
    proof = wallet.proof(payment)
    wallet.deliver(proof, payment)
    wallet.open(order)

    wallet.deliver_respelt(proof, payment, to=order)

    assert target.settled(order).fulfilments == 0
    assert target.settled(first, paid=True).fulfilments == 1
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).fulfilments == 1
