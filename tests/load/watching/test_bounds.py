"""What a watch keeps does not grow with its age."""

from __future__ import annotations

from collections.abc import Sized

from load.figures import Figures
from load.series import MOST, MOST_APART, Series
from load.watching.watch import RECENT, Watch
from tests.load.synthetic import BEGAN, batch

DAY = 86_400


def test_a_slot_of_a_long_run_does_not_gather_histograms() -> None:
    series = Series(BEGAN)
    for _ in range(5 * MOST_APART):
        series.add(batch(1, {"order.read/stripe": [0.1]}))

    (slot,) = (slot for slot in series if slot.spreads)
    assert len(slot.spreads["order.read"]) <= MOST_APART
    assert slot.histogram("order.read").get_total_count() == 5 * MOST_APART


def test_a_week_takes_no_more_room_than_a_day() -> None:
    figures, sizes = Figures(BEGAN), []
    watch = Watch(lambda: figures)
    for day in range(1, 8):
        for beat in range(24):
            told = batch(DAY * day + 3600 * beat, {"purchase/stripe": [0.1], "order.read/stripe": [0.1]})
            figures.add(told)
            watch.add(told)
        sizes.append(sum(len(held) for held in vars(watch).values() if isinstance(held, Sized)))

    assert len(set(sizes)) == 1
    assert len(figures.series) <= MOST
    assert len({(reading.measure.name, reading.labels) for reading in watch.readings(BEGAN)}) < 100


def test_lags_are_forgotten() -> None:
    watch = Watch(lambda: None)
    for second in range(10 * int(RECENT)):
        watch.add(batch(second, {}))

    assert max(len(held) for held in vars(watch).values() if isinstance(held, Sized)) <= RECENT + 1
