"""Genuine statements about something else: another order, merchant, app, currency or environment.

Their signatures hold, so only a comparison with the shop's own order tells them apart.
"""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import Payment
from fixtures.target.target import Target
from fixtures.wallets.interface import Forgery


@check(
    "substitution",
    depth="smoke",
    severity="blocker",
    needs="orders fulfilments acknowledgement",
    each="substitution",
    costs="One cheap payment, or one to somebody else, takes any goods.",
)
def test_a_genuine_statement_about_something_else_pays_nothing(
    target: Target, wallet: Counterpart, forgery: Forgery, other: Payment
) -> None:
    """A correctly signed statement about something else does not pay the order; the order's own proof does."""
    order = target.place(wallet.setup)

    answered = wallet.deliver(wallet.forged(forgery, order, other), wallet.payment(order))

    assert target.settled(order).fulfilments == 0
    assert not answered.crashed
    assert wallet.prove(wallet.pay(order)).refusal is None
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "hint",
    severity="blocker",
    needs="orders fulfilments gateway",
    modes="every",
    each="hint",
    costs="Whoever knows the address takes the goods for nothing.",
)
def test_an_unsigned_hint_pays_nothing(target: Target, wallet: Counterpart, forgery: Forgery, other: Payment) -> None:
    """A message that the wallet itself leaves unsigned is a reason to ask, and proves nothing by what it says."""
    order = target.place(wallet.setup)

    answered = wallet.deliver(wallet.forged(forgery, order, other), wallet.payment(order))

    assert target.settled(order).fulfilments == 0
    assert not answered.crashed
    assert wallet.prove(wallet.pay(order)).refusal is None
    assert target.settled(order, paid=True).fulfilments == 1
