"""Batches are merged without loss: over engines, over wallets and over time."""

from __future__ import annotations

import pytest

from load.figures import MOST_PROBLEMS, OTHERS, Figures
from load.series import FRESH, MOST
from load.spread import curve, merged, percentiles
from load.topics import CAME, FULFILLED, LAG, PLACE, PURCHASE
from tests.load.synthetic import BEGAN, PROBLEM, SECONDS, SETUPS, STALL, STALLED, batch, encoded, minute

KEY = f"{PURCHASE}/stripe"


def test_a_percentile_is_the_nearest_rank_within_a_thousandth() -> None:
    samples = [number / 100 for number in range(1, 101)]

    found = percentiles(merged([encoded(samples)]), 50, 99, 99.9, 100)

    assert found == pytest.approx([0.50, 0.99, 1.0, 1.0], rel=1e-3)


@pytest.mark.parametrize(
    ("number", "percent", "rank"), [(160, 99, 159), (3, 50, 2), (1, 1, 1), (10, 90, 9), (10, 90.1, 10)]
)
def test_a_rank_is_never_rounded_down(number: int, percent: float, rank: int) -> None:
    spread = merged([encoded([sample / 1000 for sample in range(1, number + 1)])])

    assert percentiles(spread, percent)[0] == pytest.approx(rank / 1000, rel=1e-3)


def test_nothing_measured_has_no_percentile() -> None:
    assert Figures().percentile(PURCHASE, 99) is None
    assert percentiles(merged([]), 50) == [0.0]


def test_two_halves_make_the_whole() -> None:
    samples = [number / 7919 for number in range(1, 2000)]

    halves = merged([encoded(samples[::2]), encoded(samples[1::2])])

    assert list(curve(halves)) == list(curve(merged([encoded(samples)])))


def test_engines_and_wallets_are_added_up() -> None:
    figures = Figures()
    figures.add(batch(1, {KEY: [0.1, 0.2]}, {KEY: {PROBLEM: 1}}, {f"{CAME}/stripe": 3}, engine=0))
    figures.add(
        batch(1, {KEY: [0.3], f"{PURCHASE}/alipay": [0.4]}, {KEY: {"late": 2}}, {f"{CAME}/alipay": 1}, engine=1)
    )

    assert (figures.samples(PURCHASE), figures.samples(PURCHASE, "stripe")) == (4, 3)
    assert figures.percentile(PURCHASE, 100) == pytest.approx(0.4, rel=1e-3)
    assert figures.percentile(PURCHASE, 100, "stripe") == pytest.approx(0.3, rel=1e-3)
    assert figures.problems(PURCHASE) == {PROBLEM: 1, "late": 2}
    assert (figures.failures(PURCHASE), figures.failures(PURCHASE, "alipay")) == (3, 0)
    assert (figures.count(CAME), figures.count(CAME, "alipay")) == (4, 1)
    assert sorted(figures.engines) == [0, 1]
    assert figures.setups(PURCHASE) == ["alipay", "stripe"]


def test_problems_that_never_repeat_do_not_fill_the_memory() -> None:
    figures = Figures()

    figures.add(batch(1, {}, {KEY: {f"problem {number}": 1 for number in range(MOST_PROBLEMS + 7)}}))

    assert len(figures.problems(PURCHASE)) == MOST_PROBLEMS + 1
    assert figures.problems(PURCHASE)[OTHERS] == 7


def test_a_batch_belongs_to_the_second_in_which_it_was_filled() -> None:
    figures = Figures(BEGAN)
    for at in (1.01, 2.02, 4.5):
        figures.add(batch(at, {KEY: [0.1]}))

    assert [slot.histogram(PURCHASE).get_total_count() for slot in figures.series] == [1, 1, 0, 1]
    assert [slot.seconds for slot in figures.series] == [1, 1, 2, 1]


def test_a_soak_is_kept_in_as_few_slots_as_an_hour_and_loses_no_sample() -> None:
    figures = Figures(BEGAN)
    seconds = MOST * 3
    for second in range(seconds):
        figures.add(batch(second + 1, {KEY: [0.1]}, {KEY: {PROBLEM: 1}}, {f"{CAME}/stripe": 1}))

    assert len(figures.series) <= MOST
    slots = list(figures.series)
    assert [slot.begin + slot.seconds for slot in slots[:-1]] == [slot.begin for slot in slots[1:]]
    assert max(slot.seconds for slot in slots) == 8
    assert [slot.seconds for slot in slots[-FRESH:]] == [1] * FRESH
    assert sum(slot.histogram(PURCHASE).get_total_count() for slot in figures.series) == seconds
    assert sum(slot.failed([PURCHASE]) for slot in figures.series) == seconds
    assert figures.series.day == seconds


def test_a_stall_shows_in_the_seconds_after_it() -> None:
    figures = Figures(BEGAN)
    for one in minute():
        figures.add(one)

    worst = max(figures.series, key=lambda slot: percentiles(slot.histogram(PURCHASE), 99)[0])
    assert STALL <= worst.begin <= STALL + STALLED
    assert max(slot.inside for slot in figures.series) > 50
    assert SECONDS - 2 <= figures.series.day <= SECONDS
    assert figures.count(FULFILLED) == figures.samples(PURCHASE) - figures.failures(PURCHASE)
    assert figures.setups(PLACE) == sorted(SETUPS)
    assert 0 < figures.lag < 0.1
    assert figures.samples(LAG) == figures.count(CAME)
    assert max(slot.processor for slot in figures.series) == pytest.approx(0.6)
