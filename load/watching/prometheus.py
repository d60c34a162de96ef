"""The watch as Prometheus reads it: its measures are put together at every scrape, and nothing is kept in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from load.watching.measures import BOUNDS, MEASURES, Measure, Reading, Spread
from load.watching.watch import Watch

Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily

LOOPBACK = "127.0.0.1"


class Address(NamedTuple):
    """Where Prometheus may ask."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The page with the measures."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/metrics"


def address(text: str) -> Address:
    """`PORT` is a port of this machine alone, `HOST:PORT` says otherwise; port 0 is any. Raises ValueError."""
    host, separator, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not port.isdecimal() or int(port) > 65_535 or (separator and not host):
        raise ValueError(f"--prometheus: found {text!r}; wanted PORT or HOST:PORT")
    return Address(host or LOOPBACK, int(port))


class Exporter(Collector):
    """Collects from a watch."""

    def __init__(self, watch: Watch, now: Callable[[], float] = time.time) -> None:
        self._watch, self._now = watch, now

    def describe(self) -> Iterator[Metric]:
        """The measures without values, so that nobody has to collect in order to register."""
        return iter([_family(measure) for measure in MEASURES])

    def collect(self) -> Iterator[Metric]:
        """The measures as they stand; one of which nothing is known has no samples."""
        families = {measure.name: _family(measure) for measure in MEASURES}
        for reading in self._watch.readings(self._now()):
            _add(families[reading.measure.name], reading)
        return iter(families.values())


def serve(watch: Watch, at: Address) -> tuple[Address, Callable[[], None]]:
    """Answers Prometheus in threads (under Locust: greenlets); gives the address taken, and what ends it.

    Raises OSError where the address cannot be had.
    """
    registry = CollectorRegistry()
    registry.register(Exporter(watch))
    server, thread = start_http_server(at.port, at.host, registry)

    def close() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return Address(at.host, server.server_port), close


def _family(measure: Measure) -> Family:
    match measure.kind:
        case "counter":
            return CounterMetricFamily(measure.name, measure.help, labels=measure.labels)
        case "histogram":
            return HistogramMetricFamily(measure.name, measure.help, labels=measure.labels)
    return GaugeMetricFamily(measure.name, measure.help, labels=measure.labels)


def _add(family: Family, reading: Reading) -> None:
    match family, reading.value:
        case HistogramMetricFamily(), Spread() as value:
            family.add_metric(list(reading.labels), _buckets(value), value.seconds)
        case ((CounterMetricFamily() | GaugeMetricFamily()), (int() | float()) as value):
            family.add_metric(list(reading.labels), value)


def _buckets(spread: Spread) -> list[tuple[str, float]]:
    bounds = [str(bound) for bound in BOUNDS]
    return [*zip(bounds, map(float, spread.reached), strict=True), ("+Inf", float(spread.total))]
