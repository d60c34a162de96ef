"""The search for the capacity. Without I/O and without a clock.

Probes ever faster until one breaks; what a target completes in overload says where its limit is; then probes close to
that limit, on either side, until both sides are confirmed. Between two probes the target rests until nobody is inside.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from math import inf, sqrt

from fixtures.target.settings import ServiceLevel
from load.capacity import LONG, TWICE, Capacity, Measured, Probe, Tried
from load.messages import Stage
from load.plan import Plan

FIRST, FASTER = 5.0, 2.5  # stories a second of the first probe, and how much faster each next one is
LEAST = 0.1  # stories a second: a target that takes less is not searched
SHORT, LONGER = 2.0, 16.0  # seconds of a probe on the way up, and of a thorough one at a low rate
LOW = 100.0  # stories a second: below it chance weighs more
FEWEST = 20  # stories of a probe
AHEAD = 1.0  # seconds from a decision until its probe begins: the way to every engine
DRAIN = 5.0  # seconds that are kept for the last probe's stories to end
NARROW = 1.06  # highest rate to lowest: close enough together
BESIDE = 1.025  # how far from the expected limit it is tried whether that is the limit
MOST_STEP = 1.2  # how much faster than the highest rate that was kept the next one is at most

GROWTH, GROWTH_AT_ONCE = 0.02, 0.1
"""Seconds by which the median story gets slower in each second of a thorough probe, and of one on the way up."""

MOST_FAILED = 0.01  # part of the stories
LATEST = 0.05  # seconds: p95 of the generator's own lag, beyond which a probe shows nothing

Search = Generator[Probe, Measured, Capacity]


def search(plan: Plan, levels: Sequence[ServiceLevel], most: float = inf) -> Search:
    """Yields probes, is sent what came of each, and returns the capacity.

    It tries no rate above `plan.rate`, takes at most `plan.seconds`, and brings at most `most` arrivals. `levels` are
    those with a limit (`load.probing.limits`).
    """
    found = _Findings(plan, levels, most)
    try:
        yield from _climb(found)
        yield from _close_in(found)
    except _Ended as end:
        found.reason = str(end)
    return found.capacity()


class _Ended(Exception):
    """Why nothing more can be tried."""


Searching = Generator[Probe, Measured, Tried]


@dataclass(slots=True)
class _Findings:
    plan: Plan
    levels: Sequence[ServiceLevel]
    most: float
    probes: list[Tried] = field(default_factory=list)
    passed: float = 0.0
    arrivals: float = 0.0
    reason: str = ""

    def tried(self, rate: float, seconds: float) -> Searching:
        """One probe that shows something: it is repeated once where the generator was late. Raises _Ended."""
        for _ in range(2):
            tried = yield from self._once(rate, seconds)
            if not tried.void:
                return tried
        at_least = f"found at least {self.low:.4g} a second" if self.low else "found nothing"
        raise _Ended(f"the generator is the limit: {at_least} ({self.probes[-1].void})")

    def _once(self, rate: float, seconds: float) -> Searching:
        begin, number = self.passed + AHEAD, 2 * len(self.probes)
        if begin + seconds + DRAIN > self.plan.seconds:
            raise _Ended(f"the time was over ({self.plan.seconds:g} s)")
        self.arrivals += rate * seconds
        if self.arrivals > self.most:
            raise _Ended(f"the limit on orders was reached ({self.most:.0f} stories)")
        half = seconds / 2
        probe = Probe(Stage(number, begin, half, rate, rate), Stage(number + 1, begin + half, half, rate, rate))
        measured = yield probe
        self.passed = max(measured.at, probe.second.end)
        tried = Tried(rate, seconds, measured)
        tried = replace(tried, void=self._void(tried), broken=self._broken(tried))
        self.probes.append(tried)
        return tried

    def _void(self, tried: Tried) -> str:
        if tried.measured.lag > LATEST:
            return f"p95 of the generator's own lag was {tried.measured.lag:.3f} s"
        return "" if tried.stories else "no story ended"

    def _broken(self, tried: Tried) -> str:
        failed = tried.measured.failed
        if failed > MOST_FAILED * tried.stories:
            return f"{failed} of {tried.stories} stories went wrong"
        for level, took in zip(self.levels, tried.measured.took, strict=True):
            if took is not None and level.limit is not None and took > level.limit:
                return f"p{level.percentile:g} of {level.metric} was {took:.3f} s"
        if tried.growth > (GROWTH if tried.thorough else GROWTH_AT_ONCE):
            before, after = (half.median for half in tried.measured.halves)
            return f"the median grew from {before:.3f} s to {after:.3f} s"
        return ""

    # what the probes say together

    def votes(self, rate: float) -> tuple[int, int]:
        """How many probes at a rate kept the levels, and how many broke them; of thorough ones, if there are any."""
        cast = [tried for tried in self.probes if tried.rate == rate and not tried.void]
        cast = [tried for tried in cast if tried.thorough] or cast
        broke = sum(bool(tried.broken) for tried in cast)
        return len(cast) - broke, broke

    @property
    def low(self) -> float | None:
        """The highest rate that kept the levels, below every one that broke them."""
        below = self.high or inf
        return max((rate for rate, (kept, broke) in self._voted() if kept > broke and rate < below), default=None)

    @property
    def high(self) -> float | None:
        """The lowest rate that broke them."""
        return min((rate for rate, (kept, broke) in self._voted() if broke > kept), default=None)

    @property
    def doubtful(self) -> float | None:
        """A rate that broke the levels only once, though a higher one kept them."""
        highest = max((rate for rate, (kept, broke) in self._voted() if kept > broke), default=0.0)
        high = self.high
        return high if high is not None and high < highest and self.votes(high)[1] < TWICE else None

    def _voted(self) -> list[tuple[float, tuple[int, int]]]:
        return [(rate, self.votes(rate)) for rate in {tried.rate for tried in self.probes}]

    @property
    def completed(self) -> float | None:
        """Stories a second that the target completed while it was never idle; None before it was overloaded.

        A probe that broke fills it until the last of its stories has ended; the longest probes say it best. When that
        was is told by the medians: the longest story of all may be long for a reason of its own.
        """
        over = [tried for tried in self.probes if tried.broken and tried.growth > GROWTH and not tried.measured.failed]
        longest = max((tried.seconds for tried in over), default=0.0)
        over = [tried for tried in over if tried.seconds > longest / 2]
        alone = min((tried.measured.halves[0].median for tried in self.probes if not tried.void), default=0.0)
        waited = (tried.measured.halves[1].median + tried.growth * tried.seconds / 4 - alone for tried in over)
        busy = sum(tried.seconds for tried in over) + sum(max(0.0, wait) for wait in waited)
        return sum(tried.stories for tried in over) / busy if busy else None

    def capacity(self) -> Capacity:
        """What is known by now."""
        low, high, completed = self.low, self.high, self.completed
        estimate = sqrt(low * high) if low and high else low
        if low and high and completed and low / NARROW < completed < high * NARROW:
            estimate = min(max(completed, low), high)
        kept, broke = self.votes(low)[0] if low else 0, self.votes(high)[1] if high else 0
        return Capacity(low, high, estimate, kept, broke, tuple(self.probes), self.reason)


def _climb(found: _Findings) -> Generator[Probe, Measured, None]:
    """Short probes, ever faster, until the same rate breaks twice or the highest is kept."""
    rate = min(FIRST, found.plan.rate)
    while True:
        seconds = max(SHORT, FEWEST / rate)
        tried = yield from found.tried(rate, seconds)
        if tried.broken and (yield from found.tried(rate, seconds)).broken:
            return
        if rate == found.plan.rate:
            return
        rate = min(rate * FASTER, found.plan.rate)


def _close_in(found: _Findings) -> Generator[Probe, Measured, None]:
    """Long probes until both sides are close together and confirmed."""
    while (rate := _next(found)) is not None:
        yield from found.tried(rate, max(LONG if rate >= LOW else LONGER, FEWEST / rate))


def _next(found: _Findings) -> float | None:
    """The rate to try next; None where the limit is known. Raises _Ended where there is none to be found."""
    low, high, completed = found.low, found.high, found.completed
    if found.doubtful is not None:
        return found.doubtful
    if high is None:
        return _above(found, low or found.plan.rate)
    if low is None:
        if high < LEAST:
            raise _Ended(f"not even {high:.2g} a second kept the service levels")
        return min(completed / BESIDE, high / 1.1) if completed else high / 2
    if high <= low * NARROW:
        return _unconfirmed(found, low, high)
    if completed is not None:
        for beside in (completed / BESIDE, completed * BESIDE):
            if low * 1.01 < beside < high / 1.01:
                return beside
    return min(sqrt(low * high), low * MOST_STEP)


def _above(found: _Findings, low: float) -> float:
    if low < found.plan.rate:
        return min(low * FASTER, found.plan.rate)
    if found.votes(low)[0] < TWICE:
        return low
    raise _Ended(f"no limit was found up to {low:.4g} a second, the highest rate that was allowed")


def _unconfirmed(found: _Findings, low: float, high: float) -> float | None:
    if found.votes(low)[0] < TWICE:
        return low
    return high if found.votes(high)[1] < TWICE else None
