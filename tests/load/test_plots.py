"""Plots are drawn of what there is, always alike, and stand in a page by themselves."""

from __future__ import annotations

import re
import sys
from xml.etree import ElementTree as Xml

import pytest

from load.capacity import Capacity, Half, Measured, Tried
from load.figures import Figures
from load.journal import Record
from load.plan import Plan
from load.plots import plots
from load.shown import LACK, shown
from load.topics import FULFILMENT, LETTER, PLACE, PURCHASE, READ
from load.worst import Worst
from reports.load import INK, Plot
from tests.load.synthetic import BEGAN, batch, minute

TEXT = "{http://www.w3.org/2000/svg}text"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SYMBOLS = re.compile(r"p\d+|[\d.]+( (%|s|ms|µs))?")
PLAN = Plan(rate=40.0, seconds=60.0, buyers=200, wallet="every", seed=1)
PROBES = tuple(
    Tried(rate, 2.0, Measured(0.0, (half, half), 0, (half.median,)))
    for rate, half in (
        (5.0, Half(5, median=0.02, worst=0.03, spread=0.01)),
        (12.5, Half(12, median=0.02, worst=0.03, spread=0.01)),
        (31.25, Half(31, median=2.0, worst=3.0, spread=0.1)),
    )
)
CAPACITY = Capacity(12.5, 31.25, 20.0, 2, 2, PROBES)


@pytest.fixture(scope="module")
def figures() -> Figures:
    """Those of a whole minute."""
    found = Figures(BEGAN)
    for one in minute():
        found.add(one)
    return found


@pytest.fixture(scope="module")
def drawn(figures: Figures) -> list[Plot]:
    """Every plot of it."""
    return list(plots(figures, CAPACITY))


def test_every_plot_is_one_small_element_with_titles_and_units(drawn: list[Plot]) -> None:
    assert [plot.name for plot in drawn] == ["latency", "arrivals", "success", "percentiles", "capacity", "lag"]
    for plot in drawn:
        assert Xml.fromstring(plot.svg).tag == "{http://www.w3.org/2000/svg}svg"
        assert len(plot.svg) < 60_000
        assert plot.title in plot.svg
    assert "stories a second" in drawn[1].svg
    assert "99.9 %" in drawn[3].svg


def test_text_stays_text_and_takes_the_ink_of_the_page(drawn: list[Plot]) -> None:
    assert all("<text" in plot.svg and INK in plot.svg for plot in drawn)


def test_every_text_of_a_plot_is_told_in_both_languages(drawn: list[Plot]) -> None:
    told = [(one.get("class"), one.text or "") for plot in drawn for one in Xml.fromstring(plot.svg).iter(TEXT)]
    alone = {text for kind, text in told if kind is None and not SYMBOLS.fullmatch(text)}
    by_class = {kind: [text for each, text in told if each == kind] for kind in ("w-en", "w-zh")}

    assert alone == set()
    assert len(by_class["w-en"]) == len(by_class["w-zh"])
    assert all(CHINESE.search(text) for text in by_class["w-zh"])


def test_a_plot_by_itself_shows_english_alone(drawn: list[Plot]) -> None:
    for plot in drawn:
        texts = list(Xml.fromstring(plot.svg).iter(TEXT))
        assert {one.get("display") for one in texts if one.get("class") == "w-zh"} == {"none"}
        assert {one.get("display") for one in texts if one.get("class") != "w-zh"} == {None}


def test_a_plot_is_called_by_its_title(drawn: list[Plot]) -> None:
    for plot in drawn:
        root = Xml.fromstring(plot.svg)
        (title,) = (one for one in root.iter() if one.get("id") == root.get("aria-labelledby"))
        assert next(title.iter(TEXT)).text == plot.title


def test_ids_of_plots_on_one_page_do_not_meet(drawn: list[Plot]) -> None:
    clips = [{one.get("id", "") for one in Xml.fromstring(plot.svg).iter() if "clip" in one.tag} for plot in drawn]

    assert sum(map(len, clips)) == len(set().union(*clips))


def test_the_same_figures_make_the_same_plots(figures: Figures, drawn: list[Plot]) -> None:
    assert next(plots(figures, CAPACITY)) == drawn[0]


def test_nothing_measured_is_not_drawn() -> None:
    assert list(plots(Figures())) == []


def test_one_sample_is_enough_for_a_plot() -> None:
    figures = Figures(BEGAN)
    figures.add(batch(1, {f"{PURCHASE}/stripe": [0.1]}))

    assert len(list(plots(figures))) == 5


def test_without_what_draws_plots_the_numbers_are_shown_and_the_lack_is_told(
    figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "load.plots", None)

    found = shown(Record(PLAN, BEGAN, figures), Worst(Record(PLAN, BEGAN, figures), lambda _: ()))

    assert (found.plots, found.lack) == ((), LACK)
    together = {line.metric: line for line in (*found.stories, *found.steps) if line.setup == "-"}
    assert {PURCHASE, LETTER, FULFILMENT, PLACE, READ} <= set(together)
    purchase = together[PURCHASE]
    assert 0.9 < (purchase.share or 0) < 1
    assert (purchase.p50 or 9) < (purchase.p95 or 0) <= (purchase.p999 or 0) <= (purchase.longest or 0)
    assert dict(found.facts)["came"] == str(together[PURCHASE].samples + together["abandon"].samples)
