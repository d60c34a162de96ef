"""The schedule is decided before the run: by the plan, the stages and the seed, by nothing else."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load.arrivals import Arrival, Schedule
from load.days import area, expected, stages
from load.messages import Stage
from load.plan import Plan, Process, Shape

SETUPS = ("alipay", "paypal", "stripe")
STORIES = {"purchase": 8.0, "refund": 1.0, "browse": 1.0}


def _plan(shape: Shape = "peak", process: Process = "poisson", rate: float = 50.0, seed: int = 1) -> Plan:
    return Plan(rate=rate, seconds=100.0, buyers=10, wallet="every", seed=seed, shape=shape, process=process)


def _day(plan: Plan) -> list[Arrival]:
    schedule = Schedule(plan, SETUPS, STORIES)
    return [arrival for stage in stages(plan) for arrival in schedule.of(stage)]


def test_the_same_seed_brings_the_same_day_and_another_seed_another() -> None:
    assert _day(_plan(seed=4)) == _day(_plan(seed=4))
    assert _day(_plan(seed=4)) != _day(_plan(seed=5))


@pytest.mark.parametrize("process", ["poisson", "constant"])
def test_everybody_comes_in_order_within_the_day_and_has_a_number(process: Process) -> None:
    day = _day(_plan(process=process))

    assert [arrival.number for arrival in day] == list(range(len(day)))
    assert all(one.at <= next.at for one, next in pairwise(day))
    assert day[0].at >= 0 and day[-1].at <= 100.0


def test_as_many_come_as_the_day_brings_on_average() -> None:
    plan = _plan(rate=200.0)

    assert len(_day(plan)) == pytest.approx(expected(stages(plan)), rel=0.03)


def test_constant_arrivals_are_evenly_spaced_and_half_a_gap_from_the_beginning() -> None:
    instants = [arrival.at for arrival in _day(_plan("soak", "constant", rate=4.0))]

    assert instants == pytest.approx([0.125 + number / 4 for number in range(400)])


rates = st.floats(0.0, 300.0)


@given(st.lists(st.tuples(st.floats(0.01, 20.0), rates, rates), min_size=1, max_size=6))
def test_no_border_between_stages_loses_a_constant_arrival_or_brings_it_twice(
    parts: list[tuple[float, float, float]],
) -> None:
    schedule = Schedule(_plan(process="constant"), SETUPS, STORIES)
    begin, came, passed = 0.0, 0, 0.0
    for number, (seconds, low, high) in enumerate(parts):
        stage = Stage(number, begin, seconds, low, high)
        arrivals = list(schedule.of(stage))
        begin, came, passed = stage.end, came + len(arrivals), passed + area(stage)
        assert all(stage.begin <= arrival.at <= stage.end + 1e-9 for arrival in arrivals)
        assert [arrival.at for arrival in arrivals] == sorted(arrival.at for arrival in arrivals)
        assert abs(came - passed) <= 0.5 + 1e-6


@given(st.floats(0.1, 100.0), st.integers(0, 1000))
def test_a_stage_that_is_cut_in_two_brings_the_same_arrivals(cut: float, seed: int) -> None:
    whole, plan = Stage(0, 0.0, 200.0, 3.0, 3.0), _plan(seed=seed)
    parts = Stage(0, 0.0, cut, 3.0, 3.0), Stage(1, cut, 200.0 - cut, 3.0, 3.0)
    schedule = Schedule(plan, SETUPS, STORIES)

    together = [arrival for stage in parts for arrival in schedule.of(stage)]

    assert [one.at for one in together] == pytest.approx([one.at for one in Schedule(plan, SETUPS, STORIES).of(whole)])


def test_a_plateau_is_as_busy_as_was_asked_for_and_busier_than_the_beginning() -> None:
    day = _day(_plan())
    plateau = sum(40 <= arrival.at < 60 for arrival in day) / 20
    beginning = sum(arrival.at < 10 for arrival in day) / 10

    assert 40 < plateau < 60
    assert beginning < plateau / 2


def test_each_wallet_has_its_share_of_every_hour() -> None:
    day = _day(_plan())

    for start in range(0, len(day) - 3, 3):
        assert {arrival.setup for arrival in day[start : start + 3]} == set(SETUPS)


def test_stories_come_by_their_weights_with_every_wallet() -> None:
    day = _day(_plan(rate=100.0))
    counted = Counter((arrival.setup, arrival.story) for arrival in day)

    for setup in SETUPS:
        for story, weight in STORIES.items():
            assert counted[setup, story] / len(day) == pytest.approx(weight / 30, abs=0.005)


def test_a_wallet_is_told_no_story_that_makes_no_sense_with_it() -> None:
    plan = _plan()
    schedule = Schedule(plan, SETUPS, STORIES, unfit={("purchase", "paypal"), ("browse", "paypal")})

    told = {(one.setup, one.story) for one in schedule.of(Stage(0, 0.0, 60.0, 10.0, 10.0))}

    assert {story for setup, story in told if setup == "paypal"} == {"refund"}
    assert {story for setup, story in told if setup == "stripe"} == set(STORIES)


def test_nobody_can_come_without_a_wallet_or_a_story() -> None:
    with pytest.raises(ValueError, match="wallet"):
        Schedule(_plan(), (), STORIES)
    with pytest.raises(ValueError, match="story"):
        Schedule(_plan(), SETUPS, {"purchase": 0.0})


def test_a_long_soak_is_made_one_arrival_at_a_time() -> None:
    endless = Stage(0, 0.0, 1e9, 200.0, 200.0)

    first = next(Schedule(_plan(), SETUPS, STORIES).of(endless))

    assert first.number == 0


def test_real_arrivals_come_as_they_came_and_each_in_one_stage() -> None:
    instants = (0.0, 0.5, 0.5, 2.0, 9.75)
    plan = Plan(
        rate=0.5, seconds=10.0, buyers=9, wallet="every", seed=1, process="recorded", instants=instants, file="a.csv"
    )
    schedule = Schedule(plan, SETUPS, STORIES)
    halves = Stage(0, 0.0, 2.0, 0.5, 0.5), Stage(1, 2.0, 8.0, 0.5, 0.5)

    came = [[arrival.at for arrival in schedule.of(stage)] for stage in halves]

    assert came == [[0.0, 0.5, 0.5], [2.0, 9.75]]
    assert [arrival.at for arrival in _day(plan)] == list(instants)
