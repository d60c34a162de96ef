"""One buyer's orders are nobody else's business."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import Order, OrderState
from fixtures.target.target import Target


@check(
    "access.read",
    depth="smoke",
    severity="critical",
    needs="orders two-buyers",
    costs="Strangers read names, addresses and purchases.",
)
def test_another_buyer_cannot_read_the_order(target: Target, wallet: Counterpart) -> None:
    """An order is not shown to another buyer, and is to its own."""
    order = target.place(wallet.setup)

    assert not target.shows(order, buyer="second")
    assert target.shows(order, buyer="first")


@check(
    "access.anonymous",
    severity="critical",
    needs="orders two-buyers",
    costs="Strangers read names, addresses and purchases.",
)
def test_nobody_reads_an_order_without_credentials(target: Target, wallet: Counterpart) -> None:
    """An order is not shown to somebody without credentials, and is to its buyer."""
    order = target.place(wallet.setup)

    assert not target.shows(order, buyer=None)
    assert target.shows(order, buyer="first")


@check("access.cancel", severity="critical", needs="orders state cancel two-buyers", costs="Strangers cancel orders.")
def test_another_buyer_cannot_cancel_the_order(target: Target, wallet: Counterpart) -> None:
    """An order is not cancelled by another buyer, and is by its own."""
    order = target.place(wallet.setup)

    assert not target.cancel(order, buyer="second").accepted
    assert target.settled(order).state is OrderState.PENDING
    assert target.cancel(order).accepted


@check(
    "access.refund", severity="critical", needs="orders refund two-buyers gateway", costs="Strangers send money back."
)
def test_another_buyer_cannot_refund_the_order(target: Target, wallet: Counterpart, paid: Order) -> None:
    """An order is not refunded at another buyer's request, and is at its own."""
    done = target.refund(paid, buyer="second")

    assert not done.accepted
    assert wallet.payment(paid).refunded == 0
    assert target.refund(paid).accepted


@check(
    "access.pay",
    severity="normal",
    needs="orders fulfilments two-buyers",
    costs="Strangers see what an order costs and where it goes, or take over its payment.",
)
def test_another_buyer_cannot_pay_the_order(target: Target, wallet: Counterpart) -> None:
    """Another buyer neither opens a payment for the order nor presents a token for it; its own buyer pays it."""
    order = target.place(wallet.setup)

    done = wallet.intrude(order)

    assert not done.accepted
    assert not done.crashed
    assert target.settled(order).fulfilments == 0
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "access.list",
    severity="critical",
    each="target",
    needs="orders list two-buyers",
    costs="Strangers read names, addresses and purchases.",
    source="https://cheatsheetseries.owasp.org/cheatsheets/Insecure_Direct_Object_Reference_Prevention_Cheat_Sheet.html",
)
def test_another_buyers_list_does_not_show_the_order(target: Target, wallet: Counterpart) -> None:
    """An order is in its own buyer's list, and in nobody else's."""
    order, other = target.place(wallet.setup), target.place(wallet.setup, buyer="second")

    listed = target.list("second")

    assert other.id in listed
    assert order.id not in listed
    assert order.id in target.list("first")


@check(
    "access.internal",
    severity="critical",
    each="target",
    needs="orders fulfilments fuzzing",
    costs="Whoever guesses an internal address marks her orders as paid.",
    source="https://cheatsheetseries.owasp.org/cheatsheets/Authorization_Cheat_Sheet.html",
)
def test_no_sibling_address_marks_the_order_as_paid(target: Target, wallet: Counterpart) -> None:
    """What a buyer may guess beside an order's own address (…/paid, …/fulfil, /admin/…) does not pay it."""
    order = target.place(wallet.setup)

    answers = wallet.knock(order)

    assert len(answers) > 0
    assert target.settled(order).fulfilments == 0
    assert target.settled(order).state not in {OrderState.PAID, OrderState.REFUNDED}


@check(
    "access.cross-tenant",
    severity="critical",
    each="target",
    needs="orders fulfilments acknowledgement gateway",
    costs="Who sells beside us pays our goods into her own account.",
    source="https://cheatsheetseries.owasp.org/cheatsheets/Multi_Tenant_Security_Cheat_Sheet.html",
)
def test_one_accounts_word_pays_no_order_of_another(target: Target, wallet: Counterpart) -> None:
    """What one account's wallet signs at its own path pays no order of another account; that account's word does."""
    order = target.place(wallet.other_tenant())

    wallet.prove_as_this_tenant(order)

    assert target.settled(order).fulfilments == 0
    wallet.prove_to_tenant(order)
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "access.guessing",
    severity="trivial",
    each="target",
    depth="full",
    last=True,
    needs="orders fulfilments acknowledgement two-buyers fuzzing",
    costs="Whoever has patience finds a coupon that works, or a refund that goes through.",
    source="https://owasp.org/API-Security/editions/2023/en/0xa6-unrestricted-access-to-sensitive-business-flows/",
)
def test_whoever_guesses_is_slowed(target: Target, wallet: Counterpart) -> None:
    """Whoever is refused forty times in a row, for wrong coupons or refunds, has to wait; another buyer has not."""
    order, other = target.place(wallet.setup, buyer="second"), target.place(wallet.setup)
    wallet.prove(wallet.pay(order))

    unslowed = wallet.unslowed(order)

    wallet.prove(wallet.pay(other))
    assert target.settled(other, paid=True).fulfilments == 1
    assert unslowed == []
