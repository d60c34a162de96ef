"""What a target file says about load: service levels, hosts, weights."""

from __future__ import annotations

import pytest

from fixtures.target import ConfigurationError
from tests.target.conftest import SHOP, read

GOOD = SHOP.replace("BASE", "http://127.0.0.1:8000")


def _level(*lines: str) -> str:
    return "\n".join([GOOD, "[[service_levels]]", 'metric = "purchase"', *lines])


def _refusal(text: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        read(text)
    return str(refused.value)


@pytest.mark.parametrize(
    "lines",
    [
        ("percentile = 99", "limit = 1.5", "abort = true"),
        ("at_least = 0.995", "least_samples = 1000"),
        ("percentile = 95", "growth = 1.5"),
    ],
    ids=["limit", "at-least", "growth"],
)
def test_a_service_level_is_one_of_three(lines: tuple[str, ...]) -> None:
    (level,) = read(_level(*lines)).service_levels

    assert level.metric == "purchase"
    assert level.abort == ("abort = true" in lines)


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ((), "exactly one of limit, at_least, growth"),
        (("percentile = 99", "limit = 1.5", "growth = 2"), "exactly one of limit, at_least, growth"),
        (("limit = 1.5",), "percentile beside limit"),
        (("growth = 1.5",), "percentile beside growth"),
        (("at_least = 0.9", "percentile = 99"), "no percentile beside at_least"),
        (("at_least = 90",), "less than or equal to 1"),
        (("percentile = 101", "limit = 1.5"), "less than or equal to 100"),
    ],
    ids=["none", "two", "limit-alone", "growth-alone", "share-of-a-percentile", "percent", "beyond-all"],
)
def test_a_service_level_that_means_nothing_is_refused(lines: tuple[str, ...], wanted: str) -> None:
    text = _refusal(_level(*lines))

    assert "service_levels[0]" in text
    assert wanted in text


def test_weights_are_numbers_that_are_not_negative() -> None:
    settings = read(GOOD + "\n[load.stories]\npurchase = 3\nbrowse = 0.5\nrefund = 0\n")

    assert settings.load.stories == {"purchase": 3.0, "browse": 0.5, "refund": 0.0}


@pytest.mark.parametrize("weight", ["-1", "inf", "nan", '"often"'])
def test_a_weight_that_is_none_is_refused_with_its_key(weight: str) -> None:
    assert "load.stories.purchase: found" in _refusal(GOOD + f"\n[load.stories]\npurchase = {weight}\n")


@pytest.mark.parametrize(
    ("allowed", "loaded", "agreed"),
    [
        ('"127.0.0.1"', '"127.0.0.1:8000"', True),
        ('"127.0.0.1", "shop.example"', '"shop.example"', True),
        ('"127.0.0.1", "shop.example"', '"shop.example:8443"', True),
        ('"127.0.0.1", "shop.example:8443"', '"shop.example"', False),
        ('"127.0.0.1", "shop.example"', '"sub.shop.example"', False),
    ],
    ids=["its-port", "the-host", "a-port-of-it", "more-ports", "another-host"],
)
def test_only_a_host_that_may_be_spoken_to_may_be_loaded(allowed: str, loaded: str, agreed: bool) -> None:
    keys = '[wallets.toypay]\ncredentials = { secret = "one-of-our-own-0123456789" }\n'
    text = GOOD.replace('capabilities = ["gateway"]', f"allowed_hosts = [{allowed}]")
    text = text.replace("[wallets.toypay]\n", keys) + f"\n[load]\nhosts = [{loaded}]\n"
    try:
        read(text)
        told = ""
    except ConfigurationError as problem:
        told = str(problem)

    assert ("load.hosts[0]: found" in told) != agreed


def test_load_goes_to_this_machine_and_to_the_hosts_that_are_named_for_it() -> None:
    loadable = read(GOOD).loadable

    assert loadable.allow("http://127.0.0.1:8000/orders")
    assert not loadable.allow("http://shop.example/orders")
