"""What is taken down is told once, and what is told is bounded."""

from __future__ import annotations

from collections import Counter

from hdrh.histogram import HdrHistogram
from hypothesis import given, settings
from hypothesis import strategies as st

from load.engine.tally import LONGEST, Book, Haul, encoded
from load.journal import entries
from load.notes import Note
from load.topics import FULFILLED, PLACED, PURCHASE


def test_the_book_tells_what_happened_once() -> None:
    book = Book()
    for number in range(300):
        book.failed(PURCHASE, "alipay", 0.5, f"problem {number}", f"order-{number}")
    book.took(PURCHASE, "alipay", 2.0, "slow")
    book.took(PURCHASE, "alipay", 1.0, "not so slow")
    book.took(PURCHASE, "alipay", -0.001)
    book.took(PURCHASE, "alipay", 1e9)
    book.count(FULFILLED, "alipay", 3)
    book.count(PLACED, "alipay")
    book.late(0.25)
    for _ in range(2):
        book.keep(Note("the same"))
    haul = book.haul()
    told = list(entries(haul.entries))
    assert [one.order for one in told if not isinstance(one, Note)][-2:] == ["order-199", "slow"]
    assert [one for one in told if isinstance(one, Note)] == [Note("the same")]
    assert haul.failures[PURCHASE, "alipay"].total() == 300
    assert len(haul.failures[PURCHASE, "alipay"]) == 101
    assert haul.counts == {(FULFILLED, "alipay"): 3, (PLACED, "alipay"): 1}
    assert haul.lag == 0.25
    assert book.haul() == Haul()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, LONGEST), min_size=1, max_size=50))
def test_durations_travel_as_the_histogram_that_would_have_recorded_them(microseconds: list[int]) -> None:
    book, recorded = Book(), HdrHistogram(1, LONGEST, 3)
    for value in microseconds:
        book.took(PURCHASE, "alipay", (value + 0.5) / 1e6)
        recorded.record_value(value)
    told = HdrHistogram.decode(encoded(book.haul().durations[PURCHASE, "alipay"]))
    assert _counts(told) == _counts(recorded)


def _counts(histogram: HdrHistogram) -> Counter[int]:
    return Counter({index: number for index in range(histogram.counts_len) if (number := _at(histogram, index))})


def _at(histogram: HdrHistogram, index: int) -> int:
    return int(histogram.get_count_at_index(index))
