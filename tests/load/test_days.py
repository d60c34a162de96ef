"""Days: how the rate of arrivals goes."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest

from load.days import QUIET, RUSH, STEPS, expected, stages
from load.messages import Stage
from load.plan import FOREVER, Plan, Shape

PLANNED: tuple[Shape, ...] = tuple(shape for shape in get_args(Shape) if shape != "capacity")


def _day(shape: Shape, seconds: float = 100.0, rate: float = 50.0) -> tuple[Stage, ...]:
    return stages(Plan(rate=rate, seconds=seconds, buyers=10, wallet="every", seed=1, shape=shape))


@pytest.mark.parametrize("shape", PLANNED)
@pytest.mark.parametrize("seconds", [0.5, 100.0, 86_400.0])
def test_the_stages_of_a_day_follow_each_other_without_gaps(shape: Shape, seconds: float) -> None:
    day = _day(shape, seconds)

    assert [stage.number for stage in day] == list(range(len(day)))
    assert day[0].begin == 0.0
    assert day[-1].end == pytest.approx(seconds)
    assert all(one.end == pytest.approx(next.begin) for one, next in pairwise(day))


@pytest.mark.parametrize("shape", PLANNED)
def test_no_day_is_busier_than_asked_for(shape: Shape) -> None:
    rates = [rate for stage in _day(shape) for rate in (stage.low, stage.high)]

    assert max(rates) == 50.0
    assert min(rates) > 0


def test_a_peak_climbs_from_a_quiet_shop_and_goes_all_the_way_back() -> None:
    climb, plateau, fall = _day("peak")

    assert (climb.low, climb.high) == (QUIET * 50, 50)
    assert (plateau.low, plateau.high) == (50, 50)
    assert (fall.low, fall.high) == (50, QUIET * 50)


@pytest.mark.parametrize("seconds", [10.0, 60.0, 3600.0])
def test_a_sale_fills_the_shop_within_its_first_second(seconds: float) -> None:
    quiet, rush, held, decay, after = _day("spike", seconds)

    assert quiet.high == rush.low == QUIET * 50
    assert rush.seconds <= RUSH
    assert (held.low, held.high, decay.low) == (50, 50, 50)
    assert decay.high == after.low == after.high == QUIET * 50


def test_a_step_day_goes_up_by_equal_steps() -> None:
    day = _day("step")

    assert [(stage.low, stage.high) for stage in day] == [(10.0 * step,) * 2 for step in range(1, STEPS + 1)]
    assert {stage.seconds for stage in day} == {100.0 / STEPS}


def test_a_heartbeat_is_one_story_a_minute_for_ever() -> None:
    plan = Plan.of({"shape": "heartbeat"}, seed=1)
    (stage,) = stages(plan)

    assert plan.endless
    assert (stage.seconds, stage.low, stage.high) == (FOREVER, 1 / 60, 1 / 60)
    assert plan.process == "constant"


def test_a_heartbeat_may_have_an_end() -> None:
    plan = Plan.of({"shape": "heartbeat", "seconds": 600.0}, seed=1)

    assert not plan.endless
    assert expected(stages(plan)) == pytest.approx(10)


def test_the_stages_of_a_capacity_search_are_not_known_before() -> None:
    assert _day("capacity") == ()
