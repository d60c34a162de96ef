"""Calls for money that meet one another: refunds and captures asked for in the same instant are counted once.

Judged by the wallet's ledger and by what reached its gateway: a repeat under the same key is the same request.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.counterpart.races import Start
from fixtures.model import OrderState
from fixtures.target.target import Target


@check(
    "race.refund",
    severity="critical",
    needs="orders refunded refund gateway races",
    depth="full",
    costs="The money goes back twice wherever the wallet does not prevent it.",
)
def test_full_refunds_at_once_are_one_request(target: Target, wallet: Counterpart) -> None:
    """Full refunds asked for in the same instant are one request at the wallet, and both books say the same."""

    def race(start: Start) -> None:
        order = wallet.paid_order()

        start.level(*[partial(target.refund, order)] * 6)

        assert wallet.requests(order, "refund") == 1
        assert wallet.payment(order).refunded == order.price.amount
        assert target.settled(order).refunded == order.price.amount

    wallet.race(race, most=4)


@check(
    "race.refund-parts",
    severity="critical",
    needs="orders refunded refund gateway races",
    depth="full",
    costs="More money leaves than ever came, or the books of shop and wallet disagree.",
)
def test_partial_refunds_at_once_stay_within_the_payment(target: Target, wallet: Counterpart) -> None:
    """Partial refunds asked for in the same instant together never ask the wallet for more than was paid."""

    def race(start: Start) -> None:
        order = wallet.paid_order()
        part = order.price.part(2)

        start.level(*[partial(target.refund, order, part)] * 6)

        assert wallet.requests(order, "refund") * part.amount <= order.price.amount
        assert target.settled(order).refunded == wallet.payment(order).refunded

    wallet.race(race, most=4)


@check(
    "race.refund-news",
    severity="critical",
    needs="orders refunded refund gateway races",
    depth="full",
    costs="One refund is booked twice.",
)
def test_the_news_of_a_refund_inside_its_own_call_is_booked_once(target: Target, wallet: Counterpart) -> None:
    """A refund's notification that overtakes the answer to the shop's own request is the same refund."""

    def race(start: Start) -> None:
        order = wallet.paid_order()
        part = order.price.part(3)

        with wallet.held("refund", "hold-after", order) as call, ThreadPoolExecutor(1) as clerk:
            refunding = clerk.submit(target.refund, order, part)
            call.wait()
            start(call.release, *wallet.copies(wallet.payment(order), 2, "refunded"))
            refunding.result()

        view = target.settled(order)
        assert (view.refunded, wallet.payment(order).refunded) == (part.amount, part.amount)

    wallet.race(race, most=2)


@check(
    "race.capture",
    severity="critical",
    needs="orders state fulfilments gateway return races",
    depth="full",
    costs="The buyer is charged twice.",
)
def test_one_approval_is_captured_by_one_request(target: Target, wallet: Counterpart) -> None:
    """The buyer comes back twice and the approval is told twice, all at once: the money is taken by one request."""

    def race(start: Start) -> None:
        order = target.place(wallet.setup)
        payment = wallet.approved(order)

        start.level(*[wallet.returning(order)] * 3, *wallet.copies(payment, 3, "approved"))
        wallet.prove(wallet.captured(order))

        view = target.settled(order, paid=True)
        assert (view.state, view.fulfilments) == (OrderState.PAID, 1)
        assert wallet.requests(order, "capture") == 1

    wallet.race(race, most=6)
