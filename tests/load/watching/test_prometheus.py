"""What Prometheus reads is what the engines told, under few and harmless labels; at the address that was asked for."""

from __future__ import annotations

from itertools import islice
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from load.figures import Figures
from load.messages import Batch
from load.watching.expiry import Expiry
from load.watching.measures import MEASURES
from load.watching.orders import Standing
from load.watching.prometheus import Address, Exporter, address, serve
from load.watching.watch import RECENT, SILENT, Watch
from tests.load.synthetic import BEGAN, batch, minute

NOW = BEGAN + 71


@pytest.fixture
def figures() -> Figures:
    return Figures(BEGAN)


@pytest.fixture
def watch(figures: Figures) -> Watch:
    return Watch(lambda: figures)


@pytest.fixture
def told(watch: Watch, figures: Figures) -> Watch:
    """After the worst seconds of the synthetic minute, with something to say about everything."""
    for one in islice(minute(), 33, 39):
        hear(one, watch, figures)
    watch.certificates([Expiry("endpoint", NOW + 5 * 86_400), Expiry("alipay.app_certificate", NOW - 86_400)])
    watch.orders(Standing(0.95, 12, {"pending": 1, "paid": 0}), NOW)
    return watch


def hear(batch: Batch, watch: Watch, figures: Figures) -> None:
    figures.add(batch)
    watch.add(batch)


def scraped(watch: Watch) -> dict[str, Metric]:
    """The families of a scrape, by name."""
    registry = CollectorRegistry()
    registry.register(Exporter(watch, lambda: NOW))
    return families(generate_latest(registry).decode())


def families(text: str) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(text)}


def value(family: Metric, suffix: str = "", **labels: str) -> float:
    """The one sample with these labels."""
    (found,) = [one.value for one in family.samples if one.labels == labels and one.name.endswith(suffix)]
    return float(found)


def test_it_answers_at_the_address_that_it_tells(told: Watch) -> None:
    taken, close = serve(told, Address("127.0.0.1", 0))
    try:
        with urlopen(taken.url, timeout=10) as page:
            assert set(families(page.read().decode())) == {measure.name for measure in MEASURES}
    finally:
        close()


def test_every_measure_is_exported(told: Watch) -> None:
    found = scraped(told)

    assert set(found) == {measure.name for measure in MEASURES}
    for measure in MEASURES:
        assert found[measure.name].type == measure.kind
        assert found[measure.name].samples, f"{measure.name} has no samples"


def test_stories_and_orders_are_those_of_the_figures(told: Watch, figures: Figures) -> None:
    found = scraped(told)
    failed = figures.failures("purchase", "stripe")
    assert failed > 0

    stories, hers = found["walletproof_stories"], {"story": "purchase", "wallet": "stripe"}
    assert value(stories, outcome="failed", **hers) == failed
    assert value(stories, outcome="served", **hers) == figures.samples("purchase", "stripe") - failed
    orders = found["walletproof_orders"]
    assert value(orders, what="fulfilled", wallet="stripe") == figures.count("fulfilled", "stripe") > 0
    assert value(orders, what="believed", wallet="stripe") == 0


def test_latencies_are_cumulative_buckets(watch: Watch, figures: Figures) -> None:
    hear(batch(1, {"order.place/stripe": [0.004, 0.02, 0.02, 70.0]}), watch, figures)

    family = scraped(watch)["walletproof_latency_seconds"]

    buckets = {one.labels["le"]: one.value for one in family.samples if one.name.endswith("_bucket")}
    expected = {"0.005": 1, "0.01": 1, "0.025": 3, "60.0": 3, "+Inf": 4}
    assert {bound: buckets[bound] for bound in expected} == expected
    assert value(family, "_count", metric="order.place", wallet="stripe") == 4
    assert value(family, "_sum", metric="order.place", wallet="stripe") == pytest.approx(70.044, rel=0.001)


def test_the_last_success_is_that_of_a_story_that_went_well(watch: Watch, figures: Figures) -> None:
    hear(batch(1, {"purchase/stripe": [0.1], "order.place/stripe": [0.1]}), watch, figures)
    hear(batch(2, {"purchase/stripe": [0.1]}, {"purchase/stripe": {"no goods": 1}}), watch, figures)

    (sample,) = scraped(watch)["walletproof_last_success_timestamp_seconds"].samples
    assert (sample.labels, sample.value) == ({"story": "purchase", "wallet": "stripe"}, BEGAN + 1)


def test_up_and_lag_speak_of_now(watch: Watch) -> None:
    watch.add(Batch(0, BEGAN, lag=0.7))
    watch.add(Batch(0, BEGAN + RECENT + 1, lag=0.1))

    shown = {reading.measure.name: reading.value for reading in watch.readings(BEGAN + RECENT + 2)}
    later = {reading.measure.name: reading.value for reading in watch.readings(BEGAN + RECENT + 1 + SILENT)}

    assert (shown["walletproof_up"], later["walletproof_up"]) == (1, 0)
    assert shown["walletproof_generator_lag_seconds"] == 0.1


def test_what_is_not_known_is_absent(watch: Watch) -> None:
    watch.orders(Standing(), NOW)

    shown = {name for name, family in scraped(watch).items() if family.samples}

    assert shown == {
        "walletproof_up",
        "walletproof_inside",
        "walletproof_generator_lag_seconds",
        "walletproof_orders_looked_at_timestamp_seconds",
    }


def test_counters_begin_before_the_first_story(figures: Figures) -> None:
    found = scraped(Watch(lambda: figures, {("browse", "stripe")}))

    assert value(found["walletproof_stories"], story="browse", wallet="stripe", outcome="failed") == 0
    assert value(found["walletproof_orders"], what="believed", wallet="stripe") == 0
    assert found["walletproof_latency_seconds"].samples == []


def test_between_two_runs_there_are_no_figures() -> None:
    assert {reading.measure.name for reading in Watch(lambda: None).readings(NOW)} == {
        "walletproof_up",
        "walletproof_generator_lag_seconds",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9464", Address("127.0.0.1", 9464)),
        ("0", Address("127.0.0.1", 0)),
        ("0.0.0.0:9464", Address("0.0.0.0", 9464)),
        ("[::1]:9464", Address("::1", 9464)),
    ],
)
def test_a_port_alone_is_one_of_this_machine(text: str, expected: Address) -> None:
    assert address(text) == expected


@pytest.mark.parametrize("text", ["", "metrics", "65536", ":9464", "-1", "host:"])
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="wanted PORT or HOST:PORT"):
        address(text)


def test_labels_are_few(told: Watch) -> None:
    names = {name for family in scraped(told).values() for sample in family.samples for name in sample.labels}

    assert names == {"story", "wallet", "outcome", "metric", "what", "name", "place", "le"}
