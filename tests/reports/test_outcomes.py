"""Each outcome has its word everywhere, and what is not settled is visible as such in each of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from fixtures.model import Outcome
from reports.allure import write_allure
from reports.junit import write_junit
from reports.outcomes import ELSEWHERE, SARIF_LEVELS, SPOILT, WORST_FIRST, terminal_words
from reports.page import page
from reports.results import SEVERITIES, Acceptance, Result, exit_code
from reports.sarif import sarif
from reports.scoreboard import scoreboard
from reports.verdict import summarise
from reports.words import WORDS
from tests.reports.examples import ERROR, FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED

ONE_OF_EACH = {result.outcome: result for result in (PASSED, FAILED, INCONCLUSIVE, ERROR, NOT_APPLICABLE)}
UNSETTLED = (Outcome.INCONCLUSIVE, Outcome.ERROR)
KNOWN = replace(FAILED, known=Acceptance("the shop moves in May", "payments", "2027-05-31"))


def test_every_outcome_is_mapped() -> None:
    assert set(ELSEWHERE) == set(WORST_FIRST) == set(Outcome)
    assert {outcome for outcome in Outcome if ELSEWHERE[outcome].flaw} == SPOILT
    assert set(SARIF_LEVELS) == set(SEVERITIES)


@pytest.mark.parametrize("outcome", Outcome)
def test_the_exit_code_of_each(outcome: Outcome) -> None:
    assert exit_code([ONE_OF_EACH[outcome]]) == ELSEWHERE[outcome].code


@pytest.mark.parametrize("outcome", UNSETTLED)
def test_what_is_not_settled_is_never_green(outcome: Outcome, tmp_path: Path) -> None:
    result = ONE_OF_EACH[outcome]
    results = [PASSED, result]

    assert exit_code(results) == 3
    assert summarise(results).kind == "inconclusive"
    assert ELSEWHERE[outcome].flaw in scoreboard(results, None, target="shop")
    assert f'class="{outcome.value}"' in page(results, None, target="shop", environment={})
    assert _allure(result, tmp_path)["status"] == "broken"
    assert _junit(result, tmp_path) == ("error", outcome.value)


def test_the_two_kinds_of_unsettled_differ_everywhere(tmp_path: Path) -> None:
    one, other = (ONE_OF_EACH[outcome] for outcome in UNSETTLED)

    assert terminal_words(one.outcome) != terminal_words(other.outcome)
    assert ELSEWHERE[one.outcome].colour != ELSEWHERE[other.outcome].colour
    assert _junit(one, tmp_path)[1] != _junit(other, tmp_path)[1]
    messages = [_allure(result, tmp_path)["statusDetails"]["message"].partition(":")[0] for result in (one, other)]
    assert messages == ["Inconclusive", "Error of ours"]


@pytest.mark.parametrize("outcome", Outcome)
def test_each_report_uses_the_mapping(outcome: Outcome, tmp_path: Path) -> None:
    result, names = ONE_OF_EACH[outcome], ELSEWHERE[outcome]

    assert _allure(result, tmp_path)["status"] == names.allure
    assert (_junit(result, tmp_path) or (None,))[0] == names.junit
    assert WORDS[f"outcome.{outcome.value}"].en == names.word
    assert f"1 {names.word}" in scoreboard([result], None, target="shop")
    assert f"\x1b[{names.colour}m" in scoreboard([result], None, target="shop", colour=True)


@pytest.mark.parametrize("outcome", Outcome)
def test_sarif_tells_results_from_errors_of_ours(outcome: Outcome) -> None:
    run = sarif([ONE_OF_EACH[outcome]], target="shop", code=0)["runs"][0]

    kinds = [result["kind"] for result in run["results"]]
    assert kinds == [kind for kind in (ELSEWHERE[outcome].sarif,) if kind and outcome in SPOILT]
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == (outcome is Outcome.ERROR)


def test_pytest_shows_each_by_its_own_letter() -> None:
    letters = {terminal_words(outcome)[1] for outcome in Outcome} | {terminal_words(Outcome.FAILED, known=True)[1]}

    assert len(letters) == len(Outcome) + 1


def test_a_known_failure_is_shown_as_such_and_turns_nothing_red(tmp_path: Path) -> None:
    results = [PASSED, KNOWN]

    assert exit_code(results) == 0
    assert summarise(results).kind == "accepted"
    allure = _allure(KNOWN, tmp_path)
    assert (allure["status"], allure["statusDetails"]["known"]) == ("failed", True)
    assert _junit(KNOWN, tmp_path) == ("skipped", "known")
    for told in (
        scoreboard(results, None, target="shop"),
        page(results, None, target="shop", environment={}),
        (tmp_path / "junit.xml").read_text(encoding="utf-8"),
    ):
        assert all(text in told for text in ("the shop moves in May", "payments", "2027-05-31"))


def test_a_known_failure_alone_proves_nothing() -> None:
    assert exit_code([KNOWN]) == 5


def _allure(result: Result, folder: Path) -> dict[str, Any]:
    write_allure([result], folder / "allure", target="shop", environment={})
    (file,) = (folder / "allure").glob("*-result.json")
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document


def _junit(result: Result, folder: Path) -> tuple[str, ...]:
    write_junit([result], folder / "junit.xml", target="shop")
    case = Xml.parse(folder / "junit.xml").getroot().find("testsuite/testcase")
    told = [child for child in case or () if child.tag in {"failure", "error", "skipped"}]
    return (told[0].tag, told[0].attrib["type"]) if told else ()
