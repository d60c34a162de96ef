"""From samples to outcomes: what fails, what proves nothing, and what joins the results of an earlier run."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.audit import audit
from fixtures.model import Given, Money, Order, Outcome
from fixtures.target.settings import ServiceLevel
from load import report
from load.journal import Journal, Note, Sample, read_journal
from load.plan import Plan
from load.topics import PURCHASE
from reports.results import Result
from reports.run import Run

PLAN = Plan(rate=1.0, seconds=1.0, buyers=1, wallet="every", seed=1)
BAD = [Sample(PURCHASE, "stripe", 0.0, 3.0, "not fulfilled")]


def test_a_percentile_is_the_nearest_rank() -> None:
    samples = [float(number) for number in range(1, 101)]

    assert report.percentile(samples, 50) == 50.0
    assert report.percentile(samples, 99) == 99.0
    assert report.percentile([7.0], 1) == 7.0


@pytest.mark.parametrize(
    ("good", "bad", "begun", "saturated", "expected"),
    [
        (9, [], 9, False, Outcome.PASSED),
        (8, BAD, 9, False, Outcome.FAILED),
        (8, BAD, 9, True, Outcome.INCONCLUSIVE),
        (8, [], 9, False, Outcome.INCONCLUSIVE),
        (0, BAD, 1, False, Outcome.INCONCLUSIVE),
        (0, [], 0, False, Outcome.INCONCLUSIVE),
    ],
    ids=["all-served", "one-not", "generator-late", "one-cut-off", "nothing-completed", "nobody-came"],
)
def test_the_outcome_of_a_story(good: int, bad: list[Sample], begun: int, saturated: bool, expected: Outcome) -> None:
    assert report.judged(good, bad, begun, saturated)[0] is expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [([0.1] * 20, Outcome.PASSED), ([0.1] * 18 + [9.0] * 2, Outcome.FAILED), ([0.1] * 9, Outcome.INCONCLUSIVE)],
    ids=["kept", "exceeded", "too-few-samples"],
)
def test_a_service_level(seconds: list[float], expected: Outcome) -> None:
    level = ServiceLevel(metric=PURCHASE, percentile=95, limit=1.0, least_samples=10)

    assert report.kept(level, seconds)[0] is expected


def test_a_journal_is_read_as_it_was_written_without_a_last_line_that_was_cut_off(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", PLAN)
    order = Order("7", "r-7", "stripe", Money(1999, "USD"), Given(qr="é"), "first", 1.0, {"item": "book"})
    entries: list[Order | Sample | Note] = [order, BAD[0], Note("a limit")]
    for entry in entries:
        journal.write(entry)
    journal.close()
    with journal.path.open("ab") as file:
        file.write(b'samples\t{"topic": "pur')

    record = read_journal(journal.path)

    assert [record.plan, *record.orders, *record.samples, *record.notes] == [PLAN, *entries]
    assert record.unserved() == {"7"}


def test_results_of_an_earlier_run_stay_and_those_of_the_same_identity_are_replaced() -> None:
    suite = _result("notify.repeat", Outcome.PASSED)
    stale, fresh = _result("load.purchase", Outcome.FAILED), _result("load.purchase", Outcome.PASSED)

    joined = report.joined(Run("shop", {}, (suite, stale), None), [fresh])

    assert joined == [suite, fresh]


def test_the_worse_verdict_of_two_audits_stands() -> None:
    nothing = audit([], [], [])
    shown = report.joined_books(Run("shop", {}, (), None), nothing)
    broken = shown.clauses[0].__class__(
        **{name: getattr(shown.clauses[0], name) for name in ("name", "requirement", "judged", "concerned")},
        verdict="broken",
        count=1,
        summary="broken (1 of 1)",
        evidence=("first: x",),
    )
    earlier = Run("shop", {}, (), type(shown)((broken, *shown.clauses[1:])))

    both = report.joined_books(earlier, nothing).clauses[0]

    assert (both.verdict, both.count, both.evidence) == ("broken", 1, ("first: x",))
    assert "under load" in both.summary


def _result(topic: str, outcome: Outcome) -> Result:
    return Result(topic, "stripe", "intent", outcome, "normal", 4, 1.0)
