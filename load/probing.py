"""The search for the capacity, on live figures: tells each probe, waits until the target has rested, and measures."""

from __future__ import annotations

from collections.abc import Sequence

from hdrh.histogram import HdrHistogram

from fixtures.target.settings import ServiceLevel, Settings
from load.capacity import Capacity, Half, Measured, Probe
from load.consent import most_arrivals
from load.figures import Figures
from load.messages import Stage
from load.plan import Plan
from load.search import AHEAD, search
from load.spread import empty, merged, percentiles
from load.topics import LAG, PROBE

STORY_LEVEL = ServiceLevel(metric=PROBE, percentile=95, limit=1.0)
"""What is searched for where the target file limits nothing: p95 of all stories within a second."""

PATIENCE = 10.0  # seconds for which a target that does not come to rest is waited for
SLACK = 0.25  # seconds by which a batch must be younger than the end of a probe to hold all of it


def limits(settings: Settings) -> tuple[ServiceLevel, ...]:
    """The service levels that a capacity must keep: those with a limit."""
    return tuple(level for level in settings.service_levels if level.limit is not None) or (STORY_LEVEL,)


def measured(figures: Figures, probe: Probe, levels: Sequence[ServiceLevel], passed: float) -> Measured:
    """What the figures say about a probe that is over; `passed` is seconds since the beginning of the day."""
    halves = [figures.histogram(f"{PROBE}.{stage.number}") for stage in (probe.first, probe.second)]
    failed = sum(figures.failures(f"{PROBE}.{stage.number}") for stage in (probe.first, probe.second))

    def took(metric: str, percent: float) -> float | None:
        found = merged(half.encode() for half in halves) if metric == PROBE else _since(figures, metric, probe)
        return percentiles(found, percent)[0] if found.get_total_count() else None

    return Measured(
        at=passed,
        halves=(_half(halves[0]), _half(halves[1])),
        failed=failed,
        took=tuple(took(level.metric, level.percentile or 0.0) for level in levels),
        lag=took(LAG, 95.0) or 0.0,
    )


def _half(stories: HdrHistogram) -> Half:
    middle, worst, early, late = percentiles(stories, 50.0, 100.0, 25.0, 75.0)
    return Half(int(stories.get_total_count()), middle, worst, late - early)


def _since(figures: Figures, metric: str, probe: Probe) -> HdrHistogram:
    """The durations of a metric since a probe began; what was before it was told more than AHEAD earlier."""
    earliest = probe.first.begin - AHEAD - figures.series.width / 2
    found = empty()
    for slot in figures.series:
        if slot.begin > earliest:
            found.add(slot.histogram(metric))
    return found


class Probing:
    """The day of a search (a `load.program.Program`): each probe depends on those before.

    `capacity` is None until the search is over.
    """

    def __init__(self, plan: Plan, settings: Settings) -> None:
        self.capacity: Capacity | None = None
        self._levels = limits(settings)
        self._search = search(plan, self._levels, most_arrivals(plan, settings))
        self._told = False
        self._end = 0.0
        self._probe: Probe | None = None
        self._ask(None)

    def next(self, passed: float, figures: Figures) -> list[Stage]:
        """Both halves of the next probe, once the target has come to rest after the one before."""
        if self._told and self._probe is not None and self._rested(passed, figures):
            self._ask(measured(figures, self._probe, self._levels, passed))
        if self._told or self._probe is None:
            return []
        self._told, self._end = True, self._probe.second.end
        return [self._probe.first, self._probe.second]

    def over(self, passed: float) -> bool:
        """Whether the search is over."""
        return self.capacity is not None

    def _ask(self, measured: Measured | None) -> None:
        self._told = False
        try:
            self._probe = next(self._search) if measured is None else self._search.send(measured)
        except StopIteration as end:
            self._probe, self.capacity = None, end.value

    def _rested(self, passed: float, figures: Figures) -> bool:
        if passed < self._end + SLACK or not figures.engines:
            return False
        began = figures.series.began or 0.0
        batches = figures.engines.values()
        whole = all(batch.over or batch.at - began > self._end + SLACK for batch in batches)
        empty = all(batch.inside == batch.letters for batch in batches)  # a letter may be repeated for long
        return (whole and empty) or passed > self._end + PATIENCE
