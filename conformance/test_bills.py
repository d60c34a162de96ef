"""The wallet's bill of a day: what nobody told is found in it, and what the wallet kept is nobody's debt."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import Order, OrderState
from fixtures.target.target import Target


@check(
    "bill.found",
    severity="critical",
    needs="orders state fulfilments bill gateway",
    feature="bill",
    costs="Money that came is seen on no order, and nobody gets the goods for it.",
)
def test_a_payment_that_only_the_bill_tells_of_is_found(target: Target, wallet: Counterpart) -> None:
    """A payment whose notification was lost while the wallet could not be asked is found by the bill, and fulfils."""
    order = target.place(wallet.setup)
    with wallet.query_fault(order, "unavailable"):
        wallet.pay(order, returns=False)

    wallet.bill(order)

    view = target.found(order)
    assert (view.state, view.fulfilments) == (OrderState.PAID, 1)


@check(
    "bill.fee",
    severity="critical",
    needs="orders state refunded fulfilments bill gateway",
    feature="bill",
    costs="Paid orders are held back, dunned or half refunded for the wallet's fee.",
)
def test_the_wallets_fee_is_no_shortfall(target: Target, wallet: Counterpart, paid: Order) -> None:
    """Orders paid in full stay so when the bill shows what the wallet kept of them, known before or found by it."""
    unheard = target.place(wallet.setup)
    wallet.pay(unheard, returns=False)

    wallet.bill(unheard)
    wallet.bill(paid)

    found, known = target.found(unheard), target.settled(paid)
    assert (known.state, known.refunded, known.fulfilments) == (OrderState.PAID, 0, 1)
    assert (found.state, found.refunded, found.fulfilments) == (OrderState.PAID, 0, 1)


@check(
    "bill.repeat",
    severity="critical",
    needs="orders state fulfilments acknowledgement bill gateway",
    feature="bill",
    costs="The goods leave again each time that somebody reads the bill.",
)
def test_a_bill_that_is_read_again_changes_nothing(target: Target, wallet: Counterpart) -> None:
    """A payment found in a bill counts once, when the bill is read again and when its notification comes after all."""
    order = target.place(wallet.setup)
    payment = wallet.pay(order, returns=False)
    wallet.bill(order)
    target.found(order)

    wallet.bill(order)
    delivery = wallet.prove(payment)

    assert delivery.refusal is None
    view = target.settled(order)
    assert (view.state, view.fulfilments) == (OrderState.PAID, 1)


@check(
    "bill.refund",
    severity="critical",
    needs="orders state refunded fulfilments bill gateway",
    feature="bill",
    costs="The shop believes it owns money that it gave back.",
)
def test_a_refund_that_only_the_bill_tells_of_is_booked(target: Target, wallet: Counterpart, paid: Order) -> None:
    """A refund made at the wallet, of which no notification came, is booked from the bill once, on its own order."""
    part, other = paid.price.part(3), target.place(wallet.setup)
    wallet.finish(other)
    wallet.refund_outside(paid, part)

    wallet.bill(paid)
    books = wallet.refund_books(paid)
    wallet.bill(paid)

    assert books == (part.amount, part.amount)
    view = target.settled(paid)
    assert (view.state, view.refunded, view.fulfilments) == (OrderState.PAID, part.amount, 1)
    assert target.settled(other).refunded == 0


@check(
    "bill.long",
    severity="critical",
    needs="orders state refunded fulfilments bill gateway",
    feature="bill",
    costs="On a busy day only the last few payments are held against the books; the others are lost.",
)
def test_a_long_bill_is_read_to_its_end(target: Target, wallet: Counterpart, paid: Order) -> None:
    """A payment that only the bill tells of is found behind more lines than a list shows at once, as are they all."""
    order = target.place(wallet.setup)
    with wallet.query_fault(order, "unavailable"):
        wallet.pay(order, returns=False)
    wallet.lengthen_bill(paid)

    wallet.bill(order)

    view = target.found(order)
    assert (view.state, view.fulfilments) == (OrderState.PAID, 1)
    assert target.settled(paid).refunded == wallet.payment(paid).refunded
