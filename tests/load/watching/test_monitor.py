"""A watch beside a run: begun where the options say, told every batch, ended without leaving anything behind."""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from fixtures.model import Given, Money, Order
from fixtures.target.problems import ConfigurationError
from fixtures.target.reading import load
from load.figures import Figures
from load.journal import entry
from load.messages import Batch
from load.notes import Note
from load.watching import monitor
from load.watching.monitor import Monitor, Shown
from load.watching.prometheus import Address
from tests.load.synthetic import BEGAN, batch

ANY = Shown(Address("127.0.0.1", 0))


class Idle:
    """Looks at nothing; `ours` is what it was given to know the run's own orders by."""

    ours: Callable[[], frozenset[str]]

    def __init__(self, _settings: object, _watch: object, ours: Callable[[], frozenset[str]]) -> None:
        Idle.ours = ours

    def close(self) -> None:
        """Nothing to end."""


@pytest.fixture(autouse=True)
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor, "Rounds", Idle)


@contextmanager
def watching(shown: Shown = ANY, figures: Figures | None = None) -> Iterator[Monitor]:
    running = Monitor(load(embedded_url="http://127.0.0.1:1"), lambda: figures, shown)
    try:
        yield running
    finally:
        running.close()


def test_it_is_shown_where_it_says_until_it_is_closed(capsys: pytest.CaptureFixture[str]) -> None:
    figures = Figures(BEGAN)
    with watching(figures=figures) as running:
        assert running.address is not None
        assert running.address.url in capsys.readouterr().out
        figures.add(told := batch(1, {"browse/stripe": [0.1, 0.2]}, {"browse/stripe": {"token-a was refused": 1}}))
        running.add(told)
        with urlopen(running.address.url, timeout=10) as page:
            text = page.read()
    assert b'walletproof_stories_total{outcome="served",story="browse",wallet="stripe"} 1.0' in text
    assert b'walletproof_stories_total{outcome="failed",story="purchase",wallet="alipay"} 0.0' in text
    assert b"token-a" not in text  # problems are counted, not quoted

    with pytest.raises(URLError):
        urlopen(running.address.url, timeout=10)


def test_it_knows_the_runs_own_orders() -> None:
    order = Order("17", None, "stripe", Money(1, "USD"), Given(), "first", 0.0)
    with watching(Shown()) as running:
        running.add(Batch(0, BEGAN, entries=(entry(Note("a limit was reached")), entry(order))))

        assert Idle.ours() == {"17"}


def test_an_address_that_is_taken_is_a_wrong_configuration() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        shown = Shown(Address("127.0.0.1", taken.getsockname()[1]))
        with pytest.raises(ConfigurationError, match="cannot be had"), watching(shown):
            pass
        with pytest.raises(ConfigurationError, match="cannot be had"):
            shown.require_address()
    ANY.require_address()


def test_what_the_options_say() -> None:
    assert not Shown.of(None, None) and not Shown.of("", "")
    assert Shown.of("9464", None) == Shown(Address("127.0.0.1", 9464))
    assert Shown.of(None, "console") == Shown(None, "console") and Shown.of(None, "console")


@pytest.mark.parametrize(
    ("prometheus", "telemetry", "problem"),
    [("metrics", None, "wanted PORT or HOST:PORT"), (None, "jaeger", "wanted otlp or console")],
)
def test_options_that_say_nothing_are_refused(prometheus: str | None, telemetry: str | None, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        Shown.of(prometheus, telemetry)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(ConfigurationError, match="extra `telemetry`"):
        Shown.of(None, "otlp")


def test_the_measures_go_to_opentelemetry(capsys: pytest.CaptureFixture[str]) -> None:
    with watching(Shown(telemetry="console")) as running:
        running.add(batch(1, {"browse/stripe": [0.1]}))

    told = capsys.readouterr().out
    assert '"name": "walletproof_latency_seconds"' in told and '"service.name": "walletproof"' in told
