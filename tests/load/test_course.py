"""How a run goes, told by its commands: a day, its end, what ends it early, engines that are lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from fixtures.books import Audit, Breach, Clause, Verdict
from fixtures.model import Money
from fixtures.target.reading import load
from fixtures.target.settings import ServiceLevel, Settings
from load.closing import judged
from load.course import ASKEW, GRACE, SLACK, Course
from load.figures import Figures
from load.journal import Record
from load.messages import Batch, Close, Command, Stage
from load.plan import Plan
from load.pulse import DEAD_AFTER, LEAST
from load.topics import PLACE, PURCHASE
from tests.load.synthetic import encoded

BEGAN = 1000.0
PLAN = Plan(rate=5.0, seconds=10.0, buyers=50, wallet="every", seed=1)
END = BEGAN + PLAN.seconds + SLACK + 0.01


def _settings() -> Settings:
    return load(embedded_url="http://127.0.0.1:9")


def _course(plan: Plan = PLAN, settings: Settings | None = None, engines: int = 2) -> Course:
    return Course(plan, settings or _settings(), BEGAN, engines)


def _batch(at: float, engine: int = 0, *, over: bool = False, failed: int = 0, good: int = 0) -> Batch:
    steps = {f"{PLACE}/stripe": encoded([0.01] * (failed + good))} if failed + good else {}
    failures: Mapping[str, Mapping[str, int]] = {f"{PLACE}/stripe": {"connection refused": failed}} if failed else {}
    return Batch(engine, at, steps, failures, over=over)


def _texts(course: Course) -> str:
    return "\n".join(note.text for note in course.notes)


def _closes(commands: list[Command]) -> list[Close]:
    return [command for command in commands if isinstance(command, Close)]


def test_all_stages_of_a_known_day_are_told_at_once_and_only_once() -> None:
    course = _course()

    told = course.commands(BEGAN - 1)

    assert told
    assert all(isinstance(command, Stage) for command in told)
    assert course.commands(BEGAN + 1) == []


def test_the_door_is_closed_after_the_last_stage_and_the_run_is_over_when_every_engine_is() -> None:
    course = _course()
    course.commands(BEGAN)

    assert course.commands(BEGAN + PLAN.seconds) == []
    assert course.commands(END) == [Close("")]
    course.hear(_batch(END, 0, over=True), END)
    assert not course.over
    course.hear(_batch(END, 1, over=True), END)
    assert course.over
    assert course.notes == []


def test_a_drain_that_takes_too_long_is_cut_off_and_noted() -> None:
    course, timing = _course(), _settings().timing
    course.commands(END)
    late = END + timing.reconcile + 2 * timing.request + 0.1

    assert _closes(course.commands(late)) == [Close("", at_once=True)]
    assert "cut off" in _texts(course)
    course.commands(late + GRACE + 0.1)
    assert course.over
    assert "engine 2 of 2 was lost" in _texts(course)


def test_an_interrupt_closes_the_door_and_a_second_one_sends_everybody_home() -> None:
    course = _course()
    course.commands(BEGAN)

    course.close("interrupted")
    assert course.commands(BEGAN + 1) == [Close("interrupted")]
    course.close("interrupted", at_once=True)
    assert course.commands(BEGAN + 2) == [Close("interrupted", at_once=True)]
    assert _texts(course).count("the run ended early: interrupted") == 1


def test_an_engine_that_ends_before_the_day_is_noted() -> None:
    course = _course()
    course.hear(_batch(BEGAN + 2, 1, over=True), BEGAN + 2)

    assert "engine 2 of 2 ended before the day was over" in _texts(course)


def test_a_run_without_engines_ends() -> None:
    course = _course(engines=1)
    course.lose(0, "its process ended with status 7")
    course.commands(BEGAN + 1)

    assert course.over
    assert "status 7" in _texts(course)
    assert course.reason == "no engine is left"


@pytest.mark.parametrize(("good", "dead"), [(0, True), (1, False)])
def test_a_target_that_answers_nothing_ends_the_run(good: int, dead: bool) -> None:
    course = _course()
    for second in range(int(DEAD_AFTER) + 2):
        course.hear(_batch(BEGAN + second, failed=LEAST, good=good), BEGAN + second)
        course.commands(BEGAN + second)

    assert ("the target is dead" in _texts(course)) is dead


def test_a_heartbeat_goes_on_without_its_target() -> None:
    course = _course(replace(PLAN, shape="heartbeat", seconds=100.0))
    for second in range(int(DEAD_AFTER) + 2):
        course.hear(_batch(BEGAN + second, failed=LEAST), BEGAN + second)
        course.commands(BEGAN + second)

    assert course.reason is None


@pytest.mark.parametrize("abort", [True, False])
def test_a_service_level_that_asks_for_it_ends_the_run(abort: bool) -> None:
    level = ServiceLevel(metric=PURCHASE, percentile=50, limit=0.1, least_samples=3, abort=abort)
    course = _course(settings=_settings().model_copy(update={"service_levels": (level,)}))
    course.commands(BEGAN)
    course.hear(Batch(0, BEGAN + 1, {f"{PURCHASE}/stripe": encoded([1.0] * 5)}), BEGAN + 1)

    assert bool(_closes(course.commands(BEGAN + 1.1))) is abort


def test_a_clock_that_is_wrong_is_named() -> None:
    course = _course(engines=1)
    course.commands(END)
    for second in range(3):
        course.hear(_batch(END + second, over=second == 2), END + second + 2 * ASKEW)

    assert "the clock of engine 1 of 1 is +2.0 s behind" in _texts(course)


@pytest.mark.parametrize(("over", "verdict"), [(True, Verdict.BROKEN), (False, Verdict.NOT_OBSERVABLE)])
def test_what_a_lost_engine_has_not_told_is_not_held_against_the_target(over: bool, verdict: Verdict) -> None:
    record = Record(PLAN, BEGAN, Figures(BEGAN))
    record.add(_batch(BEGAN + 1, over=over))
    breach = Breach("r-1", "stripe", "paid, belongs to no order", Money(1, "USD"))
    clause = Clause("no-orphan-payment", "No payment belongs to no order.", Verdict.BROKEN, 9, 9, 1, breach)

    audited = judged(Audit((clause,), 8, 9), record)

    assert audited.clauses[0].verdict is verdict


def test_the_day_begins_when_every_engine_is_ready() -> None:
    course = _course()
    course.hear(_batch(BEGAN - 9, 0), BEGAN - 9)

    assert not course.ready
    course.hear(_batch(BEGAN - 8, 1), BEGAN - 8)
    assert course.ready
    course.begin(BEGAN - 7)
    assert course.commands(END - 7)[-1] == Close("")
