"""The buyer's way back: whatever her browser says there, only the wallet says who has paid."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import Order
from fixtures.target.target import Target


@check(
    "return.tampered",
    severity="critical",
    needs="orders fulfilments return",
    costs="One payment, and a changed address for every further order.",
)
def test_a_visit_with_another_orders_names_pays_nothing(target: Target, wallet: Counterpart, paid: Order) -> None:
    """The way back of a paid order, changed to name an unpaid one, pays nothing; the wallet's own word does."""
    order = target.place(wallet.setup)
    wallet.open(order)

    wallet.come_back_with_names_of(order, genuine=paid)

    assert target.settled(order).fulfilments == 0
    assert target.settled(paid).fulfilments == 1
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "return.replayed",
    severity="critical",
    needs="orders fulfilments return",
    costs="One cheap thing is paid, and the dear one leaves.",
)
def test_the_visit_of_a_paid_order_pays_no_other(target: Target, wallet: Counterpart, paid: Order) -> None:
    """A buyer who comes back again by the way of an order that she has paid pays nothing else by it."""
    order = target.place(wallet.setup)
    wallet.open(order)

    wallet.come_back_again(order, genuine=paid)

    assert target.settled(order).fulfilments == 0
    assert target.settled(paid).fulfilments == 1


@check(
    "return.unsigned",
    severity="critical",
    needs="orders fulfilments return",
    costs="Anybody who can write an address gets the goods.",
)
def test_a_visit_without_its_signature_pays_nothing(target: Target, wallet: Counterpart) -> None:
    """A visit that says success and lacks the wallet's signature pays nothing; the wallet's own word does."""
    order = target.place(wallet.setup)
    wallet.open(order)

    wallet.come_back_unsigned(order)

    assert target.settled(order).fulfilments == 0
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "return.page",
    severity="minor",
    depth="full",
    needs="orders return acknowledgement",
    costs="The buyer sees a bare word instead of her order, and pays again.",
)
def test_the_buyer_does_not_see_the_wallets_acknowledgement(target: Target, wallet: Counterpart) -> None:
    """Who comes back sees a page, and not the answer that is meant for the wallet."""
    order = target.place(wallet.setup)
    delivery = wallet.prove(wallet.pay(order))

    answer = target.visit(wallet.way_back(order), order)

    assert answer.status < 500
    assert answer.body != delivery.answer.body or answer.body == b""


@check(
    "return.redirect",
    severity="normal",
    depth="full",
    needs="orders return",
    costs="A link to the shop leads to a page that looks like it and asks for a card.",
    source="https://cheatsheetseries.owasp.org/cheatsheets/Unvalidated_Redirects_and_Forwards_Cheat_Sheet.html",
)
def test_the_way_back_leads_to_no_foreign_host(target: Target, wallet: Counterpart, paid: Order) -> None:
    """A way back to which somebody has added where to go next does not lead off to a foreign host."""
    assert wallet.come_back_enticed(paid) == []
    assert target.visit(wallet.way_back(paid), paid).status < 500


@check(
    "return.posted",
    severity="critical",
    depth="full",
    needs="orders fulfilments return acknowledgement",
    costs="Whoever posts to the page for buyers marks orders as paid.",
)
def test_a_notification_at_the_buyers_page_pays_nothing(target: Target, wallet: Counterpart) -> None:
    """A notification whose signature does not fit, posted where buyers come back, pays and crashes nothing."""
    order = target.place(wallet.setup)
    wallet.open(order)

    answer = wallet.notify_at_return(order)

    assert answer.status != 500
    assert target.settled(order).fulfilments == 0
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "notify.by-get",
    severity="critical",
    depth="full",
    needs="orders fulfilments acknowledgement",
    costs="Whoever can write an address marks orders as paid.",
)
def test_parameters_at_the_notification_path_pay_nothing(target: Target, wallet: Counterpart) -> None:
    """A notification's words as parameters of a GET, which nobody signed, pay nothing and crash nothing."""
    order = target.place(wallet.setup)
    wallet.open(order)

    answer = wallet.notify_by_get(order)

    assert answer.status != 500
    assert target.settled(order).fulfilments == 0
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).fulfilments == 1
