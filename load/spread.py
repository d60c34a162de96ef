"""How durations are spread: HDR histograms of microseconds, three significant digits, one hour at most."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate

from hdrh.histogram import HdrHistogram

LOWEST, HIGHEST, DIGITS = 1, 3_600_000_000, 3
MICROSECONDS = 1_000_000
"""In a second."""


def empty() -> HdrHistogram:
    """A histogram without samples."""
    return HdrHistogram(LOWEST, HIGHEST, DIGITS)


def merged(encoded: Iterable[str | bytes]) -> HdrHistogram:
    """All samples of encoded histograms in one. Exact: counts are added."""
    return summed(map(HdrHistogram.decode, encoded))


def summed(histograms: Iterable[HdrHistogram]) -> HdrHistogram:
    """All samples of histograms in one."""
    total = empty()
    for histogram in histograms:
        total.add(histogram)
    return total


def percentiles(histogram: HdrHistogram, *percents: float) -> list[float]:
    """The nearest-rank percentiles in seconds: what `percent` of the samples do not exceed. 0 without samples.

    The library's own way counts in an interpreted loop over every bucket and rounds the rank down.
    """
    total = int(histogram.get_total_count())
    if not total:
        return [0.0 for _ in percents]
    reached = list(accumulate(_counts(histogram)))
    ranks = (max(1, math.ceil(round(percent * total / 100, 6))) for percent in percents)
    return [_seconds(histogram, bisect_left(reached, rank)) for rank in ranks]


def curve(histogram: HdrHistogram) -> Iterator[tuple[float, float]]:
    """Each duration that occurred (seconds), shortest first, and the share of the samples that do not exceed it."""
    total, reached = int(histogram.get_total_count()), 0
    for index, count in enumerate(_counts(histogram)):
        if count:
            reached += count
            yield _seconds(histogram, index), reached / total


def _counts(histogram: HdrHistogram) -> list[int]:
    """The counts of the buckets, up to the last that is used."""
    if not histogram.get_total_count():
        return []
    counts: list[int] = histogram.counts[: histogram.get_counts_array_index(histogram.max_value) + 1]
    return counts


def _seconds(histogram: HdrHistogram, index: int) -> float:
    """The longest duration that a bucket holds."""
    longest = int(histogram.get_highest_equivalent_value(histogram.get_value_from_index(index)))
    return longest / MICROSECONDS
