"""What is shown, by name: one table from which Prometheus, OpenTelemetry, dashboard and documentation are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from hdrh.histogram import HdrHistogram

from load.spread import curve

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Seconds up to which the buckets of a latency reach."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. `name` is that of Prometheus without the suffixes it adds itself; `labels` are few by design."""

    name: str
    kind: Literal["gauge", "counter", "histogram"]
    help: str
    labels: tuple[str, ...] = ()


UP = Measure("walletproof_up", "gauge", "1 while the generator reports, 0 when the figures stand still")
STORIES = Measure(
    "walletproof_stories",
    "counter",
    "Stories that came to their end; outcome is served or failed",
    ("story", "wallet", "outcome"),
)
LATENCY = Measure(
    "walletproof_latency_seconds",
    "histogram",
    "How long a story (from its intended start) or a step took, failed ones too",
    ("metric", "wallet"),
)
ORDERS = Measure("walletproof_orders", "counter", "What happened to the run's own orders", ("what", "wallet"))
INSIDE = Measure("walletproof_inside", "gauge", "Stories being told")
LAG = Measure(
    "walletproof_generator_lag_seconds", "gauge", "How late the generator itself was at worst in the last minute"
)
LAST_SUCCESS = Measure(
    "walletproof_last_success_timestamp_seconds", "gauge", "When a story last went well", ("story", "wallet")
)
CERTIFICATE = Measure(
    "walletproof_certificate_days_left",
    "gauge",
    "Days until a certificate ends, negative afterwards: the endpoint's own, and those of the target file",
    ("name",),
)
SUCCESS = Measure(
    "walletproof_payment_success_ratio", "gauge", "Share of the decided payments of the last hour that succeeded"
)
BUYERS = Measure("walletproof_active_buyers", "gauge", "Buyers who began an order in the last hour")
STUCK = Measure(
    "walletproof_stuck_orders", "gauge", "Orders without progress: pending, or paid without goods", ("place",)
)
LOOKED = Measure(
    "walletproof_orders_looked_at_timestamp_seconds", "gauge", "When the target last showed its orders to the watch"
)

MEASURES = (
    *(UP, STORIES, LATENCY, ORDERS, INSIDE, LAG, LAST_SUCCESS),
    *(CERTIFICATE, SUCCESS, BUYERS, STUCK, LOOKED),
)


@dataclass(frozen=True, slots=True)
class Spread:
    """Durations as Prometheus counts them: how many were within each of `BOUNDS`, how many in all, their sum (s)."""

    reached: tuple[int, ...]
    total: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A measure as it stands, for one set of labels."""

    measure: Measure
    value: float | Spread
    labels: tuple[str, ...] = ()


def spread(histogram: HdrHistogram) -> Spread:
    """The buckets of a histogram of microseconds."""
    reached, seconds, total = [0] * len(BOUNDS), 0.0, 0
    for duration, count in occurrences(histogram):
        total += count
        seconds += duration * count
        for index, bound in enumerate(BOUNDS):
            if duration <= bound:
                reached[index] += count
    return Spread(tuple(reached), total, seconds)


def occurrences(histogram: HdrHistogram) -> Iterator[tuple[float, int]]:
    """Each duration that occurred (seconds) and how often, shortest first."""
    total = int(histogram.get_total_count())
    for (_, before), (duration, share) in pairwise([(0.0, 0.0), *curve(histogram)]):
        yield duration, round(share * total) - round(before * total)
