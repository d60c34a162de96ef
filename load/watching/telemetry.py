"""The watch as OpenTelemetry metrics, under the names that Prometheus sees. Where they go is said by OTEL_* variables.

Gauges and counters are observed when the reader asks; latencies are recorded as their batches come in.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from hdrh.histogram import HdrHistogram
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import CallbackOptions, Histogram, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import SERVICE_NAME, Resource

from load.messages import Batch
from load.topics import METRICS
from load.watching.measures import BOUNDS, LATENCY, MEASURES, Measure, Reading, occurrences
from load.watching.watch import Watch

Destination = Literal["otlp", "console"]

FRESH = 1.0  # seconds for which one look at the watch serves every instrument
LAST_WORDS = 5000  # milliseconds that the last export may take


def reader(destination: Destination) -> MetricReader:
    """Exports every OTEL_METRIC_EXPORT_INTERVAL milliseconds (60,000), in a thread."""
    to = ConsoleMetricExporter(sys.stdout) if destination == "console" else OTLPMetricExporter()
    return PeriodicExportingMetricReader(to)


class Telemetry:
    """Tells a watch to OpenTelemetry until it is closed."""

    def __init__(self, watch: Watch, to: MetricReader, now: Callable[[], float] = time.time) -> None:
        self._watch, self._now = watch, now
        self._known: tuple[float, Sequence[Reading]] = (float("-inf"), ())
        named = "OTEL_SERVICE_NAME" in os.environ
        resource = Resource.create({} if named else {SERVICE_NAME: "walletproof"})
        self._provider = MeterProvider([to], resource, shutdown_on_exit=False)
        self._latencies = self._instruments()

    def add(self, batch: Batch) -> None:
        """Records the latencies of a batch, each sample once."""
        for name, encoded in batch.histograms.items():
            metric, _, setup = name.partition("/")
            if metric not in METRICS:
                continue
            attributes = dict(zip(LATENCY.labels, (metric, setup), strict=True))
            for seconds, count in occurrences(HdrHistogram.decode(encoded)):
                for _ in range(count):
                    self._latencies.record(seconds, attributes)

    def close(self) -> None:
        """Exports what there is, and ends."""
        self._provider.force_flush(LAST_WORDS)
        self._provider.shutdown(LAST_WORDS)

    def _instruments(self) -> Histogram:
        meter = self._provider.get_meter("walletproof")
        for measure in MEASURES:
            if measure.kind == "gauge":
                meter.create_observable_gauge(measure.name, [self._observing(measure)], description=measure.help)
            elif measure.kind == "counter":
                meter.create_observable_counter(measure.name, [self._observing(measure)], description=measure.help)
        bounds = list(BOUNDS)
        return meter.create_histogram(
            LATENCY.name, description=LATENCY.help, explicit_bucket_boundaries_advisory=bounds
        )

    def _observing(self, measure: Measure) -> Callable[[CallbackOptions], Iterator[Observation]]:
        def observe(_: CallbackOptions) -> Iterator[Observation]:
            for reading in self._readings():
                if reading.measure is measure and isinstance(reading.value, int | float):
                    yield Observation(reading.value, dict(zip(measure.labels, reading.labels, strict=True)))

        return observe

    def _readings(self) -> Sequence[Reading]:
        now = self._now()
        if now - self._known[0] >= FRESH:
            self._known = now, list(self._watch.readings(now))
        return self._known[1]
