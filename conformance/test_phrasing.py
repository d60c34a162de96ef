"""One payment, stated in any of the ways in which the wallet may state it."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.target.target import Target
from fixtures.wallets.fuzzing import Phrasing


@check(
    "notify.phrasing",
    severity="critical",
    needs="orders fulfilments acknowledgement",
    modes="every",
    each="phrasing",
    feature="phrasings",
    costs="Buyers who use a voucher, or whose payment is final at once, pay and get nothing.",
)
def test_a_payment_in_full_is_believed_in_every_phrasing(
    target: Target, wallet: Counterpart, phrasing: Phrasing
) -> None:
    """An order paid in full is paid when the wallet's own voucher paid a part of it, when the wallet says so in its
    last word for a payment, and when it says no more than it must; and once, when it says so plainly afterwards."""
    order = target.place(wallet.setup)
    payment = wallet.settle(order)

    told = wallet.deliver(wallet.phrased(phrasing, payment), payment)

    assert told.refusal is None
    assert target.settled(order, paid=True).fulfilments == 1
    wallet.prove(payment)
    assert target.settled(order, paid=True).fulfilments == 1
