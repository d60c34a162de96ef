"""A buyer writes her order's request herself: whatever she writes there, the price is the shelf's."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.target.tampering import Tampering
from fixtures.target.target import Target


@check(
    "tampering",
    severity="critical",
    each="tampering",
    costs="Goods leave for less than their price, or for nothing.",
    source="https://cheatsheetseries.owasp.org/cheatsheets/Mass_Assignment_Cheat_Sheet.html",
)
def test_a_changed_request_wins_nothing(target: Target, wallet: Counterpart, tampering: Tampering) -> None:
    """An order by a changed request is refused or costs what the shelf says; a like one unchanged is taken."""
    like = target.place(wallet.setup)

    tried = wallet.haggle(tampering)

    assert not tried.crashed
    assert wallet.gain(tried) == "nothing"
    assert wallet.asked(like) in (like.price, None)
    assert target.shows(like)


@check(
    "tampering.change",
    severity="critical",
    each="target",
    needs="orders fulfilments change",
    costs="Somebody pays for a pen and gets a piano.",
    source="https://cwe.mitre.org/data/definitions/367.html",
)
def test_what_was_added_after_the_payment_was_opened_is_not_had_for_nothing(
    target: Target, wallet: Counterpart
) -> None:
    """What is added to an order after its payment was opened is refused, or the old sum does not pay for it."""
    order = target.place(wallet.setup)
    wallet.open(order)

    changed = target.change(order, target.pick(wallet.setup))

    wallet.pay_old(order)
    assert not changed.crashed
    assert target.settled(order, paid=not changed.accepted).fulfilments == int(not changed.accepted)
