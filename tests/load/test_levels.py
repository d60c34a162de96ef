"""A service level is kept, broken, or not proven; and nobody is blamed for the generator's own lag."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from fixtures.model import Outcome
from fixtures.target.settings import ServiceLevel
from load.figures import Figures
from load.generator import saturated
from load.levels import Level
from load.messages import Batch
from load.topics import CAME, LAG, PURCHASE
from tests.load.synthetic import BEGAN, PROBLEM, batch, minute

KEY = f"{PURCHASE}/stripe"
P95 = ServiceLevel(metric=PURCHASE, percentile=95, limit=1.0, least_samples=10)
SUCCESS = ServiceLevel(metric=PURCHASE, at_least=0.99, least_samples=10)
GROWTH = ServiceLevel(metric=PURCHASE, percentile=50, growth=1.5, least_samples=40)


def figures(batches: Iterable[Batch]) -> Figures:
    """Of these batches."""
    found = Figures(BEGAN)
    for one in batches:
        found.add(one)
    return found


def test_each_row_has_a_topic_and_a_sentence_of_its_own() -> None:
    levels = [Level(row) for row in (P95, SUCCESS, GROWTH)]

    assert [level.topic for level in levels] == [
        "load.latency.purchase-p95",
        "load.success.purchase",
        "load.growth.purchase-p50",
    ]
    assert len({level.title for level in levels}) == 3


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [([0.1] * 20, Outcome.PASSED), ([0.1] * 18 + [9.0] * 2, Outcome.FAILED), ([0.1] * 9, Outcome.INCONCLUSIVE)],
    ids=["kept", "exceeded", "too-few-samples"],
)
def test_a_limit(seconds: list[float], expected: Outcome) -> None:
    assert Level(P95).judge(figures([batch(1, {KEY: seconds})]))[0] is expected


@pytest.mark.parametrize(
    ("failed", "expected"), [(0, Outcome.PASSED), (1, Outcome.PASSED), (2, Outcome.FAILED)], ids=["all", "99", "98"]
)
def test_a_share_of_successes(failed: int, expected: Outcome) -> None:
    found = figures([batch(1, {KEY: [0.1] * 100}, {KEY: {PROBLEM: failed}})])

    assert Level(SUCCESS).judge(found)[0] is expected


@pytest.mark.parametrize(
    ("slower", "expected"), [(0.0, Outcome.PASSED), (0.5, Outcome.FAILED)], ids=["steady", "a-slow-leak"]
)
def test_growth_from_the_first_quarter_to_the_last(slower: float, expected: Outcome) -> None:
    outcome, message = Level(GROWTH).judge(figures(minute(slower=slower)))

    assert outcome is expected, message


def test_growth_needs_samples_at_both_ends() -> None:
    middle = [batch(at + 1, {KEY: [0.1] * 100} if at == 50 else {}, counts={f"{CAME}/stripe": 1}) for at in range(100)]

    assert Level(GROWTH).judge(figures(middle))[0] is Outcome.INCONCLUSIVE


def test_a_late_generator_proves_nothing() -> None:
    late = figures([batch(1, {KEY: [9.0] * 20, f"{LAG}/-": [2.0] * 20})])

    assert saturated(late) is not None
    assert Level(P95).judge(late)[0] is Outcome.INCONCLUSIVE


def test_a_limit_that_our_own_lag_may_have_broken_is_held_against_nobody() -> None:
    lagging = figures([batch(1, {KEY: [1.05] * 20, f"{LAG}/-": [0.3] * 20})])
    prompt = figures([batch(1, {KEY: [1.05] * 20, f"{LAG}/-": [0.01] * 20})])

    assert saturated(lagging) is None
    assert Level(P95).judge(lagging)[0] is Outcome.INCONCLUSIVE
    assert Level(P95).judge(prompt)[0] is Outcome.FAILED


def test_a_run_is_ended_only_where_the_file_asks_for_it_and_enough_was_seen() -> None:
    ending = P95.model_copy(update={"abort": True})
    few, slow = figures([batch(1, {KEY: [9.0] * 9})]), figures([batch(1, {KEY: [9.0] * 20})])

    assert Level(P95).live(slow) is None
    assert Level(ending).live(few) is None
    assert "9.0" in (Level(ending).live(slow) or "")
    assert Level(GROWTH.model_copy(update={"abort": True})).live(figures(minute(slower=0.5))) is None
