"""The buyer's way on the page, and in results.json."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reports.masking import Mask
from reports.page import page
from reports.results import Result, read_results, write_results
from reports.walked import barriers, measured
from reports.ways import Way
from tests.reports.examples import PASSED

WALKED = replace(PASSED, topic="browser.pay", wallet="paypal", setup="paypal", way=Way(6, 4, 1, 2.34, 9))
SLOWER = replace(WALKED, wallet="bitpay", setup="bitpay", way=Way(7, 5, 1, 3.5, 11))
LOOKED = replace(PASSED, topic="browser.accessibility", way=Way(barriers=("cart: label (critical): name it: #a",)))


def shown(*results: Result) -> str:
    """The page of these results."""
    return page(results, None, target="http://shop", environment={})


def test_ways_stand_by_setup_the_quickest_first() -> None:
    text = shown(SLOWER, WALKED)

    assert [one.setup for one in measured([SLOWER, LOOKED, WALKED])] == ["paypal", "bitpay"]
    assert "<td>6</td><td>4</td><td>1</td><td>2.3</td><td>9</td>" in text
    assert "买家的路径" in text


def test_barriers_are_listed_where_somebody_looked() -> None:
    assert barriers([WALKED]) is None
    assert "cart: label (critical): name it: #a" in shown(LOOKED)
    assert "Nothing on cart, checkout and order page." in shown(replace(LOOKED, way=Way()))


def test_without_a_browser_the_section_is_not_there() -> None:
    assert 'id="ways"' not in shown(PASSED)


def test_results_keep_the_way(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    write_results([WALKED, PASSED], file)

    assert {result.topic: result.way for result in read_results(file)} == {WALKED.topic: WALKED.way, PASSED.topic: None}


def test_a_barrier_shows_no_secret() -> None:
    masked = Mask(["a-secret-that-stands-there"]).result(
        replace(LOOKED, way=Way(barriers=("cart: input[value='a-secret-that-stands-there']",)))
    )

    assert masked.way is not None
    assert "a-secret" not in masked.way.barriers[0]
