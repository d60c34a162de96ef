"""What the audit does not hold against a target, and what it cannot see."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.audit import audit
from fixtures.books import Breach, Verdict
from fixtures.model import Exchange, Money, PaymentState, Refund, RefundState, View
from tests.literal_books import RICE, TEA, Books, alone, clause, payment, proof, record, refund, verdict


@pytest.mark.parametrize(
    ("paid", "refunds", "state"),
    [
        (Money(1, "CNY"), (), "pending"),  # a wrong amount is owed no goods
        (Money(1250, "USD"), (), "pending"),
        (TEA, (refund("1", 1250),), "refunded"),  # the money went back
        (TEA, (refund("1", 1250, RefundState.PENDING),), "refunded"),
        (TEA, (), "cancelled"),  # the order was not alive
    ],
)
def test_what_is_not_owed_breaks_nothing(paid: Money, refunds: tuple[Refund, ...], state: str) -> None:
    money = replace(payment("a", paid=paid), refunds=refunds)

    found = clause(audit([proof("a", status=500)], [money], [record("a", state, 0)]), "paid-is-fulfilled")

    assert found.verdict is not Verdict.BROKEN


@pytest.mark.parametrize("history", [[], [proof("a", at=99.0)], [proof("b")], [replace(proof("a"), source="buyer")]])
def test_a_target_that_was_never_told_of_a_payment_owes_nothing(history: list[Exchange]) -> None:
    found = clause(audit(history, [payment("a")], [record("a", "pending", 0)]), "paid-is-fulfilled")

    assert found == verdict("paid-is-fulfilled", Verdict.NOT_OBSERVABLE, 0)


def test_a_target_that_asked_the_gateway_was_told() -> None:
    asked = replace(proof("a"), source="target", destination="wallet:alipay")

    found = clause(audit([asked], [payment("a")], [record("a", "pending", 0)]), "paid-is-fulfilled")

    assert found.verdict is Verdict.BROKEN


def test_a_failed_refund_gives_nothing_back() -> None:
    money = replace(payment("a"), refunds=(refund("1", 1250, RefundState.FAILED),))

    found = audit([proof("a")], [money], [record("a", "paid", 0)])

    assert clause(found, "paid-is-fulfilled").verdict is Verdict.BROKEN
    assert clause(found, "no-orphan-refund") == verdict("no-orphan-refund", Verdict.NOT_OBSERVABLE, 0)


@pytest.mark.parametrize("at_target", [250, 1250])
def test_a_refund_on_its_way_may_be_counted_or_not(at_target: int) -> None:
    money = replace(payment("a"), refunds=(refund("1", 250), refund("2", 1000, RefundState.PENDING)))

    found = clause(audit([], [money], [record("a", "paid", 1, refunded=at_target)]), "refunds-match")

    assert found == verdict("refunds-match", Verdict.PROVED, 1)


def test_a_refund_on_an_unpaid_order_is_an_orphan() -> None:
    money = replace(payment("a", PaymentState.CLOSED), refunds=(refund("1", 250),))

    found = clause(audit([], [money], [record("a", "cancelled", 0)]), "no-orphan-refund")

    breach = Breach("R-a", "alipay", "refund 1 of 2.50 CNY was never paid", Money(250, "CNY"))
    assert found == verdict("no-orphan-refund", Verdict.BROKEN, 1, None, *alone(breach))


def test_a_refund_for_no_order_is_an_orphan() -> None:
    money = replace(payment("x"), refunds=(refund("1", 250),))

    found = clause(audit([], [money], [record("a", "pending", 0)]), "no-orphan-refund")

    breach = Breach("R-x", "alipay", "refund 1 of 2.50 CNY belongs to no order", Money(250, "CNY"))
    assert found == verdict("no-orphan-refund", Verdict.BROKEN, 1, None, *alone(breach))


def test_a_refused_proof_leaves_nothing_stuck() -> None:
    found = audit([proof("a", status=500)], [payment("a")], [record("a", "pending", 0)])

    assert clause(found, "nothing-stuck") == verdict("nothing-stuck", Verdict.NOT_OBSERVABLE, 0)


def test_the_wallets_own_rule_says_what_is_acknowledged() -> None:
    books: Books = ([proof("a")], [payment("a")], [record("a", "pending", 0)])

    found = audit(*books, acknowledged=lambda _: False)

    assert clause(found, "nothing-stuck").verdict is Verdict.NOT_OBSERVABLE


def test_a_refused_forgery_counts_as_not_believed() -> None:
    found = audit([proof("a", status=400)], [payment("a", PaymentState.OPEN)], [record("a", "pending", 0)])

    assert clause(found, "acknowledged-forgery-free") == verdict("acknowledged-forgery-free", Verdict.PROVED, 1)


def test_an_order_the_wallet_never_heard_of_is_unpaid() -> None:
    found = clause(audit([], [], [record("a", "paid", 1)]), "unpaid-is-not-fulfilled")

    breach = Breach("a", "alipay", "fulfilled, payment unknown to the wallet", TEA)
    assert found == verdict("unpaid-is-not-fulfilled", Verdict.BROKEN, 1, None, *alone(breach))


def test_only_orders_of_this_run_are_judged_but_others_are_no_strangers() -> None:
    foreign = replace(record("b", "paid", 2), ours=False)

    found = audit([], [payment("a"), payment("b")], [record("a", "paid", 1), foreign])

    assert found.broken == ()
    assert found.orders == 1
    assert clause(found, "fulfilled-once") == verdict("fulfilled-once", Verdict.PROVED, 1)


def test_a_reference_belongs_to_its_wallet() -> None:
    found = audit([], [replace(payment("a"), wallet="stripe")], [record("a", "pending", 0)])

    assert clause(found, "no-orphan-payment").verdict is Verdict.BROKEN


@pytest.mark.parametrize(
    "name", ["paid-is-fulfilled", "fulfilled-once", "amount-matches", "refunds-match", "nothing-stuck"]
)
def test_what_the_target_does_not_show_is_not_observable(name: str) -> None:
    money = replace(payment("a"), refunds=(refund("1", 250),))
    blind = replace(record("a", "paid", None, refunded=None), view=View("a"))

    assert clause(audit([proof("a")], [money], [blind]), name) == verdict(name, Verdict.NOT_OBSERVABLE, 0, 1)


@pytest.mark.parametrize("name", ["unpaid-is-not-fulfilled", "acknowledged-forgery-free"])
def test_what_the_target_does_not_show_of_an_unpaid_order_is_not_observable(name: str) -> None:
    blind = replace(record("a", "paid", None), view=View("a"))

    found = clause(audit([proof("a")], [payment("a", PaymentState.OPEN)], [blind]), name)

    assert found == verdict(name, Verdict.NOT_OBSERVABLE, 0, 1)


def test_the_state_alone_shows_that_a_forgery_was_believed() -> None:
    found = audit([proof("a")], [payment("a", PaymentState.OPEN)], [record("a", "paid", None)])

    assert clause(found, "acknowledged-forgery-free").verdict is Verdict.BROKEN


@pytest.mark.parametrize("name", ["payee", "refunds-match", "no-orphan-payment", "no-orphan-refund"])
def test_the_gateway_side_of_an_assumed_payment_is_not_observable(name: str) -> None:
    assumed = replace(payment("a", asked=RICE), assumed=True, refunds=(refund("1", 250),))
    stranger = replace(assumed, reference="R-x")

    found = clause(audit([], [assumed, stranger], [record("a", "paid", 1)]), name)

    assert found.verdict is not Verdict.BROKEN


def test_without_references_no_payment_can_be_called_an_orphan() -> None:
    nameless = replace(record("a", "paid", 1), reference=None)

    found = audit([], [payment("a")], [nameless])

    assert clause(found, "no-orphan-payment") == verdict("no-orphan-payment", Verdict.NOT_OBSERVABLE, 0, 1)
    assert clause(found, "unpaid-is-not-fulfilled") == verdict("unpaid-is-not-fulfilled", Verdict.NOT_OBSERVABLE, 0, 1)


def test_a_sample_says_how_many_of_how_many() -> None:
    unread = replace(record("b", "paid", 1), view=None)

    found = clause(audit([], [], [record("a", "paid", 1), unread, replace(unread, id="c")]), "fulfilled-once")

    assert found == verdict("fulfilled-once", Verdict.SAMPLED, 1, 3)
    assert found.summary == "sampled (1 of 3, doubtful ones always)"


def test_a_sample_without_its_doubtful_orders_proves_nothing() -> None:
    unread = replace(record("b", "paid", 1), view=None, doubtful=True)

    found = clause(audit([], [], [record("a", "paid", 1), unread]), "fulfilled-once")

    assert found == verdict("fulfilled-once", Verdict.NOT_OBSERVABLE, 1, 2)


def test_a_breach_in_a_sample_is_a_breach() -> None:
    unread = replace(record("b", "paid", 1), view=None, doubtful=True)

    assert clause(audit([], [], [record("a", "paid", 2), unread]), "fulfilled-once").verdict is Verdict.BROKEN
