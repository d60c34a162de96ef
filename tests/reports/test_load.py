"""The section on load: in the page, in Allure, in what the reports are written from again; and without secrets."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from reports.command import main
from reports.finish import finish
from reports.load import Case, Line, Plot, ShownLoad, duration, share
from reports.masking import Mask
from reports.page import page
from reports.scoreboard import scoreboard
from tests.reports.examples import NOTIFICATION, PASSED

SECRET = "sk_test_4eC39HqLyjWDarjtT1"
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><text style="fill: #1d2126">latency</text></svg>'
LOAD = ShownLoad(
    "peak: up to 40 stories a second",
    facts=(("came", "1296"), ("something new", SECRET)),
    stories=(
        Line("purchase", "-", 200, 199, 0.118, 2.54, 3.9, 4.21, 4.33),
        Line("purchase", "stripe", 0, 0, *[None] * 5),
    ),
    steps=(Line("order.place", "-", 200, 200, *[0.001] * 5),),
    plots=(Plot("latency", "Latency over time", SVG, ("load.latency", "load.generator")),),
    cases=(Case("slowest", "17", "R-17", f"arrival 231 {SECRET}", (replace(NOTIFICATION, note=SECRET),)),),
)
RESULTS = [replace(PASSED, topic="load.latency.purchase-p99"), replace(PASSED, topic="load.purchase")]


def finished(out: Path, load: ShownLoad | None = LOAD) -> None:
    """A run with a load."""
    finish(RESULTS, None, out=out, environment={}, mask=Mask([SECRET]), target="shop", load=load)


def test_the_page_shows_numbers_plots_and_the_worst_orders(tmp_path: Path) -> None:
    finished(tmp_path)

    html = (tmp_path / "report.html").read_text("utf-8")
    for text in ("1296", "up to 40 stories", "99.50 %", "118 ms", "3.90 s", "order.place", "R-17", "arrival 231"):
        assert text in html
    assert "fill: var(--ink)" in html
    assert "(×" not in html


def test_the_terminal_shows_the_stories_of_all_wallets_together_and_the_capacity() -> None:
    found = replace(LOAD, facts=(("capacity", "about 201 stories a second"), ("came", "1296")))

    text = scoreboard(RESULTS, None, target="shop", load=found)

    assert "peak: up to 40 stories a second" in text
    assert "capacity  about 201 stories a second" in text
    assert "purchase" in text
    assert "99.50 %" in text
    assert "1296" not in text
    assert "Load" not in scoreboard(RESULTS, None, target="shop")


def test_no_secret_reaches_any_file(tmp_path: Path) -> None:
    finished(tmp_path)

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if SECRET in path.read_text("utf-8")]
    assert "junit.xml" in {path.name for path in files}


def test_a_plot_is_attached_to_the_results_it_is_about(tmp_path: Path) -> None:
    finished(tmp_path)

    room = tmp_path / "allure-results"
    written = [json.loads(file.read_text("utf-8")) for file in room.glob("*-result.json")]
    attached = {one["fullName"].partition("/")[0]: one.get("attachments", []) for one in written}
    assert attached["load.purchase"] == []
    (plot,) = attached["load.latency.purchase-p99"]
    assert (plot["name"], plot["type"]) == ("Latency over time", "image/svg+xml")
    assert (room / plot["source"]).read_text("utf-8") == SVG


def test_the_reports_are_written_again_with_their_plots(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    finished(tmp_path)
    first = (tmp_path / "report.html").read_text("utf-8")
    (tmp_path / "report.html").unlink()

    main(["--out", str(tmp_path)])

    assert capsys.readouterr().out
    assert (tmp_path / "report.html").read_text("utf-8") == first


def test_a_run_without_load_has_no_such_section() -> None:
    assert "<h2>Load" not in page([PASSED], None, target="t", environment={})
    assert 'class="plots"' not in page([PASSED], None, target="t", environment={}, load=replace(LOAD, plots=()))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0.0001234, "0.123 ms"), (0.118, "118 ms"), (1.0, "1.00 s"), (123.4, "123 s"), (0.0, "0.00 ms")],
)
def test_a_duration_has_three_digits(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("part", "text"), [(None, "–"), (1.0, "100 %"), (0.999999, "99.99 %"), (0.5, "50.00 %")])
def test_a_share_is_never_rounded_up_to_all(part: float | None, text: str) -> None:
    assert share(part) == text
