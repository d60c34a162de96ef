"""What each outcome is called elsewhere: pytest, Allure, JUnit, SARIF, exit codes, colours. Mapped here and only here.

outcome           pytest            Allure    JUnit     SARIF                        exit code
passed            .                 passed    (none)    pass                         0
failed            F                 failed    failure   fail, level by severity      1
failed, accepted  k                 failed    skipped   fail, suppressed             0
failed, advice    a                 failed    skipped   fail, note                   0
inconclusive      ?                 broken    error     open                         3
error of ours     E                 broken    error     a notification of the run    3
not applicable    -                 skipped   skipped   notApplicable                proves nothing
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fixtures.model import Outcome, Severity

PASSED, FINDINGS, INTERRUPTED, UNSETTLED, WRONG_CONFIGURATION, NOTHING_PROVEN = range(6)
"""The exit codes of pytest, load and gate alike."""


@dataclass(frozen=True, slots=True)
class Names:
    """One outcome in every other tool's words.

    `mark` is its letter in pytest's progress, `allure` a status, `junit` an element (None: none), `sarif` a result's
    kind (None: it is no result, but a notification of the run), `code` the exit code that it alone would give,
    `colour` an ANSI code, and `flaw` its word in a scoreboard's cell, empty where it is no flaw.
    """

    word: str
    mark: str
    allure: str
    junit: str | None
    sarif: str | None
    code: int
    colour: str
    flaw: str = ""


ELSEWHERE: Mapping[Outcome, Names] = MappingProxyType(
    {
        Outcome.PASSED: Names("passed", ".", "passed", None, "pass", PASSED, "32"),
        Outcome.FAILED: Names("failed", "F", "failed", "failure", "fail", FINDINGS, "31;1", "failed"),
        Outcome.INCONCLUSIVE: Names("inconclusive", "?", "broken", "error", "open", UNSETTLED, "33", "inconclusive"),
        Outcome.NOT_APPLICABLE: Names(
            "not applicable", "-", "skipped", "skipped", "notApplicable", NOTHING_PROVEN, "2"
        ),
        Outcome.ERROR: Names("error of ours", "E", "broken", "error", None, UNSETTLED, "35", "error"),
    }
)

WORST_FIRST = (Outcome.FAILED, Outcome.ERROR, Outcome.INCONCLUSIVE, Outcome.PASSED, Outcome.NOT_APPLICABLE)
"""What decides a cell's colour: the first of these that occurs in it."""

ADVICE: Severity = "trivial"
"""The severity of a check whose failure is advice: told apart from the findings, it turns nothing red by itself."""

SPOILT = frozenset({Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.ERROR})
"""The outcomes that somebody will want to look into."""

UNSETTLED_OUTCOMES = frozenset(outcome for outcome, names in ELSEWHERE.items() if names.code == UNSETTLED)
"""Neither shown nor refuted: never green, whatever a rule or a file says."""

SARIF_LEVELS: Mapping[Severity, str] = MappingProxyType(
    {"blocker": "error", "critical": "error", "normal": "warning", "minor": "note", "trivial": "note"}
)
"""The level of a failed result; that of every other kind is "none" (SARIF 2.1.0, 3.27.10)."""


def terminal_words(outcome: Outcome, *, known: bool = False, severity: str = "") -> tuple[str, str, str]:
    """Category, letter and word, as `pytest_report_teststatus` wants them. `known` is an accepted failure."""
    names = ELSEWHERE[outcome]
    if known:
        return "known", "k", "KNOWN"
    advice = outcome is Outcome.FAILED and severity == ADVICE
    return ("advice", "a", "ADVICE") if advice else (names.word, names.mark, names.word.upper())
