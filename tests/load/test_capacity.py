"""The search for the capacity, against servers that live in no time at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import quantiles

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.target.settings import ServiceLevel
from load.capacity import Capacity, Half, Measured, Probe
from load.messages import Stage
from load.plan import Plan
from load.search import search

LEVELS = (ServiceLevel(metric="purchase", percentile=95, limit=1.0),)
ALONE = 0.005  # seconds that a story takes by itself
REPORT = 1.3  # seconds until the last batch of a probe is there
Latency = Callable[[float], float]
"""How long a story takes that begins at a second of the day."""


@dataclass
class Server:
    """One at a time, `limit` stories a second; each takes its time, more or less by `noise` (its deviation, as a part
    of its mean); it stands still at the end of every `every` seconds for `stall` seconds."""

    limit: float
    noise: float = 0.0
    every: float = 10.0
    stall: float = 0.0
    free: float = 0.0
    random: Random = field(default_factory=lambda: Random(1))

    def __call__(self, at: float) -> float:
        start = max(at, self.free)
        if start % self.every > self.every - self.stall:
            start = (start // self.every + 1) * self.every
        part = self.noise * 3**0.5
        self.free = start + self.random.uniform(1 - part, 1 + part) / self.limit
        return self.free + ALONE - at


def _played(probe: Probe, latency: Latency, lag: float = 0.0) -> Measured:
    halves = [_half(stage, latency) for stage in (probe.first, probe.second)]
    every = sorted(seconds for half in halves for _, seconds in half)
    ended = max(at + seconds for half in halves for at, seconds in half)
    spreads = [_spread([took for _, took in half]) for half in halves]
    percentile = every[int(0.95 * len(every))]
    return Measured(max(ended, probe.second.end) + REPORT, (spreads[0], spreads[1]), 0, (percentile,), lag)


def _spread(took: list[float]) -> Half:
    first, middle, third = quantiles(took, n=4)
    return Half(len(took), middle, max(took), third - first)


def _half(stage: Stage, latency: Latency) -> list[tuple[float, float]]:
    instants = [stage.begin + (number + 0.5) / stage.high for number in range(round(stage.seconds * stage.high))]
    return [(at, latency(at)) for at in instants]


def _plan(rate: float = 2500.0) -> Plan:
    return Plan(rate, 180.0, 10_000, "every", 1, "capacity", "constant")


def _found(
    play: Callable[[Probe], Measured], *, rate: float = 2500.0, most: float = float("inf")
) -> tuple[Capacity, list[Probe], float]:
    """The capacity, the probes it took, and when the last was over."""
    searching = search(_plan(rate), LEVELS, most)
    probes = [next(searching)]
    while True:
        measured = play(probes[-1])
        try:
            probes.append(searching.send(measured))
        except StopIteration as end:
            return end.value, probes, measured.at


def _searched(latency: Latency, rate: float = 2500.0) -> tuple[Capacity, list[Probe], float]:
    return _found(lambda probe: _played(probe, latency), rate=rate)


@settings(max_examples=10, derandomize=True)
@given(st.floats(20.0, 2000.0), st.sampled_from([0.0, 0.1, 0.3]), st.integers(0, 1000))
def test_the_limit_of_a_server_with_a_queue_is_found_within_five_percent_in_three_minutes(
    limit: float, noise: float, seed: int
) -> None:
    capacity, _, passed = _searched(Server(limit, noise, random=Random(seed)))

    assert capacity.estimate == pytest.approx(limit, rel=0.05)
    assert passed <= 180.0


@pytest.mark.parametrize("limit", [50.0, 200.0, 800.0])
def test_both_sides_of_a_limit_are_confirmed_and_close_together(limit: float) -> None:
    capacity, _, _ = _searched(Server(limit))

    assert capacity.low is not None and capacity.high is not None
    assert capacity.low <= limit <= capacity.high <= 1.06 * capacity.low
    assert capacity.kept >= 2 and capacity.broke >= 2
    assert capacity.reason == ""
    assert "kept the service levels in" in capacity.confidence


@pytest.mark.parametrize("limit", [50.0, 200.0, 800.0])
def test_the_time_that_a_server_stands_still_is_no_part_of_its_capacity(limit: float) -> None:
    capacity, _, passed = _searched(Server(limit, noise=0.1, every=5.0, stall=0.2))

    assert capacity.estimate == pytest.approx(limit * 0.96, rel=0.05)
    assert passed <= 180.0


@pytest.mark.parametrize("limit", [30.0, 400.0])
def test_a_server_that_gets_slow_before_it_is_full_is_as_fast_as_its_service_level_allows(limit: float) -> None:
    """No queue: it answers everybody, but each the later, the more there are."""

    def play(probe: Probe) -> Measured:
        return _played(probe, lambda _: 0.9 * (probe.rate / limit) ** 2)

    capacity, _, passed = _found(play)

    assert capacity.estimate == pytest.approx(limit * (1 / 0.9) ** 0.5, rel=0.05)
    assert passed <= 180.0


def test_one_bad_probe_by_chance_does_not_hide_the_limit() -> None:
    server, probes = Server(200.0), iter(range(1000))

    def play(probe: Probe) -> Measured:
        measured = _played(probe, server)
        return measured if next(probes) not in {2, 7} else _spoilt(measured)

    capacity, _, _ = _found(play)

    assert capacity.estimate == pytest.approx(200.0, rel=0.05)


def _spoilt(measured: Measured) -> Measured:
    return Measured(measured.at, measured.halves, sum(half.stories for half in measured.halves), measured.took)


def test_probes_follow_each_other_and_are_two_even_halves() -> None:
    _, probes, _ = _searched(Server(100.0))

    for number, probe in enumerate(probes):
        assert (probe.first.number, probe.second.number) == (2 * number, 2 * number + 1)
        assert probe.first.end == probe.second.begin
        assert {probe.first.low, probe.first.high, probe.second.low, probe.second.high} == {probe.rate}
        if number:
            assert probe.first.begin > probes[number - 1].second.end


def test_a_limit_above_the_highest_rate_is_not_guessed() -> None:
    capacity, probes, _ = _searched(Server(5000.0), rate=300.0)

    assert max(probe.rate for probe in probes) == 300.0
    assert (capacity.low, capacity.high) == (300.0, None)
    assert "no limit was found up to 300 a second" in capacity.reason


def test_a_server_that_does_nothing_right_ends_the_search() -> None:
    capacity, probes, passed = _found(lambda probe: _spoilt(_played(probe, Server(1e9))))

    assert (capacity.low, capacity.estimate) == (None, None)
    assert capacity.reason
    assert passed <= 180.0
    assert len(probes) < 20


def test_a_late_generator_is_the_limit_and_no_verdict_on_the_target() -> None:
    capacity, _, _ = _found(lambda probe: _played(probe, Server(1e9), lag=0.5 if probe.rate > 100 else 0.0))

    assert capacity.high is None
    assert capacity.low == pytest.approx(78.125)
    assert "the generator is the limit: found at least 78.12 a second" in capacity.reason


def test_a_probe_with_a_late_generator_is_repeated_once() -> None:
    late = iter([0.5])

    capacity, probes, _ = _found(lambda probe: _played(probe, Server(50.0), lag=next(late, 0.0)))

    assert probes[0].rate == probes[1].rate
    assert capacity.probes[0].void
    assert capacity.estimate == pytest.approx(50.0, rel=0.05)


def test_no_more_arrivals_come_than_are_allowed() -> None:
    capacity, probes, _ = _found(lambda probe: _played(probe, Server(1e9)), most=500.0)

    assert sum(probe.rate * probe.seconds for probe in probes) <= 500
    assert "the limit on orders was reached" in capacity.reason


def _sequence(capacity: Capacity) -> Sequence[float]:
    return [tried.rate for tried in capacity.probes]


def test_the_same_target_is_searched_the_same_way() -> None:
    assert _sequence(_searched(Server(123.0))[0]) == _sequence(_searched(Server(123.0))[0])
