"""What a heartbeat knows at a moment: the figures of the run, and what was seen of the target beside them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator

from hdrh.histogram import HdrHistogram

from load.figures import Figures
from load.messages import Batch
from load.topics import COUNTS, LETTER, METRICS, STORIES
from load.watching import measures
from load.watching.expiry import Expiry
from load.watching.measures import Reading
from load.watching.orders import Standing

SILENT = 10.0  # seconds without a batch after which the generator no longer reports
RECENT = 60.0  # seconds over which the generator's lag is the worst
_TOLD = (*STORIES, LETTER)


class Watch:
    """Safe to use from several threads. Its memory is bounded by the number of metrics and wallet tables.

    `expected` are the stories that will be told, each with its wallet table: their counters begin at 0 before the first
    of them is, because whoever reads counters sees no growth in the first number that there is.
    """

    def __init__(
        self, figures: Callable[[], Figures | None], expected: Collection[tuple[str, str]] = frozenset()
    ) -> None:
        self._figures, self._expected = figures, expected
        self._lock = threading.Lock()
        self._heard = 0.0
        self._lags: deque[tuple[float, float]] = deque()
        self._successes: dict[tuple[str, str], float] = {}
        self._expiries: dict[str, Expiry] = {}
        self._standing: tuple[float, Standing] | None = None

    def add(self, batch: Batch) -> None:
        """What one engine told; its histograms are read for successes only, the figures keep them."""
        with self._lock:
            self._heard = max(self._heard, batch.at)
            self._lags.append((batch.at, batch.lag))
            while self._lags and self._lags[0][0] < self._heard - RECENT:
                self._lags.popleft()
            for name, encoded in batch.histograms.items():
                story, _, setup = name.partition("/")
                if story in _TOLD and _total(encoded) > sum(batch.failures.get(name, {}).values()):
                    self._successes[story, setup] = batch.at

    def certificates(self, expiries: Iterable[Expiry]) -> None:
        """When certificates end, as was seen now."""
        with self._lock:
            self._expiries |= {one.name: one for one in expiries}

    def orders(self, standing: Standing, now: float) -> None:
        """How the target's own orders stand, as was seen now."""
        with self._lock:
            self._standing = now, standing

    def readings(self, now: float) -> Iterator[Reading]:
        """Every measure that is known at `now` (Unix seconds)."""
        with self._lock:
            known = [*self._own(now)]
        yield from known
        figures = self._figures()
        if figures is not None:
            yield from _counted(figures, self._expected)

    def _own(self, now: float) -> Iterator[Reading]:
        yield Reading(measures.UP, float(now - self._heard < SILENT))
        yield Reading(measures.LAG, max((lag for _, lag in self._lags), default=0.0))
        for labels, at in self._successes.items():
            yield Reading(measures.LAST_SUCCESS, at, labels)
        for expiry in self._expiries.values():
            yield Reading(measures.CERTIFICATE, expiry.days_left(now), (expiry.name,))
        if self._standing is not None:
            yield from _stood(*self._standing)


def _stood(at: float, standing: Standing) -> Iterator[Reading]:
    yield Reading(measures.LOOKED, at)
    for measure, value in ((measures.SUCCESS, standing.success), (measures.BUYERS, standing.buyers)):
        if value is not None:
            yield Reading(measure, value)
    for place, number in standing.stuck.items():
        yield Reading(measures.STUCK, number, (place,))


def _counted(figures: Figures, expected: Collection[tuple[str, str]]) -> Iterator[Reading]:
    """What the engines measured and counted since the run began."""
    yield Reading(measures.INSIDE, figures.inside)
    for metric in METRICS:
        for setup in figures.setups(metric):
            time.sleep(0)  # under Locust a greenlet gives way by that alone, and there may be hundreds of histograms
            yield Reading(measures.LATENCY, measures.spread(figures.histogram(metric, setup)), (metric, setup))
    measured = {(metric, setup) for metric in _TOLD for setup in figures.setups(metric)}
    for story, setup in sorted(measured.union(expected)):
        failed = figures.failures(story, setup)
        yield Reading(measures.STORIES, figures.samples(story, setup) - failed, (story, setup, "served"))
        yield Reading(measures.STORIES, failed, (story, setup, "failed"))
    for setup in sorted({setup for _, setup in measured.union(expected)}):
        for what in COUNTS:
            yield Reading(measures.ORDERS, figures.count(what, setup), (what, setup))


def _total(encoded: str) -> int:
    return int(HdrHistogram.decode(encoded).get_total_count())
