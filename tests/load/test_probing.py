"""The search on live figures: an engine in no time at all tells its batches, a second apart."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from fixtures.target.reading import CANONICAL, load
from fixtures.target.settings import Settings
from load.capacity import Probe
from load.figures import Figures
from load.messages import Batch, Stage
from load.plan import Plan
from load.probing import STORY_LEVEL, Probing, limits, measured
from tests.load.synthetic import encoded

BEGAN = 1_800_000_000.0
LATE = 0.3  # seconds after the full second at which the engine tells a batch


class Engine:
    """One story after the other, `limit` a second; each takes 5 ms by itself."""

    def __init__(self, limit: float) -> None:
        self._each, self._free = 1 / limit, 0.0
        self._ended: list[tuple[float, str, float]] = []

    def play(self, stage: Stage) -> None:
        """Plays its arrivals."""
        for number in range(round(stage.seconds * stage.high)):
            at = stage.begin + (number + 0.5) / stage.high
            self._free = max(at, self._free) + self._each
            self._ended.append((self._free + 0.005, f"stage.{stage.number}/-", self._free + 0.005 - at))

    def batch(self, at: float) -> Batch:
        """What has ended in the second before."""
        came: dict[str, list[float]] = defaultdict(list)
        for ended, metric, seconds in self._ended:
            if at - 1 <= ended < at:
                came[metric].append(seconds)
                came["purchase/stripe"].append(seconds)
        histograms = {name: encoded(took) for name, took in came.items()}
        inside = sum(ended >= at > ended - seconds for ended, _, seconds in self._ended)
        return Batch(0, BEGAN + at, histograms, inside=inside)


def _settings(folder: Path, tail: str = "") -> Settings:
    file = folder / "target.toml"
    text = CANONICAL.read_text("utf-8").replace("${BASE_URL}", "http://127.0.0.1:9")
    file.write_text('capabilities = ["load"]\n' + text + tail, "utf-8")
    return load(file)


def _plan(rate: float = 400.0) -> Plan:
    return Plan(rate, 180.0, 2000, "every", 1, "capacity", "constant")


def _driven(probing: Probing, engine: Engine) -> tuple[list[tuple[float, Stage]], Figures]:
    """Every stage with the time at which it was told, until the search is over."""
    figures, told, passed = Figures(BEGAN), list[tuple[float, Stage]](), 0.0
    while not probing.over(passed) and passed < 300:
        for stage in probing.next(passed, figures):
            told.append((passed, stage))
            engine.play(stage)
        passed += 0.25
        if passed % 1 == 0:
            figures.add(engine.batch(passed - LATE))
    return told, figures


@pytest.mark.parametrize("tail", ["", '\n[[service_levels]]\nmetric = "purchase"\npercentile = 95\nlimit = 0.7\n'])
def test_a_known_limit_is_found_on_figures_within_five_percent(tmp_path: Path, tail: str) -> None:
    probing = Probing(_plan(), _settings(tmp_path, tail))

    told, _ = _driven(probing, Engine(60.0))

    assert probing.capacity is not None
    assert probing.capacity.estimate == pytest.approx(60.0, rel=0.05)
    assert all(passed < stage.begin for passed, stage in told)
    assert [stage.number for _, stage in told] == list(range(len(told)))


def test_a_probe_is_judged_by_what_began_in_it() -> None:
    engine, figures = Engine(50.0), Figures(BEGAN)
    probe = Probe(Stage(0, 1.0, 2.0, 100.0, 100.0), Stage(1, 3.0, 2.0, 100.0, 100.0))
    engine.play(probe.first)
    engine.play(probe.second)
    for second in range(1, 12):
        figures.add(engine.batch(float(second)))

    seen = measured(figures, probe, [STORY_LEVEL], 11.0)

    assert [half.stories for half in seen.halves] == [200, 200]
    assert seen.halves[0].median == pytest.approx(1.0, abs=0.05)
    assert seen.halves[1].worst == pytest.approx(4.0, abs=0.05)
    assert seen.took[0] == pytest.approx(3.8, abs=0.05)
    assert (seen.at, seen.failed) == (11.0, 0)


def test_a_level_of_a_step_is_judged_by_the_probe_alone(tmp_path: Path) -> None:
    (level,) = limits(_settings(tmp_path, '\n[[service_levels]]\nmetric = "purchase"\npercentile = 95\nlimit = 1\n'))
    figures = Figures(BEGAN)
    figures.add(Batch(0, BEGAN + 3.0, {"purchase/stripe": encoded([9.0])}))
    figures.add(Batch(0, BEGAN + 6.0, {"purchase/stripe": encoded([0.25])}))
    probe = Probe(Stage(4, 4.1, 1.0, 9.0, 9.0), Stage(5, 5.1, 1.0, 9.0, 9.0))

    assert measured(figures, probe, [level], 7.0).took[0] == pytest.approx(0.25, rel=0.01)


def test_without_limits_in_the_file_the_stories_are_limited_to_a_second(tmp_path: Path) -> None:
    tail = '\n[[service_levels]]\nmetric = "purchase"\nat_least = 0.9\n'

    assert limits(_settings(tmp_path, tail)) == (STORY_LEVEL,)
