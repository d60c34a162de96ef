"""Proofs that must not be believed, one spoilt thing each; the genuine twin of each must still be.

The same order is paid afterwards with a genuine proof: a door that is shut to everybody is not secure but closed.
"""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import Payment
from fixtures.target.target import Target
from fixtures.wallets.interface import Forgery


@check(
    "forgery",
    depth="smoke",
    severity="blocker",
    needs="orders fulfilments acknowledgement",
    modes="every",
    each="forgery",
    costs="Whoever knows the address takes the goods for nothing.",
)
def test_a_forgery_is_refused(target: Target, wallet: Counterpart, forgery: Forgery, other: Payment) -> None:
    """A forged proof is refused and pays nothing; the genuine proof of the same order is believed."""
    order = target.place(wallet.setup)

    forged = wallet.deliver(wallet.forged(forgery, order, other), wallet.payment(order))

    assert target.settled(order).fulfilments == 0
    assert not forged.acknowledged
    assert wallet.prove(wallet.pay(order)).refusal is None
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "forgery",
    depth="smoke",
    below="orders",
    severity="blocker",
    needs="acknowledgement",
    modes="every",
    each="forgery",
    costs="Whoever knows the address can tell the shop anything.",
)
def test_a_forgery_is_not_acknowledged(wallet: Counterpart, forgery: Forgery) -> None:
    """A forged proof is not acknowledged; its genuine twin is. Whether goods leave cannot be seen at this level."""
    payment = wallet.stray()

    forged = wallet.deliver(wallet.forged_stray(forgery, payment), payment)

    assert not forged.acknowledged
    assert wallet.prove(payment).refusal is None
