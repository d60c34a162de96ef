"""The audit on literal histories: for each clause one sound and one broken set of books, with the whole verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.audit import CLAUSES, audit
from fixtures.books import Breach, Verdict
from fixtures.model import Money, PaymentState
from tests.literal_books import KOTO, RICE, TEA, Books, alone, clause, payment, proof, record, refund, verdict

SOUND: list[tuple[str, Books, int]] = [
    ("paid-is-fulfilled", ([proof("a")], [payment("a")], [record("a", "paid", 1)]), 1),
    ("fulfilled-once", ([], [payment("a")], [record("a", "paid", 1), record("b", "pending", 0)]), 2),
    ("unpaid-is-not-fulfilled", ([], [payment("a", PaymentState.CLOSED)], [record("a", "cancelled", 0)]), 1),
    ("amount-matches", ([], [payment("a")], [record("a", "paid", 1)]), 1),
    ("payee", ([], [payment("a", PaymentState.OPEN)], [record("a", "pending", 0)]), 1),
    (
        "refunds-match",
        ([], [replace(payment("a"), refunds=(refund("1", 250),))], [record("a", "paid", 1, refunded=250)]),
        1,
    ),
    ("no-orphan-payment", ([], [payment("a")], [record("a", "paid", 1)]), 1),
    (
        "no-orphan-refund",
        (
            [],
            [replace(payment("a"), refunds=(refund("1", 250), refund("2", 1000)))],
            [record("a", "refunded", 1, refunded=1250)],
        ),
        2,
    ),
    ("nothing-stuck", ([proof("a")], [payment("a")], [record("a", "paid", 1)]), 1),
    (
        "kept-money-is-paid",
        (
            [proof("a")],
            [replace(payment("a"), refunds=(refund("1", 1250),))],
            [record("a", "cancelled", 0, refunded=1250)],
        ),
        1,
    ),
    (
        "acknowledged-forgery-free",
        ([proof("a")], [payment("a", PaymentState.OPEN)], [record("a", "pending", 0)]),
        1,
    ),
]

BROKEN: list[tuple[str, Books, int, Breach]] = [
    (
        "paid-is-fulfilled",
        ([proof("a")], [payment("a")], [record("a", "paid", 0)]),
        1,
        Breach("a", "alipay", "paid 12.50 CNY, not fulfilled, not refunded", TEA),
    ),
    (
        "fulfilled-once",
        ([], [payment("a")], [record("a", "paid", 3), record("b", "paid", 1)]),
        2,
        Breach("a", "alipay", "fulfilled 3 times", Money(2500, "CNY")),
    ),
    (
        "unpaid-is-not-fulfilled",
        ([], [payment("a", PaymentState.PENDING)], [record("a", "paid", 1)]),
        1,
        Breach("a", "alipay", "fulfilled, payment pending", TEA),
    ),
    (
        "amount-matches",
        ([], [payment("a", paid=Money(1, "CNY"))], [record("a", "paid", 1)]),
        1,
        Breach("a", "alipay", "paid 0.01 CNY for 12.50 CNY, fulfilled", TEA),
    ),
    (
        "payee",
        ([], [payment("a", asked=Money(125, "CNY"))], [record("a", "paid", 1)]),
        1,
        Breach("a", "alipay", "asked 1.25 CNY for 12.50 CNY", TEA),
    ),
    (
        "refunds-match",
        ([], [replace(payment("a"), refunds=(refund("1", 250),))], [record("a", "paid", 1, refunded=1250)]),
        1,
        Breach("a", "alipay", "refunded 12.50 CNY at the target, 2.50 CNY at the wallet", Money(1000, "CNY")),
    ),
    (
        "no-orphan-payment",
        ([], [payment("a"), payment("x")], [record("a", "paid", 1)]),
        2,
        Breach("R-x", "alipay", "paid, belongs to no order", TEA),
    ),
    (
        "no-orphan-refund",
        ([], [replace(payment("a"), refunds=(refund("1", 1250), refund("2", 1)))], [record("a", "refunded", 1)]),
        2,
        Breach("R-a", "alipay", "refund 2 of 0.01 CNY exceeds 12.50 CNY", Money(1, "CNY")),
    ),
    (
        "nothing-stuck",
        ([proof("a")], [payment("a")], [record("a", "pending", 0)]),
        1,
        Breach("a", "alipay", "1 acknowledged after 12.50 CNY was paid, still pending", TEA),
    ),
    (
        "kept-money-is-paid",
        ([proof("a")], [payment("a")], [record("a", "cancelled", 0)]),
        1,
        Breach("a", "alipay", "cancelled, 12.50 CNY of 12.50 CNY kept", TEA),
    ),
    (
        "acknowledged-forgery-free",
        ([proof("a")], [payment("a", PaymentState.OPEN)], [record("a", "paid", 1)]),
        1,
        Breach("a", "alipay", "payment open at the wallet, the target says paid, fulfilled 1 times", TEA),
    ),
]


def test_every_clause_has_a_sound_and_a_broken_literal() -> None:
    assert [name for name, *_ in SOUND] == [name for name, *_ in BROKEN] == list(CLAUSES)


@pytest.mark.parametrize(("name", "books", "judged"), SOUND, ids=CLAUSES)
def test_sound_books_prove_the_clause(name: str, books: Books, judged: int) -> None:
    found = audit(*books)

    assert clause(found, name) == verdict(name, Verdict.PROVED, judged)
    assert found.broken == ()


@pytest.mark.parametrize(("name", "books", "judged", "breach"), BROKEN, ids=CLAUSES)
def test_broken_books_break_the_clause_and_name_the_order(name: str, books: Books, judged: int, breach: Breach) -> None:
    found = audit(*books)

    assert clause(found, name) == verdict(name, Verdict.BROKEN, judged, None, *alone(breach))


@pytest.mark.parametrize("name", CLAUSES)
def test_nothing_is_proven_by_nothing(name: str) -> None:
    assert clause(audit([], [], []), name) == verdict(name, Verdict.NOT_OBSERVABLE, 0)


def test_the_evidence_is_the_count_the_first_the_worst_and_the_last() -> None:
    records = [
        record("a", "paid", 2),
        record("b", "paid", 2, price=RICE),
        record("c", "paid", 2),
        record("d", "paid", 1),
    ]

    found = clause(audit([], [], records), "fulfilled-once")

    first, worst, last = (
        Breach("a", "alipay", "fulfilled 2 times", TEA),
        Breach("b", "alipay", "fulfilled 2 times", RICE),
        Breach("c", "alipay", "fulfilled 2 times", TEA),
    )
    assert found == verdict("fulfilled-once", Verdict.BROKEN, 4, None, first, worst, last)
    assert found.summary == "broken (3 of 4)"
    assert found.evidence == (
        "first: alipay a: fulfilled 2 times",
        "worst: alipay b: fulfilled 2 times",
        "last: alipay c: fulfilled 2 times",
    )


def test_one_breach_is_told_once() -> None:
    found = clause(audit([], [], [record("a", "paid", 2)]), "fulfilled-once")

    assert found.evidence == ("first, worst, last: alipay a: fulfilled 2 times",)


def test_the_worst_is_told_in_major_units() -> None:
    yen = replace(record("b", "paid", 2, price=KOTO), wallet="stripe")
    yuan = record("a", "paid", 2, price=RICE)

    found = clause(audit([], [], [yuan, yen]), "fulfilled-once")

    assert found.worst == Breach("b", "stripe", "fulfilled 2 times", KOTO)


def test_an_audit_counts_what_it_looked_at() -> None:
    found = audit([], [payment("a"), payment("b")], [record("a", "paid", 1)])

    assert (found.orders, found.payments) == (1, 2)
    assert [each.name for each in found.clauses] == list(CLAUSES)
