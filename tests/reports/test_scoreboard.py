"""The terminal's text: aligned, coloured only where asked, verdict last so that it stands above the prompt."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from reports.books import ShownBooks, results_of
from reports.scoreboard import SHOWN, colourful, scoreboard
from tests.reports.examples import ALL, BROKEN_CLAUSE, FAILED, NOT_APPLICABLE, PASSED


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_the_whole_text() -> None:
    books = ShownBooks((BROKEN_CLAUSE,))
    other = replace(FAILED, wallet="stripe", mode="intent", topic="forgery.unsigned")

    text = scoreboard(
        [*ALL, other, *results_of(books, 3)], books, target="http://shop", page=Path("reports/out/report.html")
    )

    assert text == (
        "area                    alipay         stripe\n"
        "pay               0/1, 1 error\n"
        "notify           1/2, 1 failed\n"
        "refund                     n/a\n"
        "reconcile  0/1, 1 inconclusive\n"
        "forgery                         0/1, 1 failed\n"
        "\n"
        "Findings (2)\n"
        "  critical  forgery.unsigned/stripe/intent  fulfilled 3 times\n"
        "  critical  notify.concurrent/alipay/key    fulfilled 3 times\n"
        "\n"
        "Not settled (2)\n"
        "  normal    pay.success/alipay/key      KeyError: 'links'\n"
        "  normal    reconcile.books/alipay/key  still changing\n"
        "\n"
        "Books\n"
        "  fulfilled-once  broken (1 of 3)\n"
        "                    first, worst, last: alipay 1: fulfilled 3 times\n"
        "\n"
        "FINDINGS · http://shop · level 3 · 1 passed, 2 failed, 1 inconclusive, 1 not applicable, 1 error of ours"
        ", 1 broken in the books\n"
        "Report: reports/out/report.html\n"
    )


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ([PASSED], "SOUND"),
        ([PASSED, ALL[2]], "INCONCLUSIVE"),
        ([NOT_APPLICABLE], "NOTHING PROVEN"),
        ([], "NOTHING PROVEN"),
    ],
)
def test_the_verdict_is_one_word(results: list[object], verdict: str) -> None:
    text = scoreboard(results, None, target="t")  # type: ignore[arg-type]

    assert text.splitlines()[-1].startswith(verdict)


def test_many_findings_are_counted_not_listed() -> None:
    many = [replace(FAILED, topic=f"forgery.n{number:03}") for number in range(SHOWN + 5)]

    assert "  and 5 more in the report" in scoreboard(many, None, target="t")


def test_colour_changes_nothing_but_colour() -> None:
    plain, coloured = (scoreboard(ALL, None, target="t", colour=colour) for colour in (False, True))

    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain != coloured


def test_colour_only_on_a_terminal_that_does_not_refuse_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert colourful(Terminal())
    assert not colourful(io.StringIO())

    monkeypatch.setenv("NO_COLOR", "1")
    assert not colourful(Terminal())
