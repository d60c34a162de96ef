"""What happened when: the figures of a run by the second, in bounded memory however long it lasts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hdrh.histogram import HdrHistogram

from load.messages import Batch
from load.spread import merged
from load.topics import CAME, PROBE

MOST = 600
"""Slots that are kept; at more, two of them become one."""

FRESH = 120
"""The newest slots, which stay as they are."""

MOST_APART = 16
"""Histograms of one metric that lie in a slot side by side; at more, they become one."""


@dataclass(slots=True)
class Slot:
    """What happened in one second of the day, or in several. Keys of `counts` and `failures` are "name/setup".

    `inside`, `letters` and `memory` (bytes) are the highest at an instant of all engines together, `lag` (seconds) the
    worst; `processor`, `sandbox` and `target` are seconds used or waited in this slot.
    """

    begin: float
    seconds: float
    counts: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    spreads: dict[str, list[str]] = field(default_factory=dict)
    inside: int = 0
    letters: int = 0
    lag: float = 0.0
    memory: int = 0
    processor: float = 0.0
    sandbox: float = 0.0
    target: float = 0.0

    def histogram(self, metric: str) -> HdrHistogram:
        """The durations of one metric, of all wallets together."""
        return merged(self.spreads.get(metric, ()))

    def count(self, what: str) -> int:
        """How often something happened, with all wallets together."""
        return _sum(self.counts, what)

    def failed(self, metrics: Iterable[str]) -> int:
        """How many samples of these metrics went wrong."""
        return sum(_sum(self.failures, metric) for metric in metrics)

    def join(self, later: Slot) -> None:
        """Makes one slot of this one and the next."""
        self.seconds += later.seconds
        self.counts += later.counts
        self.failures += later.failures
        for metric, encoded in later.spreads.items():
            both = [*self.spreads.get(metric, ()), *encoded]
            self.spreads[metric] = [merged(both).encode().decode()]
        for name in ("inside", "letters", "lag", "memory"):
            setattr(self, name, max(getattr(self, name), getattr(later, name)))
        for name in ("processor", "sandbox", "target"):
            setattr(self, name, getattr(self, name) + getattr(later, name))


class Series:
    """The slots of a run, in order and without gaps: the newest a second long (`width`), older ones longer."""

    def __init__(self, began: float | None = None) -> None:
        self.began, self.width = began, 1.0
        self._slots: list[Slot] = []
        self._last: dict[int, Batch] = {}
        self._coarse, self._turn = 2.0, 0  # how long a slot may become now, and which is next

    def __iter__(self) -> Iterator[Slot]:
        return iter(self._slots)

    def __len__(self) -> int:
        return len(self._slots)

    def add(self, batch: Batch) -> None:
        """Books a batch on the second in whose course it was filled."""
        if self.began is None:
            self.began = batch.at - 1.0
        slot = self._slot(batch.at - self.began - 0.5)
        slot.counts.update(batch.counts)
        for key, problems in batch.failures.items():
            slot.failures[key] += sum(problems.values())
        for key, encoded in batch.histograms.items():
            metric = key.partition("/")[0]
            if not metric.startswith(PROBE):
                spread = slot.spreads.setdefault(metric, [])
                spread.append(encoded)
                if len(spread) > MOST_APART:  # a slot of a long run would gather as many as it has seconds
                    spread[:] = [merged(spread).encode().decode()]
        before = self._last.get(batch.engine, batch)  # what an engine needed to start is no part of the day
        slot.processor += max(0.0, batch.processor - before.processor)
        slot.sandbox += batch.sandbox
        slot.target += batch.target
        slot.lag = max(slot.lag, batch.lag)
        self._last[batch.engine] = batch
        for name in ("inside", "letters", "memory"):
            together = sum(getattr(one, name) for one in self._last.values())
            setattr(slot, name, max(getattr(slot, name), together))

    @property
    def seconds(self) -> float:
        """How long it lasted until the last of them was gone."""
        return self._slots[-1].begin + self._slots[-1].seconds if self._slots else 0.0

    @property
    def day(self) -> float:
        """How long people came: seconds from the beginning of the day until the last of them."""
        return max((slot.begin + slot.seconds for slot in self._slots if slot.count(CAME)), default=0.0)

    def ends(self, metric: str) -> tuple[HdrHistogram, HdrHistogram]:
        """The durations of a metric in the first and in the last quarter of the day."""
        day = self.day
        return self._between(metric, 0.0, day / 4), self._between(metric, day * 3 / 4, day)

    def _between(self, metric: str, begin: float, end: float) -> HdrHistogram:
        """Of the slots whose middle lies between two times of the day."""
        inner = (slot for slot in self._slots if begin <= slot.begin + slot.seconds / 2 < end)
        return merged(text for slot in inner for text in slot.spreads.get(metric, ()))

    def _slot(self, at: float) -> Slot:
        """The slot of a time of the day; who is told of long after it is booked where that time is now."""
        at, end = max(0.0, at), self.seconds
        if at >= end:
            if at >= end + self.width:
                self._slots.append(Slot(end, float(int(at - end))))  # seconds in which nobody said anything
                end = self.seconds
            self._slots.append(Slot(end, self.width))
            while len(self._slots) > MOST:
                self._fold()
        return next((slot for slot in reversed(self._slots) if slot.begin <= at), self._slots[0])

    def _fold(self) -> None:
        """Makes one slot of two neighbours. One after the other has its turn, so that it never takes long."""
        slots = self._slots
        while True:
            if self._turn + 1 >= len(slots) - FRESH:
                self._turn, self._coarse = 0, self._coarse * 2
            first, second = slots[self._turn], slots[self._turn + 1]
            self._turn += 1
            if first.seconds + second.seconds <= self._coarse:
                first.join(second)
                del slots[self._turn]
                return


def _sum(numbers: Counter[str], name: str) -> int:
    return sum(number for key, number in numbers.items() if key.partition("/")[0] == name)
