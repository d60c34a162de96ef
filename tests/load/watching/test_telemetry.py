"""OpenTelemetry is told the same measures under the same names, each sample once."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from load.figures import Figures
from load.watching.expiry import Expiry
from load.watching.measures import BOUNDS, MEASURES
from load.watching.orders import Standing
from load.watching.telemetry import Telemetry
from load.watching.watch import Watch
from tests.load.synthetic import BEGAN, batch, minute


@pytest.fixture
def reader() -> InMemoryMetricReader:
    return InMemoryMetricReader()


def collected(reader: InMemoryMetricReader) -> dict[str, list[Any]]:
    """The data points of every metric, by its name."""
    data = reader.get_metrics_data()
    assert data is not None
    (resource,) = data.resource_metrics
    (scope,) = resource.scope_metrics
    return {metric.name: list(metric.data.data_points) for metric in scope.metrics}


def test_every_measure_is_told(reader: InMemoryMetricReader) -> None:
    figures = Figures(BEGAN)
    watch = Watch(lambda: figures)
    watch.certificates([Expiry("endpoint", BEGAN)])
    watch.orders(Standing(0.9, 3, {"paid": 1}), BEGAN)
    telemetry = Telemetry(watch, reader, lambda: BEGAN + 1)
    for one in islice(minute(), 3):
        figures.add(one)
        watch.add(one)
        telemetry.add(one)

    found = collected(reader)
    telemetry.close()

    assert set(found) == {measure.name for measure in MEASURES}
    (success,) = found["walletproof_payment_success_ratio"]
    assert success.value == 0.9
    placed = [point.value for point in found["walletproof_orders"] if point.attributes["what"] == "placed"]
    assert sum(placed) == figures.count("placed") > 0


def test_latencies_are_recorded_once(reader: InMemoryMetricReader) -> None:
    telemetry = Telemetry(Watch(lambda: None), reader)
    telemetry.add(batch(1, {"order.place/stripe": [0.004, 0.02, 0.02], "stage.0/-": [1.0]}))

    (point,) = collected(reader)["walletproof_latency_seconds"]
    telemetry.close()

    assert point.attributes == {"metric": "order.place", "wallet": "stripe"}
    assert (point.count, tuple(point.explicit_bounds)) == (3, BOUNDS)
    assert point.bucket_counts[:3] == (1, 0, 2)
    assert point.sum == pytest.approx(0.044, rel=0.001)


def test_one_look_at_the_watch_serves_all_instruments(reader: InMemoryMetricReader) -> None:
    looks: list[float] = []

    class Counted(Watch):
        def readings(self, now: float) -> Any:
            looks.append(now)
            return super().readings(now)

    telemetry = Telemetry(Counted(lambda: None), reader, lambda: BEGAN)
    collected(reader)

    assert looks == [BEGAN]
    telemetry.close()
