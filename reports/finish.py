"""The end of a run: everything written, the terminal's text returned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from fixtures.model import Outcome
from reports.books import Books, masked, results_of
from reports.masking import Mask
from reports.results import Result, write_results
from reports.run import Run, write_run
from reports.scoreboard import colourful, scoreboard


def finish(
    results: Iterable[Result],
    audit: Books | None,
    *,
    out: Path,
    environment: Mapping[str, str],
    mask: Mask,
    target: str,
) -> str:
    """Writes results.json, run.json, report.html and allure-results/ into `out`; returns the terminal's scoreboard.

    `environment` is what a reader needs to judge the run (versions, seed, level …), in the order to show. The audit's
    clauses are written as results of topic audit.NAME; `audit` is None where there was none. Everything is
    masked first, and the exchanges of passed checks are dropped: nobody reads them.
    """
    checks = [mask.result(_lean(result)) for result in results]
    run = Run(mask.text(target), mask.mapping(environment), tuple(checks), masked(audit, mask))
    write_run(run, out / "run.json")
    return write_reports(run, out)


def write_reports(run: Run, out: Path) -> str:
    """Writes every report of a masked run into `out` and returns the scoreboard."""
    # Imported here because the start of a run must not wait for templates.
    from reports.allure import write_allure
    from reports.page import write_page

    level = max((result.level for result in run.results), default=0)
    every = [*run.results, *results_of(run.books, level)]
    write_results(every, out / "results.json")
    write_allure(every, out / "allure-results", target=run.target, environment=run.environment)
    page = write_page(every, run.books, out / "report.html", target=run.target, environment=run.environment)
    return scoreboard(every, run.books, target=run.target, page=page, colour=colourful())


def _lean(result: Result) -> Result:
    return replace(result, exchanges=()) if result.outcome is Outcome.PASSED else result
