"""What a target takes: the highest rate of arrivals that still keeps its service levels, and the probes behind it."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt

from load.messages import Stage

LONG = 10.0  # seconds of a thorough probe, at least
TWICE = 2  # confirmations that each side needs
NOTICED = 0.1  # part of the median by which it must have grown to count
SURE = 2.5  # standard errors by which it must have grown to count


@dataclass(frozen=True, slots=True)
class Probe:
    """Stories at an even rate, in two stages of equal length: what grows is worse in the second."""

    first: Stage
    second: Stage

    @property
    def rate(self) -> float:
        """Stories a second."""
        return self.first.high

    @property
    def seconds(self) -> float:
        """How long stories begin."""
        return self.first.seconds + self.second.seconds


@dataclass(frozen=True, slots=True)
class Half:
    """The stories that were to begin in one half of a probe: their number, and their durations in seconds; `spread` is
    how far the quartiles are apart."""

    stories: int
    median: float
    worst: float
    spread: float = 0.0

    @property
    def doubt(self) -> float:
        """The standard error of the median, in seconds."""
        return 0.93 * self.spread / sqrt(self.stories) if self.stories else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a probe. `at` is when that was known (seconds of the day); `failed` are stories that went wrong.

    `took` is, for each service level of the search, the duration that it limits (seconds; None without a sample);
    `lag` is p95 of the generator's own (seconds).
    """

    at: float
    halves: tuple[Half, Half]
    failed: int
    took: tuple[float | None, ...]
    lag: float = 0.0


@dataclass(frozen=True, slots=True)
class Tried:
    """One probe and its verdict: `broken` says why the service levels were not kept, `void` why it shows nothing."""

    rate: float
    seconds: float
    measured: Measured
    broken: str = ""
    void: str = ""

    @property
    def stories(self) -> int:
        """How many there were."""
        return sum(half.stories for half in self.measured.halves)

    @property
    def worst(self) -> float:
        """The longest story, in seconds."""
        return max(half.worst for half in self.measured.halves)

    @property
    def growth(self) -> float:
        """Seconds by which the median story got slower in each second; 0 where that may be chance."""
        first, second = self.measured.halves
        grown = second.median - first.median
        by_chance = max(NOTICED * first.median, SURE * hypot(first.doubt, second.doubt))
        return grown / (self.seconds / 2) if grown > by_chance else 0.0

    @property
    def thorough(self) -> bool:
        """Whether it was one near the limit, not one on the way up."""
        return self.seconds >= LONG


@dataclass(frozen=True, slots=True)
class Capacity:
    """What was found, in stories a second: the highest rate that kept the levels and the lowest that broke them, with
    the probes that confirm each. `reason` says why the search found no limit; empty where it did."""

    low: float | None
    high: float | None
    estimate: float | None
    kept: int
    broke: int
    probes: tuple[Tried, ...] = ()
    reason: str = ""

    @property
    def confidence(self) -> str:
        """How sure that is, in a sentence."""
        sides = []
        if self.low is not None:
            sides.append(f"{self.low:.4g} a second kept the service levels in {self.kept} of the probes")
        if self.high is not None:
            sides.append(f"{self.high:.4g} a second broke them in {self.broke}")
        return "; ".join([*sides, *filter(None, [self.reason])])
