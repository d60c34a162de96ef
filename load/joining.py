"""The results of a load run beside those of an earlier run in the same folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fixtures.books import Audit
from reports.books import ShownBooks, ShownClause, masked
from reports.masking import Mask
from reports.results import Result
from reports.run import Run, read_run

_WORST_LAST = ("not observable at this level", "proved", "sampled", "broken")


def earlier(out: Path) -> Run | None:
    """The run whose results stand in the folder; None without one. Raises ValueError for one that cannot be read."""
    file = out / "run.json"
    return read_run(file) if file.is_file() else None


def joined(run: Run, results: Iterable[Result]) -> list[Result]:
    """The earlier results with the new ones, which replace those of the same identity."""
    fresh = list(results)
    replaced = {result.identity for result in fresh}
    return [*(result for result in run.results if result.identity not in replaced), *fresh]


def joined_books(run: Run, audit: Audit) -> ShownBooks:
    """Each clause over both runs: the worse verdict stands, and both are told."""
    before = {clause.name: clause for clause in run.books.clauses} if run.books else {}
    shown = masked(audit, Mask(()))
    return ShownBooks(tuple(_both(before.get(clause.name), clause) for clause in (shown.clauses if shown else ())))


def _both(first: ShownClause | None, second: ShownClause) -> ShownClause:
    if first is None:
        return second
    return ShownClause(
        name=second.name,
        requirement=second.requirement,
        verdict=max(first.verdict, second.verdict, key=_WORST_LAST.index),
        judged=first.judged + second.judged,
        concerned=first.concerned + second.concerned,
        count=first.count + second.count,
        summary=f"{first.summary}; under load {second.summary}",
        evidence=(*first.evidence, *second.evidence),
    )
