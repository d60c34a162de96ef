"""The schedule is decided before the run: by the shape and the seed, by nothing else."""

from __future__ import annotations

from load.arrivals import Arrival, expected, peak, schedule

SETUPS = ("alipay", "paypal", "stripe")


def _day(seed: int = 1, rate: float = 50.0) -> tuple[Arrival, ...]:
    return schedule(peak, SETUPS, rate=rate, seconds=100.0, seed=seed)


def test_the_same_seed_brings_the_same_day() -> None:
    assert _day(seed=4) == _day(seed=4)


def test_another_seed_brings_another_day_with_as_many_buyers() -> None:
    assert _day(seed=4) != _day(seed=5)
    assert len(_day(seed=4)) == len(_day(seed=5)) == expected(peak, rate=50.0, seconds=100.0)


def test_a_tiny_day_brings_one_buyer() -> None:
    assert expected(peak, rate=0.01, seconds=1.0) == 1


def test_buyers_come_in_order_and_within_the_day() -> None:
    instants = [arrival.at for arrival in _day()]

    assert instants == sorted(instants)
    assert instants[0] >= 0 and instants[-1] <= 100.0


def test_the_plateau_is_as_busy_as_was_asked_for_and_busier_than_the_beginning() -> None:
    plateau = sum(40 <= arrival.at < 60 for arrival in _day()) / 20
    beginning = sum(arrival.at < 10 for arrival in _day()) / 10

    assert 40 < plateau < 60
    assert beginning < plateau / 2


def test_each_wallet_has_its_share_of_every_hour() -> None:
    for start in range(0, 90, 3):
        some = _day()[start : start + 3]
        assert {arrival.setup for arrival in some} == set(SETUPS)
