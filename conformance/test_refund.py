"""Money going back: in full, in parts, never more than was paid, and booked once on both sides."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import Order, OrderState
from fixtures.target.target import Target


@check(
    "refund.full",
    depth="smoke",
    severity="critical",
    needs="orders state refund gateway",
    modes="every",
    costs="The buyer does not get the money back.",
)
def test_a_full_refund_gives_everything_back(target: Target, wallet: Counterpart, paid: Order) -> None:
    """A full refund reaches the wallet and is shown by the shop."""
    done = target.refund(paid)

    assert done.accepted
    assert wallet.payment(paid).refunded == paid.price.amount
    assert target.settled(paid).state is OrderState.REFUNDED


@check(
    "refund.partial",
    severity="critical",
    needs="orders refunded refund gateway",
    costs="The books of shop and wallet disagree.",
)
def test_a_partial_refund_gives_the_part_back(target: Target, wallet: Counterpart, paid: Order) -> None:
    """A partial refund gives back exactly the part, and both books say so."""
    part = paid.price.part(3)

    done = target.refund(paid, part)

    assert done.accepted
    assert wallet.payment(paid).refunded == part.amount
    assert target.settled(paid).refunded == part.amount


@check(
    "refund.several",
    severity="critical",
    needs="orders refunded refund gateway",
    costs="A second partial refund is swallowed or taken for a repeat.",
)
def test_several_partial_refunds_add_up(target: Target, wallet: Counterpart, paid: Order) -> None:
    """Two partial refunds of the same sum are two refunds."""
    part = paid.price.part(4)

    target.refund(paid, part)
    target.refund(paid, part)

    assert wallet.payment(paid).refunded == 2 * part.amount
    assert target.settled(paid).refunded == 2 * part.amount


@check(
    "refund.over",
    depth="smoke",
    severity="critical",
    needs="orders refund gateway",
    costs="More money leaves than ever came.",
)
def test_more_than_was_paid_is_not_refunded(target: Target, wallet: Counterpart, paid: Order) -> None:
    """A refund above the sum paid is refused and moves nothing; a rightful one goes through afterwards."""
    done = target.refund(paid, replace(paid.price, amount=paid.price.amount + 1))

    assert not done.accepted
    assert wallet.payment(paid).refunded == 0
    assert target.refund(paid).accepted


@check(
    "refund.over-in-parts",
    severity="critical",
    needs="orders refund gateway",
    costs="More money leaves than ever came.",
)
def test_partial_refunds_never_exceed_the_payment(target: Target, wallet: Counterpart, paid: Order) -> None:
    """Partial refunds that together exceed the payment are refused at the one that would."""
    part = replace(paid.price, amount=paid.price.amount * 2 // 3)
    first = target.refund(paid, part)

    second = target.refund(paid, part)

    assert first.accepted
    assert not second.accepted
    assert wallet.payment(paid).refunded == part.amount


@check(
    "refund.concurrent",
    severity="critical",
    needs="orders refund gateway races",
    costs="The buyer gets the money back twice.",
)
def test_simultaneous_refunds_give_back_once(target: Target, wallet: Counterpart, paid: Order) -> None:
    """Two full refunds asked for at the same instant give the money back once, and do give it back."""
    with ThreadPoolExecutor(2) as clerks:
        asked = [clerks.submit(target.refund, paid) for _ in range(2)]

    assert [done.result().accepted for done in asked].count(True) == 1
    assert wallet.payment(paid).refunded == paid.price.amount


@check(
    "refund.notification",
    severity="critical",
    needs="orders state refunded refund gateway",
    costs="One refund is booked twice.",
)
def test_the_notification_of_an_own_refund_is_not_booked_again(
    target: Target, wallet: Counterpart, paid: Order
) -> None:
    """The wallet's notification of a refund that the shop itself asked for changes nothing in its books."""
    part = paid.price.part(3)
    target.refund(paid, part)

    wallet.prove(wallet.payment(paid), "refunded")

    view = target.settled(paid)
    assert (view.refunded, view.state) == (part.amount, OrderState.PAID)


@check(
    "refund.external",
    severity="normal",
    needs="orders refunded gateway",
    costs="The shop believes it owns money that it gave back.",
)
def test_a_refund_made_at_the_wallet_is_booked(target: Target, wallet: Counterpart, paid: Order) -> None:
    """Refunds made at the wallet itself arrive in the shop's books through their notifications, each of them once."""
    part = paid.price.part(3)

    wallet.prove(wallet.refund_outside(paid, part), "refunded", times=2)
    first = target.settled(paid).refunded
    wallet.prove(wallet.refund_outside(paid, part), "refunded", times=2)

    assert first == part.amount
    assert target.settled(paid).refunded == 2 * part.amount


