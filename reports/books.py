"""The audit as the reports see it, and its clauses as results.

Structural, so that reports depend on the model alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from fixtures.model import Outcome
from reports.masking import Mask
from reports.results import Result

OUTCOMES = {
    "proved": Outcome.PASSED,
    "sampled": Outcome.PASSED,
    "broken": Outcome.FAILED,
    "not observable at this level": Outcome.NOT_APPLICABLE,
}


class Clause(Protocol):
    """One clause: `verdict` is a key of OUTCOMES, `judged` of `concerned` could be judged, `count` of them break it."""

    @property
    def name(self) -> str: ...
    @property
    def requirement(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def judged(self) -> int: ...
    @property
    def concerned(self) -> int: ...
    @property
    def count(self) -> int: ...
    @property
    def summary(self) -> str: ...
    @property
    def evidence(self) -> Sequence[str]: ...


class Books(Protocol):
    """An audit: its clauses in a fixed order."""

    @property
    def clauses(self) -> Sequence[Clause]: ...


def results_of(audit: Books | None, level: int) -> list[Result]:
    """Each clause as a result of topic audit.NAME, for results.json, Allure and the exit code."""
    return [_result(clause, level) for clause in audit.clauses] if audit else []


def _result(clause: Clause, level: int) -> Result:
    outcome = OUTCOMES[clause.verdict]
    evidence = "\n".join(clause.evidence)
    return Result(
        topic=f"audit.{clause.name}",
        wallet="-",
        mode="-",
        outcome=outcome,
        severity="blocker",
        level=level,
        seconds=0.0,
        message=f"{clause.summary}\n{evidence}".strip(),
        title=clause.requirement,
        capability=clause.summary if outcome is Outcome.NOT_APPLICABLE else "",
        expected=clause.requirement if outcome is Outcome.FAILED else "",
        observed=evidence if outcome is Outcome.FAILED else "",
    )


@dataclass(frozen=True, slots=True)
class ShownClause:
    """A clause as it may be shown."""

    name: str
    requirement: str
    verdict: str
    judged: int
    concerned: int
    count: int
    summary: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownBooks:
    """An audit as it may be shown."""

    clauses: tuple[ShownClause, ...]


def masked(audit: Books | None, mask: Mask) -> ShownBooks | None:
    """The audit with its evidence masked."""
    if audit is None:
        return None
    return ShownBooks(
        tuple(
            ShownClause(
                name=clause.name,
                requirement=clause.requirement,
                verdict=str(clause.verdict),
                judged=clause.judged,
                concerned=clause.concerned,
                count=clause.count,
                summary=mask.text(clause.summary),
                evidence=tuple(map(mask.text, clause.evidence)),
            )
            for clause in audit.clauses
        )
    )
