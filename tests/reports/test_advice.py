"""A failed check of the least severity is advice: shown everywhere, apart from the findings, and red nowhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

from fixtures.model import Outcome, Severity
from reports.books import ShownBooks, ShownClause, results_of
from reports.gate.case import Case
from reports.gate.judging import Matter, code_of, judge
from reports.gate.rules import Rules
from reports.junit import write_junit
from reports.outcomes import terminal_words
from reports.page import page
from reports.results import Acceptance, Result, exit_code
from reports.scoreboard import scoreboard
from reports.summary import summary
from reports.verdict import summarise
from tests.reports.examples import FAILED, INCONCLUSIVE, PASSED

ADVICE = replace(FAILED, topic="access.guessing", severity="trivial")
OTHER = replace(ADVICE, wallet="stripe")
BALANCED = ShownBooks((ShownClause("payee", "Asks for the shelf price.", "proved", 3, 3, 0, "proved (3 of 3)", ()),))


def matter(*results: Result, severity: Severity | None = None, before: tuple[Result, ...] | None = None) -> Matter:
    rules = Rules(severity=severity) if severity else Rules()
    baseline = None if before is None else Case(Path("before"), "target.toml", {}, before)
    return Matter(Case(Path("out"), "target.toml", {}, (*results, *results_of(BALANCED, 3))), baseline, rules)


def test_only_what_failed_with_the_least_severity_and_is_not_accepted_is_advice() -> None:
    accepted = replace(ADVICE, known=Acceptance("why", "who", "2027-01-01"))

    assert ADVICE.advice
    assert not any(one.advice for one in (FAILED, replace(PASSED, severity="trivial"), accepted))
    assert not replace(INCONCLUSIVE, severity="trivial").advice


def test_advice_turns_no_run_red_and_proves_nothing() -> None:
    assert exit_code([PASSED, ADVICE]) == 0
    assert exit_code([ADVICE]) == 5
    assert exit_code([PASSED, ADVICE, INCONCLUSIVE]) == 3
    assert exit_code([PASSED, ADVICE, FAILED]) == 1


def test_the_verdict_counts_it_apart() -> None:
    told = summarise([PASSED, ADVICE, OTHER])
    text = scoreboard([PASSED, ADVICE, OTHER], None, target="shop")

    assert (told.kind, told.findings, told.advice) == ("sound", (), (ADVICE, OTHER))
    assert told.counts == {Outcome.PASSED: 1}
    assert "Advice (2)\n  trivial   access.guessing/alipay/key" in text
    assert "SOUND: nothing failed, 2 pieces of advice · shop · level 3 · 1 passed\n" in text
    assert "0/1, 1 advice" in text
    assert "Findings" not in text
    assert ", 1 piece of advice ·" in scoreboard([PASSED, ADVICE], None, target="shop")


def test_the_gate_stays_open_unless_it_is_asked_for_the_least() -> None:
    usual, strict = (
        matter(PASSED, ADVICE, before=(PASSED, replace(ADVICE, outcome=Outcome.PASSED))),
        matter(PASSED, ADVICE, severity="trivial"),
    )

    assert code_of(usual, judge(usual)) == 0
    assert code_of(strict, judge(strict)) == 1
    text = summary(usual, judge(usual), 0)
    assert "the gate is open, 1 piece of advice\n" in text
    assert "### Advice (1)" in text
    assert "### Findings" not in text


def test_other_tools_are_told_that_it_is_advice(tmp_path: Path) -> None:
    write_junit([PASSED, ADVICE], tmp_path / "junit.xml", target="shop")
    root = Xml.parse(tmp_path / "junit.xml").getroot()

    assert root.get("failures") == "0"
    assert [one.get("type") for one in root.iter("skipped")] == ["advice"]
    assert terminal_words(Outcome.FAILED, severity="trivial") == ("advice", "a", "ADVICE")
    assert terminal_words(Outcome.PASSED, severity="trivial")[1] == "."


def test_the_page_shows_it_in_a_part_of_its_own() -> None:
    html = page([PASSED, ADVICE], None, target="shop", environment={})

    assert '<section class="verdict sound">' in html
    assert "Worth a thought" in html
    assert "access.guessing" in html
