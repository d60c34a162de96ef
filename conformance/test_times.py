"""Moments that the shop and the wallet must agree on, whatever clock and zone each of them lives in."""

from __future__ import annotations

import time

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import Order
from fixtures.target.target import Target

HALF_A_DAY = 12 * 3600.0  # longer than any zone is off, in one direction or the other, where a mistake leaves it valid
TOLERANCE = 300.0  # seconds; no two zones are nearer to each other than a quarter of an hour


@check(
    "requests.expiry-zone",
    severity="critical",
    needs="orders expiry gateway",
    costs="Payments end at once, or can be made for hours after the goods were sold to somebody else.",
)
def test_the_payment_ends_when_the_order_does(target: Target, wallet: Counterpart) -> None:
    """The moment at which the gateway is told to end a payment is the one at which the order ends, in any zone, and is
    written as the wallet reads it, however few digits it has."""
    life = until_few_digits(time.time() + HALF_A_DAY) + HALF_A_DAY

    assert wallet.misread(life) == []
    order = target.place(wallet.setup, expires_in=life)
    assert abs(wallet.ends_at(order) - order.placed_at - life) < TOLERANCE


def until_few_digits(at: float) -> float:
    """Seconds from then to a moment whose minute and second have one digit each."""
    return -at % 3600 + 181.0


@check(
    "notify.paid-time",
    severity="minor",
    depth="full",
    needs="orders acknowledgement",
    costs="The books say another day than the wallet's bill, and periods for refunds begin anew.",
)
def test_a_repeated_notification_leaves_the_time_of_payment(target: Target, wallet: Counterpart, paid: Order) -> None:
    """When, and by which transaction, an order was paid is what it was after the wallet has said it once more."""
    before = wallet.payment_shown(paid)

    wallet.prove(wallet.payment(paid))

    target.settled(paid)
    assert wallet.payment_shown(paid) == before
