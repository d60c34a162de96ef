"""A heartbeat for ever is a day after the other; it survives a target that is down at midnight."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from fixtures.target.problems import ConfigurationError
from load.plan import Plan
from load.watching.windows import KEPT, RETRY, WINDOW, Ended, first, folder, play, windows, worst

FOREVER = Plan.of({"shape": "heartbeat"}, 7)
MINUTE = Plan.of({"shape": "heartbeat", "seconds": 60}, 7)


def test_every_day_is_a_run_of_its_own() -> None:
    days = list(islice(windows(FOREVER), 3))

    assert [day.seconds for day in days] == [WINDOW] * 3
    assert [day.seed for day in days] == [7, 8, 9]
    assert not days[0].endless and first(FOREVER) == days[0]


def test_what_has_an_end_is_one_run() -> None:
    assert list(windows(MINUTE)) == [MINUTE]


class Days:
    """Runs that end as they are told to, each after so many seconds; a problem is raised."""

    def __init__(self, *ends: Ended | Exception, lasting: float = WINDOW) -> None:
        self._ends, self._lasting = list(ends), lasting
        self.now = 0.0
        self.first: float | None = None
        self.seeds: list[int] = []
        self.slept: list[float] = []

    def play(self, out: Path) -> int:
        return play(FOREVER, out, self._run, self.slept.append, lambda: self.now)

    def _run(self, plan: Plan, _: Path) -> Ended:
        self.seeds.append(plan.seed)
        end = self._ends.pop(0)
        if isinstance(end, Exception):
            raise end
        self.now += self.first if len(self.seeds) == 1 and self.first else self._lasting
        return end


BY_HAND = Ended(0, interrupted=True)


def test_a_watch_goes_on_until_somebody_ends_it(tmp_path: Path) -> None:
    days = Days(Ended(0), Ended(1), BY_HAND)

    assert days.play(tmp_path) == 1
    assert (days.seeds, days.slept) == ([7, 8, 9], [])


def test_a_day_that_cannot_begin_is_tried_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    down = ConfigurationError("nobody listens at shop.example")
    days = Days(Ended(0), down, down, BY_HAND)

    assert days.play(tmp_path) == 0
    assert (days.seeds, days.slept) == ([7, 8, 8, 8], [RETRY, RETRY])
    assert "nobody listens at shop.example" in capsys.readouterr().err


def test_days_that_break_down_at_once_do_not_chase_each_other(tmp_path: Path) -> None:
    assert Days(Ended(3), lasting=2.0).play(tmp_path) == 3  # the first says so, and ends

    later = Days(Ended(0), Ended(3), BY_HAND, lasting=RETRY - 1)
    later.first = WINDOW
    assert later.play(tmp_path) == 3
    assert later.slept == [RETRY]


def test_the_first_day_must_begin(tmp_path: Path) -> None:
    def run(*_: object) -> Ended:
        raise ConfigurationError("nobody listens")

    with pytest.raises(ConfigurationError):
        play(FOREVER, tmp_path, run)


def test_the_latest_days_are_kept_and_nothing_else_is_touched(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for day in range(KEPT + 5):
        folder(tmp_path, FOREVER, WINDOW * day).mkdir()

    kept = sorted(path.name for path in tmp_path.iterdir())

    assert len(kept) == KEPT + 1 and kept[-1] == "mine"
    assert kept[0] == "1970-01-06T00-00-00Z"
    assert folder(tmp_path, MINUTE, 0.0) == tmp_path


@pytest.mark.parametrize(
    ("codes", "expected"), [((), 0), ((0, 0), 0), ((0, 5), 5), ((5, 3), 3), ((3, 1, 0), 1), ((0, 2), 2), ((0, 9), 9)]
)
def test_the_worst_day_is_told(codes: tuple[int, ...], expected: int) -> None:
    assert worst(codes) == expected
