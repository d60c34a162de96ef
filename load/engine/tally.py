"""What happened in this engine, until it is told: histograms, failures, counts, and lines for the journal.

A duration is put down as the lower end of its place in an HDR histogram of three digits: that is a shift and a
dictionary here, and the same histogram when it is told.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from hdrh.histogram import HdrHistogram

from fixtures.model import Exchange, Order
from load.journal import Entry, entry
from load.notes import Note, Sample
from load.topics import LAG, STORIES

LONGEST = 3_600_000_000
"""Microseconds; what took longer is put down as that."""

MOST_PROBLEMS = 100
"""Different problems told apart in one batch; what comes after them is counted as OTHERS."""

OTHERS = "(other problems)"
MOST_SAMPLES = 200
"""Failures of one metric and wallet table that are told one by one; all are counted."""

_DIGITS = 11  # binary digits that three decimal ones take: 2048 places in each octave
_NOBODY = "-"
_STORIES = frozenset(STORIES)

Key = tuple[str, str]


def _places() -> defaultdict[int, int]:
    return defaultdict(int)


@dataclass(slots=True)
class Haul:
    """What was taken down since the haul before. Durations are in microseconds and rounded down to their place."""

    durations: defaultdict[Key, defaultdict[int, int]] = field(default_factory=lambda: defaultdict(_places))
    failures: defaultdict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    counts: Counter[Key] = field(default_factory=Counter)
    entries: list[str] = field(default_factory=list)
    slowest: dict[Key, Sample] = field(default_factory=dict)
    lag: float = 0.0


class Book:
    """The tally of this engine.

    `ended` counts the stories that were taken down, `seconds` is how long the last one took by its own account, and
    `problem` why it was not served, if it was not.
    """

    def __init__(self) -> None:
        self.ended, self.seconds = 0, 0.0
        self.problem: str | None = None
        self._haul = Haul()
        self._slowest: defaultdict[Key, float] = defaultdict(float)
        self._told: Counter[Key] = Counter()
        self._notes: set[Note] = set()

    def took(self, metric: str, setup: str, seconds: float, order: str | None = None) -> None:
        """Something went well and took so long."""
        value = int(seconds * 1e6)
        if value > 2047:
            value = min(value, LONGEST)
            shift = value.bit_length() - _DIGITS
            value = value >> shift << shift
        elif value < 0:
            value = 0
        key = metric, setup
        self._haul.durations[key][value] += 1
        if order is not None and seconds > self._slowest[key]:
            self._slowest[key] = seconds
            self._haul.slowest[key] = Sample(metric, setup, time.time(), seconds, None, order)
        if metric in _STORIES:
            self.ended, self.seconds, self.problem = self.ended + 1, seconds, None

    def failed(self, metric: str, setup: str, seconds: float, problem: str, order: str | None = None) -> None:
        """Something went wrong after so long."""
        self.took(metric, setup, seconds)
        key = metric, setup
        known = self._haul.failures[key]
        known[problem if problem in known or len(known) < MOST_PROBLEMS else OTHERS] += 1
        if metric in _STORIES:
            self.problem = problem
        if order is not None and self._told[key] < MOST_SAMPLES:
            self._told[key] += 1
            self._put(Sample(metric, setup, time.time(), seconds, problem, order))

    def count(self, what: str, setup: str, by: int = 1) -> None:
        """Something happened that has no duration."""
        self._haul.counts[what, setup] += by

    def keep(self, entry: Order | Exchange | Note) -> None:
        """What the audit and the report must see; a note only once."""
        if isinstance(entry, Note):
            if entry in self._notes:
                return
            self._notes.add(entry)
        self._put(entry)

    def late(self, seconds: float) -> None:
        """The generator itself was so late."""
        self.took(LAG, _NOBODY, seconds)
        self._haul.lag = max(self._haul.lag, seconds)

    def haul(self) -> Haul:
        """What was taken down since this was last asked."""
        haul, self._haul = self._haul, Haul()
        haul.entries.extend(entry(sample) for sample in haul.slowest.values())
        return haul

    def _put(self, what: Entry) -> None:
        self._haul.entries.append(entry(what))


def encoded(durations: Mapping[int, int]) -> str:
    """The durations as an HDR histogram, as it travels."""
    histogram = HdrHistogram(1, LONGEST, 3)
    for value, number in durations.items():
        histogram.record_value(value, number)
    text: bytes = histogram.encode()
    del histogram.encoder  # the two hold each other, and 200 KB, until the garbage collector comes
    return text.decode()
