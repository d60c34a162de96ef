"""What costs money, each as small literal books: which clause says so, and that its sound twin is no alarm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.audit import audit
from fixtures.books import Verdict
from fixtures.model import Exchange, Money, OrderState, Payment, PaymentState, RefundState
from tests.literal_books import TEA, Books, clause, payment, proof, record, refund


def _refunded(*sums: int, state: RefundState = RefundState.SUCCEEDED) -> Payment:
    given = tuple(refund(str(number), sum_, state) for number, sum_ in enumerate(sums))
    return replace(payment("a"), refunds=given)


def _broken(books: Books) -> list[str]:
    return [one.name for one in audit(*books).broken]


HARM: dict[str, tuple[Books, str]] = {
    "money lost": (([proof("a")], [payment("a")], [record("a", "paid", 0)]), "paid-is-fulfilled"),
    "goods lost": (
        ([], [payment("a", PaymentState.OPEN)], [record("a", "paid", 1)]),
        "unpaid-is-not-fulfilled",
    ),
    "doubled": (([proof("a")], [payment("a")], [record("a", "paid", 2)]), "fulfilled-once"),
    "stuck": (([proof("a")], [payment("a")], [record("a", "pending", 1)]), "nothing-stuck"),
    "wrong amount": (
        ([proof("a")], [payment("a", paid=Money(1, "CNY"))], [record("a", "paid", 1)]),
        "amount-matches",
    ),
    "wrong currency": (
        ([proof("a")], [payment("a", paid=Money(1250, "JPY"))], [record("a", "paid", 1)]),
        "amount-matches",
    ),
    "money of another payee": (
        ([proof("a")], [payment("a", PaymentState.OPEN)], [record("a", "paid", 0)]),
        "acknowledged-forgery-free",
    ),
    "orphan payment": (([], [payment("a"), payment("x")], [record("a", "paid", 1)]), "no-orphan-payment"),
    "second payment kept": (
        ([], [payment("a"), replace(payment("x"), refunds=(refund("1", 1000),))], [record("a", "paid", 1)]),
        "no-orphan-payment",
    ),
    "orphan refund": (
        ([], [replace(payment("a", PaymentState.OPEN), refunds=(refund("1", 250),))], [record("a", "pending", 0)]),
        "no-orphan-refund",
    ),
    "refund booked twice": (
        ([proof("a")], [_refunded(250)], [record("a", "paid", 1, refunded=500)]),
        "refunds-match",
    ),
    "refund made twice": (
        ([proof("a")], [_refunded(1250, 1250)], [record("a", "refunded", 1, refunded=1250)]),
        "no-orphan-refund",
    ),
    "refund not booked": (([proof("a")], [_refunded(250)], [record("a", "paid", 1, refunded=0)]), "refunds-match"),
    "a part taken for all": (
        ([proof("a")], [_refunded(250)], [record("a", "refunded", 1, refunded=250)]),
        "kept-money-is-paid",
    ),
    "late money kept": (([proof("a")], [payment("a")], [record("a", "cancelled", 0)]), "kept-money-is-paid"),
    "failed after it was paid": (([proof("a")], [payment("a")], [record("a", "failed", 1)]), "kept-money-is-paid"),
}


@pytest.mark.parametrize("harm", HARM)
def test_what_costs_money_is_found(harm: str) -> None:
    books, name = HARM[harm]

    assert name in _broken(books)


SOUND: dict[str, Books] = {
    "paid": ([proof("a")], [payment("a")], [record("a", "paid", 1)]),
    "paid and partly refunded": ([proof("a")], [_refunded(250)], [record("a", "paid", 1, refunded=250)]),
    "refunded": ([proof("a")], [_refunded(1250)], [record("a", "refunded", 1, refunded=1250)]),
    "late money given back": ([proof("a")], [_refunded(1250)], [record("a", "cancelled", 0, refunded=1250)]),
    "a refund on its way": (
        [proof("a")],
        [_refunded(1250, state=RefundState.PENDING)],
        [record("a", "cancelled", 0, refunded=0)],
    ),
    "a second attempt given back": (
        [],
        [payment("a"), replace(payment("x"), refunds=(refund("1", 1250),))],
        [record("a", "paid", 1)],
    ),
    "cancelled and never told of the money": ([], [payment("a")], [record("a", "cancelled", 0)]),
    "cancelled after the proof was refused": (
        [proof("a", status=400)],
        [payment("a")],
        [record("a", "cancelled", 0)],
    ),
    "more than the price, by the buyer's own doing": (
        [proof("a")],
        [payment("a", paid=Money(1300, "CNY"))],
        [record("a", "paid", 1)],
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_costs_nothing_is_no_alarm(name: str) -> None:
    assert _broken(SOUND[name]) == []


def test_an_order_without_a_state_is_not_judged_by_it() -> None:
    shown = record("a", "paid", 1)
    blind = replace(shown, view=replace(shown.view, state=None)) if shown.view else shown

    found = clause(audit([proof("a")], [payment("a")], [blind]), "kept-money-is-paid")

    assert (found.verdict, found.judged, found.concerned) == (Verdict.NOT_OBSERVABLE, 0, 1)


def test_where_the_ledger_hears_of_no_refund_nobody_knows_what_is_kept() -> None:
    assumed = replace(payment("a"), assumed=True)

    found = clause(audit([proof("a")], [assumed], [record("a", "cancelled", 0)]), "kept-money-is-paid")

    assert found.verdict is Verdict.NOT_OBSERVABLE


def test_a_doubtful_order_that_both_books_can_tell_is_judged() -> None:
    doubtful = replace(record("a", "paid", 2), doubtful=True)

    assert "fulfilled-once" in _broken(([proof("a")], [payment("a")], [doubtful]))


def test_a_doubtful_order_nobody_can_read_leaves_the_clause_open() -> None:
    lost = replace(record("a", "paid", 1), view=None, doubtful=True)

    found = clause(audit([proof("b")], [payment("b")], [lost, record("b", "paid", 1)]), "fulfilled-once")

    assert (found.verdict, found.judged, found.concerned) == (Verdict.NOT_OBSERVABLE, 1, 2)


def test_a_target_that_was_to_ask_by_itself_is_not_excused_by_silence() -> None:
    silent: list[Exchange] = []
    asked = replace(record("a", OrderState.PENDING.value, 0), asks=True)

    assert _broken((silent, [payment("a")], [replace(asked, asks=False)])) == []
    assert _broken((silent, [payment("a")], [asked])) == ["paid-is-fulfilled"]


def test_the_harm_of_kept_money_is_what_is_kept() -> None:
    found = clause(
        audit([proof("a")], [_refunded(250)], [record("a", "cancelled", 0, refunded=250)]), "kept-money-is-paid"
    )

    assert found.worst is not None
    assert found.worst.harm == Money(1000, TEA.currency)
