"""Locust's own table, filled from the engines' batches: so its page, charts, CSV files and HTML report are right."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hdrh.histogram import HdrHistogram
from locust.stats import PERCENTILES_TO_REPORT, StatsCSV, StatsEntry, StatsError, bucket_response_time

from load.messages import Batch
from load.topics import ACCEPT, FORGERY, LETTER, METRICS, OUTAGE, STEPS, STORM

BY_WALLETS = frozenset({LETTER, ACCEPT, STORM, OUTAGE, FORGERY})
MILLISECOND = 1000  # microseconds


def fill(stats: Any, batch: Batch) -> None:
    """Adds a batch to Locust's statistics (`environment.stats`), names being "metric/setup".

    Their total is that of the single steps: a story is made of steps, and would count them again.
    """
    for name, encoded in batch.histograms.items():
        metric = name.partition("/")[0]
        if metric not in METRICS:
            continue
        failures = batch.failures.get(name, {})
        entry = _entry(stats, name, encoded, sum(failures.values()), batch.at)
        stats.get(name, entry.method).extend(entry)
        if metric in STEPS:
            stats.total.extend(entry)
        _fail(stats, entry, failures, batch.at)


def write_csv(environment: Any, folder: Path) -> None:
    """Writes the table and the failures beside our own reports, as Locust writes its CSV files."""
    shown = StatsCSV(environment, PERCENTILES_TO_REPORT)
    for name, rows in (("locust_stats.csv", shown.requests_csv), ("locust_failures.csv", shown.failures_csv)):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            rows(csv.writer(file))


def recorded(histogram: HdrHistogram) -> Iterator[tuple[int, int]]:
    """The values (microseconds) that a histogram holds, and how often each."""
    if not histogram.get_total_count():
        return
    last = histogram.get_counts_array_index(histogram.max_value)
    for index, count in enumerate(histogram.counts[: last + 1]):
        if count:
            yield histogram.get_value_from_index(index), count


def _entry(stats: Any, name: str, encoded: str, failed: int, at: float) -> Any:
    """What is new of one name, as an entry that another is extended by."""
    entry = StatsEntry(stats, name, "wallet" if name.partition("/")[0] in BY_WALLETS else "buyer")
    histogram = HdrHistogram.decode(encoded)
    entry.num_requests, entry.num_failures = histogram.get_total_count(), failed
    entry.last_request_timestamp = at
    total = 0.0
    for value, count in recorded(histogram):
        milliseconds = value / MILLISECOND
        entry.response_times[bucket_response_time(milliseconds)] += count
        total += milliseconds * count
    entry.total_response_time = round(total)
    if entry.num_requests:
        entry.min_response_time = histogram.get_min_value() / MILLISECOND
        entry.max_response_time = histogram.get_max_value() / MILLISECOND
    entry.num_reqs_per_sec[int(at)] = entry.num_requests
    entry.num_fail_per_sec[int(at)] = failed
    return entry


def _fail(stats: Any, entry: Any, failures: Mapping[str, int], at: float) -> None:
    for problem, occurrences in failures.items():
        key = StatsError.create_key(entry.method, entry.name, problem)
        found = stats.errors.setdefault(key, StatsError(entry.method, entry.name, problem, first_seen=at))
        found.occurrences += occurrences
        found.last_seen = at