@check(
    "refund.failed",
    severity="critical",
    needs="orders refunded refund gateway",
    costs="The buyer never gets the money, and by the shop's books she has it.",
)
def test_a_refund_that_failed_leaves_the_books(target: Target, wallet: Counterpart, paid: Order) -> None:
    """A refund that the wallet took and could not carry out is on nobody's books; one that arrived stays there."""
    part = paid.price.part(3)
    arrived = target.refund(paid, part)

    wallet.prove(wallet.refund_in_vain(paid, part), "refunded", times=2)

    shop, ledger = wallet.refund_books(paid)
    assert arrived.accepted
    assert shop == ledger
    assert ledger >= part.amount


@check(
    "refund.out-of-order",
    severity="normal",
    needs="orders fulfilments gateway",
    costs="A payment is lost behind its own refund.",
)
def test_a_refund_notification_does_not_fulfil_again(target: Target, wallet: Counterpart, paid: Order) -> None:
    """A refund's notification, and the payment's that follows it late, let nothing leave again."""
    part = paid.price.part(3)

    payment = wallet.refund_outside(paid, part)
    wallet.prove(payment, "refunded")
    wallet.prove(payment)

    assert target.settled(paid).fulfilments == 1


@check(
    "refund.refused",
    severity="critical",
    needs="orders refunded refund gateway",
    costs="The books say that the money went back and the buyer never sees it, or what is left never goes back.",
)
def test_a_refund_that_the_wallet_refuses_is_not_booked(target: Target, wallet: Counterpart, paid: Order) -> None:
    """A refund that the wallet refuses, since a part went back before, is not booked; what is left goes back."""
    part = paid.price.part(3)
    rest = replace(paid.price, amount=paid.price.amount - part.amount)
    payment = wallet.refund_outside(paid, part)

    target.refund(paid, paid.price)
    wallet.prove(payment, "refunded")

    assert wallet.refund_books(paid) == (part.amount, part.amount)
    assert target.refund(paid, rest).accepted
    wallet.prove(wallet.payment(paid), "refunded")
    assert wallet.refund_books(paid) == (paid.price.amount, paid.price.amount)


@check(
    "refund.discounted",
    severity="critical",
    each="target",
    needs="orders refund gateway coupons",
    costs="Who bought with a coupon gets more back than she paid, or nothing at all.",
    source="https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/10-Business_Logic_Testing/01-Test_Business_Logic_Data_Validation",
)
def test_what_was_paid_with_a_coupon_goes_back(target: Target, wallet: Counterpart) -> None:
    """Of an order with a coupon goes back what was paid: all of it, and not the price before the discount."""
    order, before = wallet.paid_bargain()

    done = target.refund(order, before)

    assert not done.accepted
    assert wallet.payment(order).refunded == 0
    assert target.refund(order).accepted
    assert wallet.payment(order).refunded == order.price.amount


@check("refund.unpaid", severity="critical", needs="orders refund gateway", costs="Money leaves that never came.")
def test_an_unpaid_order_is_not_refunded(target: Target, wallet: Counterpart) -> None:
    """A refund of an order that was not paid is refused; once paid, it goes through."""
    order = target.place(wallet.setup)
    wallet.open(order)

    done = target.refund(order)

    assert not done.accepted
    wallet.prove(wallet.pay(order))
    target.settled(order, paid=True)
    assert target.refund(order).accepted


@check(
    "refund.ten-parts",
    severity="critical",
    depth="full",
    needs="orders refunded refund gateway",
    costs="The last part never goes back, or a cent more than ever came.",
)
def test_ten_parts_make_the_whole_and_nothing_more(target: Target, wallet: Counterpart) -> None:
    """Ten partial refunds that add up to the payment all go through; one more minor unit does not."""
    paid = wallet.paid_awkwardly()
    done = [target.refund(paid, part) for part in wallet.parts(paid.price, 10)]

    more = target.refund(paid, replace(paid.price, amount=1))

    assert [one.accepted for one in done] == [True] * 10
    assert not more.accepted
    assert wallet.payment(paid).refunded == paid.price.amount
    assert target.settled(paid).refunded == paid.price.amount


@check(
    "refund.other-currency",
    severity="critical",
    depth="full",
    needs="orders refunded refund gateway",
    costs="A hundred times the sum goes back, or a hundredth, or dollars for yen.",
)
def test_a_refund_is_in_the_payments_own_currency(target: Target, wallet: Counterpart) -> None:
    """A part of a payment in another currency goes back in that currency, to the minor unit."""
    order = wallet.paid_elsewhere()
    part = order.price.part(2)

    done = target.refund(order, part)

    assert done.accepted
    assert [refund.money for refund in wallet.payment(order).refunds] == [part]
    assert target.settled(order).refunded == part.amount
