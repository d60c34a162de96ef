"""From figures to outcomes: what fails, what proves nothing, and what joins the results of an earlier run."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from fixtures.audit import audit
from fixtures.model import Answer, Exchange, Given, Message, Money, Order, Outcome
from load.capacity import Capacity
from load.figures import Figures
from load.generator import culprit
from load.joining import joined, joined_books
from load.journal import Record
from load.messages import Batch
from load.notes import Sample
from load.plan import Plan
from load.report import found, judged, pace
from load.shares import Share
from load.topics import PURCHASE
from load.worst import Worst
from reports.results import Result
from reports.run import Run
from tests.load.synthetic import BEGAN

PLAN = Plan(rate=1.0, seconds=1.0, buyers=1, wallet="every", seed=1)
LATE = "the generator was late"
EXCHANGE = Exchange("wallet:stripe", "target", Message("POST", "/n"), Answer(200), 1.0, 0.1, note="arrival 7")


@pytest.mark.parametrize(
    ("problems", "late", "expected"),
    [
        ({}, None, Outcome.PASSED),
        ({"x": 1}, None, Outcome.FAILED),
        ({"x": 1}, LATE, Outcome.INCONCLUSIVE),
        ({}, LATE, Outcome.PASSED),
    ],
    ids=["all-served", "one-not", "generator-late", "all-served-though-late"],
)
def test_the_outcome_of_a_story(problems: dict[str, int], late: str | None, expected: Outcome) -> None:
    assert judged(9, Counter(problems), late)[0] is expected


def test_the_commonest_problems_are_told_first_and_none_is_dropped_silently() -> None:
    problems = Counter({f"problem {number}": number for number in range(1, 9)})

    message = judged(100, problems, None)[1]

    assert message.startswith("36 of 100 failed: 8 × problem 8; 7 × problem 7")
    assert message.endswith("and 3 other problems")


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        (Capacity(199.0, 203.0, 201.0, 2, 2), Outcome.PASSED),
        (Capacity(199.0, 203.0, 201.0, 1, 2), Outcome.INCONCLUSIVE),
        (Capacity(800.0, None, 800.0, 2, 0, reason="no limit was found"), Outcome.PASSED),
        (Capacity(None, 5.0, None, 0, 2, reason="nothing held"), Outcome.INCONCLUSIVE),
        (None, Outcome.INCONCLUSIVE),
    ],
    ids=["both-sides", "low-side-once", "beyond-the-highest", "nothing-held", "interrupted"],
)
def test_a_capacity_is_known_when_it_is_confirmed(capacity: Capacity | None, expected: Outcome) -> None:
    outcome, message = found(capacity)

    assert outcome is expected
    assert message


def test_the_one_that_held_a_late_generator_up_is_named() -> None:
    def held(processor: float = 0.0, sandbox: float = 0.0) -> Figures:
        figures = Figures(BEGAN)
        for second in (1, 2):
            used = 30.0 + processor * second  # what it needed to start is not held against it
            figures.add(Batch(0, BEGAN + second, processor=used, sandbox=sandbox, target=1.0))
        return figures

    assert "processor was the limit" in culprit(held(processor=0.99), None)
    assert "sandbox was the limit" in culprit(held(sandbox=9.0), None)
    assert "sandbox was the limit" in culprit(held(), Share(1, busy=0.99, seconds=1.0))
    assert "something else" in culprit(held(), Share(1, busy=0.1, seconds=1.0))


def test_the_worst_orders_are_told_with_arrival_reference_and_exchanges() -> None:
    record = Record(PLAN, BEGAN, Figures(BEGAN))
    for number in range(3):
        order = Order(str(number), f"R{number}", "stripe", Money(1, "USD"), Given(), "first", 1.0)
        record.orders.append(order)
        record.samples.append(Sample(PURCHASE, "stripe", 1.0, 1.0 + number, "late" if number == 1 else None, order.id))
    record.samples.append(Sample(PURCHASE, "stripe", 1.0, 99.0, "nobody knows its order", "lost"))
    asked: list[str] = []

    def history(reference: str) -> list[Exchange]:
        asked.append(reference)
        return [EXCHANGE]

    cases = Worst(record, history).cases()

    assert [(case.kind, case.order, case.reference) for case in cases] == [
        ("failed", "1", "R1"),
        ("slowest", "2", "R2"),
    ]
    assert cases[0].summary == "purchase/stripe · arrival 7 · 2.000 s · late"
    assert asked == ["R1", "R2"]


def test_an_order_that_is_both_is_told_once() -> None:
    record = Record(PLAN, BEGAN, Figures(BEGAN))
    record.orders.append(Order("1", None, "stripe", Money(1, "USD"), Given(), "first", 1.0))
    record.samples.append(Sample(PURCHASE, "stripe", 1.0, 1.0, "late", "1"))

    assert [case.kind for case in Worst(record, lambda _: [EXCHANGE]).cases()] == ["failed"]


def test_the_pace_is_told_in_a_line() -> None:
    assert pace(PLAN) == "peak: up to 1 stories a second, 1 s, poisson arrivals, every wallet"
    assert "until it is interrupted" in pace(replace(PLAN, seconds=1e12, shape="heartbeat"))


def test_results_of_an_earlier_run_stay_and_those_of_the_same_identity_are_replaced() -> None:
    suite = _result("notify.repeat", Outcome.PASSED)
    stale, fresh = _result("load.purchase", Outcome.FAILED), _result("load.purchase", Outcome.PASSED)

    assert joined(Run("shop", {}, (suite, stale), None), [fresh]) == [suite, fresh]


def test_the_worse_verdict_of_two_audits_stands() -> None:
    nothing = audit([], [], [])
    shown = joined_books(Run("shop", {}, (), None), nothing)
    broken = replace(shown.clauses[0], verdict="broken", count=1, summary="broken (1 of 1)", evidence=("first: x",))
    earlier = Run("shop", {}, (), replace(shown, clauses=(broken, *shown.clauses[1:])))

    both = joined_books(earlier, nothing).clauses[0]

    assert (both.verdict, both.count, both.evidence) == ("broken", 1, ("first: x",))
    assert "under load" in both.summary


def _result(topic: str, outcome: Outcome) -> Result:
    return Result(topic, "stripe", "intent", outcome, "normal", 4, 1.0)
