"""The end of a run: everything written, the terminal's text returned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from fixtures.model import Outcome
from reports.about import About
from reports.about import masked as masked_about
from reports.books import Books, masked, results_of
from reports.known import Known, joined, with_lapses
from reports.known import masked as masked_known
from reports.load import ShownLoad
from reports.load import masked as masked_load
from reports.masking import Mask
from reports.results import Result, write_results
from reports.run import DECLARED, Run, read_run, write_run
from reports.scoreboard import colourful, scoreboard


def finish(
    results: Iterable[Result],
    audit: Books | None,
    *,
    out: Path,
    environment: Mapping[str, str],
    mask: Mask,
    target: str,
    load: ShownLoad | None = None,
    known: Known | None = None,
    absent: Iterable[str] | None = None,
    about: About | None = None,
) -> str:
    """Writes results.json, junit.xml, run.json, report.html, evidence/ and allure-results/; returns the scoreboard.

    `environment` is what a reader needs to judge the run (versions, seed, level …), in the order to show. The audit's
    clauses are written as results of topic audit.NAME; `audit` is None where there was none, and so is `load`.
    `known` are the accepted failures, `absent` the identities of checks that were to run and did not; whoever joins an
    earlier run of the folder keeps what that run was given. `about` says
    how the target was described and what no check looks at.
    Everything is masked first, and the exchanges of passed checks are dropped: nobody reads them.
    """
    if absent is None and DECLARED in environment:  # a load that joins the suites' run of this folder
        before = read_run(out / "run.json")
        known, absent = joined(before.known, known), before.absent
    checks = [mask.result(_lean(result)) for result in results]
    run = Run(mask.text(target), mask.mapping(environment), tuple(checks), masked(audit, mask), masked_load(load, mask))
    run = replace(run, known=masked_known(known, mask), absent=tuple(sorted(absent or ())))
    run = replace(run, about=masked_about(about, mask))
    write_run(run, out / "run.json")
    return write_reports(run, out)


def write_reports(run: Run, out: Path) -> str:
    """Writes every report of a masked run into `out` and returns the scoreboard."""
    # Imported here because the start of a run must not wait for templates.
    from reports.allure import write_allure
    from reports.har import write_evidence
    from reports.junit import write_junit
    from reports.page import write_page

    every = everything(run)
    write_results(every, out / "results.json")
    write_evidence(every, out)
    write_junit(every, out / "junit.xml", target=run.target)
    plots = run.load.plots if run.load else ()
    write_allure(every, out / "allure-results", target=run.target, environment=run.environment, plots=plots)
    page = write_page(
        every,
        run.books,
        out / "report.html",
        target=run.target,
        environment=run.environment,
        load=run.load,
        about=run.about,
    )
    return scoreboard(every, run.books, target=run.target, page=page, colour=colourful(), load=run.load)


def everything(run: Run) -> list[Result]:
    """The results, the clauses of the audit, and what known.toml says of both."""
    return with_lapses(results_with_books(run), run.known)


def results_with_books(run: Run) -> list[Result]:
    """The results and the clauses of the audit."""
    level = max((result.level for result in run.results), default=0)
    return [*run.results, *results_of(run.books, level)]


def _lean(result: Result) -> Result:
    return replace(result, exchanges=()) if result.outcome is Outcome.PASSED else result
