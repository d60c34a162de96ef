"""The figures of a run: every engine's batches merged exactly, read live and at the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from hdrh.histogram import HdrHistogram

from load.messages import Batch
from load.series import Series
from load.spread import empty, percentiles, summed
from load.topics import LAG, METRICS

MOST_PROBLEMS = 50
"""Different problems of one metric and wallet that are told apart; what comes after them is counted as OTHERS."""

OTHERS = "(other problems)"


class Figures:
    """What `setup` is asked for is one wallet table; None means all of them together. Durations are seconds.

    `began` is the Unix time of second 0 of the day; without it, the first batch tells.
    """

    def __init__(self, began: float | None = None) -> None:
        self.engines: dict[int, Batch] = {}
        """The last batch of each engine."""
        self.series = Series(began)
        self._histograms: dict[tuple[str, str], HdrHistogram] = {}
        self._problems: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, batch: Batch) -> None:
        """Adds what one engine did since its batch before."""
        self.engines[batch.engine] = batch
        self.series.add(batch)
        for name, encoded in batch.histograms.items():
            self._histograms.setdefault(_key(name), empty()).add(HdrHistogram.decode(encoded))
        for name, problems in batch.failures.items():
            _blame(self._problems[_key(name)], problems)
        for name, number in batch.counts.items():
            self._counts[_key(name)] += number

    def histogram(self, metric: str, setup: str | None = None) -> HdrHistogram:
        """How long it took, in microseconds; every sample, those that failed too."""
        its = [found for (name, table), found in self._histograms.items() if name == metric and setup in (None, table)]
        return summed(its)

    def percentile(self, metric: str, percent: float, setup: str | None = None) -> float | None:
        """What `percent` of the samples did not exceed; None without samples."""
        found = self.histogram(metric, setup)
        return percentiles(found, percent)[0] if found.get_total_count() else None

    def samples(self, metric: str, setup: str | None = None) -> int:
        """How often it was measured."""
        return sum(
            int(histogram.get_total_count())
            for (name, its), histogram in self._histograms.items()
            if name == metric and setup in (None, its)
        )

    def failures(self, metric: str, setup: str | None = None) -> int:
        """How many of the samples went wrong."""
        return self.problems(metric, setup).total()

    def problems(self, metric: str, setup: str | None = None) -> Counter[str]:
        """What went wrong, and how often."""
        together: Counter[str] = Counter()
        for (name, its), problems in self._problems.items():
            if name == metric and setup in (None, its):
                together += problems
        return together

    def count(self, what: str, setup: str | None = None) -> int:
        """How often something of `load.topics.COUNTS` happened."""
        return sum(number for (name, its), number in self._counts.items() if name == what and setup in (None, its))

    def setups(self, metric: str) -> list[str]:
        """The wallet tables for which a metric was measured, sorted."""
        return sorted(setup for name, setup in self._histograms if name == metric)

    @property
    def metrics(self) -> list[str]:
        """What was measured of stories and steps, in the order of `load.topics.METRICS`."""
        return [metric for metric in METRICS if any(name == metric for name, _ in self._histograms)]

    @property
    def lag(self) -> float:
        """How late the generator was at worst."""
        worst = max((slot.lag for slot in self.series), default=0.0)
        return max(worst, self.percentile(LAG, 100.0) or 0.0)

    @property
    def inside(self) -> int:
        """How many stories are being told now."""
        return sum(batch.inside for batch in self.engines.values())


def _blame(known: Counter[str], problems: Mapping[str, int]) -> None:
    for problem, number in problems.items():
        known[problem if problem in known or len(known) < MOST_PROBLEMS else OTHERS] += number


def _key(name: str) -> tuple[str, str]:
    metric, _, setup = name.partition("/")
    return metric, setup
