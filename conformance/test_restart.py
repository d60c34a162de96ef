"""The shop dies and comes back: what it promised before is kept after, because it stands in its books."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import Order
from fixtures.target.target import Target


@check(
    "restart.survives",
    each="target",
    severity="critical",
    needs="orders fulfilments restart",
    costs="After every deployment goods leave twice, and buyers pay for orders that the shop has forgotten.",
    source="https://cheatsheetseries.owasp.org/cheatsheets/Third_Party_Payment_Gateway_Integration.html",
)
def test_nothing_is_forgotten_and_nothing_done_twice(target: Target, wallet: Counterpart, paid: Order) -> None:
    """After a restart an order placed before can be paid, and a repeated proof of a paid one fulfils nothing again."""
    waiting = target.place(wallet.setup)

    target.restart()

    assert target.shows(waiting)
    wallet.prove(wallet.payment(paid))
    wallet.prove(wallet.pay(waiting))

    assert target.settled(paid, paid=True).fulfilments == 1
    assert target.settled(waiting, paid=True).fulfilments == 1


@check(
    "restart.open-order",
    depth="full",
    severity="critical",
    needs="orders fulfilments restart",
    costs="Buyers pay for orders that the shop has forgotten.",
)
def test_an_open_order_survives(target: Target, wallet: Counterpart) -> None:
    """An order that waits for its payment is still there after a restart, and can be paid."""
    order = target.place(wallet.setup)
    wallet.open(order)

    target.restart()

    assert target.shows(order)
    wallet.prove(wallet.pay(order))
    assert target.found(order).fulfilments == 1


@check(
    "restart.repeat",
    depth="full",
    severity="critical",
    needs="orders fulfilments restart",
    costs="After every deployment goods leave twice.",
)
def test_a_repeat_after_a_restart_fulfils_nothing(target: Target, wallet: Counterpart, paid: Order) -> None:
    """What was delivered before a restart is not delivered again after it, whoever tells of the payment once more."""
    target.restart()

    wallet.prove(wallet.payment(paid))

    assert target.settled(paid, paid=True).fulfilments == 1


@check(
    "restart.interrupted",
    depth="full",
    severity="critical",
    needs="orders fulfilments acknowledgement gateway restart",
    costs="Money is taken and nothing is delivered.",
)
def test_a_proof_over_which_the_shop_died_is_handled_when_repeated(target: Target, wallet: Counterpart) -> None:
    """A proof over which the shop was killed is taken when it comes again: no mark and no lock is in its way."""
    order = target.place(wallet.setup)

    receipt = wallet.persist_through_crash(wallet.collect(order))

    assert receipt.acknowledged
    assert target.found(order).fulfilments == 1


@check(
    "restart.poll",
    depth="full",
    severity="critical",
    needs="orders fulfilments reconcile gateway restart",
    costs="A payment whose notification got lost is never found.",
)
def test_the_shop_still_asks_about_orders_from_before(target: Target, wallet: Counterpart) -> None:
    """An order placed before a restart is asked about after it, when no notification comes."""
    order = target.place(wallet.setup, query_after=0.5)

    target.restart()
    wallet.pay(order, returns=False)

    assert target.found(order).fulfilments == 1


@check(
    "restart.refund",
    depth="full",
    severity="critical",
    needs="orders refund gateway restart",
    costs="Buyers wait for money that the shop believes to have given back.",
)
def test_a_refund_under_way_is_made(target: Target, wallet: Counterpart, paid: Order) -> None:
    """A refund that had not reached the wallet when the shop died is made afterwards, and made once."""
    wallet.crash_over_refund(paid)

    target.refund(paid)

    returned = wallet.eventually(paid, lambda payment: payment.refunded == paid.price.amount)
    assert returned.refunded == paid.price.amount
