"""The end of a load run: the journal is read, the books are closed, the reports are written."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from fixtures.books import Audit, Clause, Verdict
from fixtures.session import Session, bench_of, secrets_of
from fixtures.telling import about
from load import books, report
from load.again import replayable
from load.joining import earlier, joined, joined_books
from load.journal import Record, read_journal
from load.shown import shown
from load.stand import accepted, told
from load.worst import Worst
from reports.books import masked, results_of
from reports.finish import finish
from reports.known import Known, with_lapses
from reports.known import masked as masked_known
from reports.masking import Mask
from reports.results import exit_code

ORPHANS = frozenset({"no-orphan-payment", "no-orphan-refund"})


def conclude(
    session: Session,
    journal: Path,
    out: Path,
    *,
    append: bool = False,
    interrupted: bool = False,
    known: Known | None = None,
) -> int:
    """Closes the books of a run, writes every report into `out`, prints the scoreboard and returns the exit code.

    With `append` the results join those of an earlier run in the same folder instead of replacing them. `known` are the
    accepted failures.
    """
    record = read_journal(journal)
    bench = bench_of(session)
    closing = books.close(bench, record, session.began)
    closing = replace(closing, audit=judged(closing.audit, record))
    results = replayable(report.rows(bench, record, closing), record, session, out)
    mask = Mask(secrets_of(bench, session))
    environment = session.environment(bench.target.level) | {"load": report.pace(record.plan)}
    before = earlier(out) if append else None
    worst = Worst(record, lambda reference: bench.sandbox.history(order=reference))
    text = finish(
        results if before is None else joined(before, results),
        closing.audit if before is None else joined_books(before, closing.audit),
        out=out,
        environment=environment if before is None else {**before.environment, **environment},
        mask=mask,
        target=session.name,
        load=shown(record, worst),
        about=about(bench, session),
        known=known,
    )
    print(text, end="")
    shown_results = [*map(mask.result, results), *results_of(masked(closing.audit, mask), bench.target.level)]
    return exit_code(with_lapses(shown_results, masked_known(known, mask)), interrupted=interrupted)


def judged(audit: Audit, record: Record) -> Audit:
    """The audit, without what an engine that was lost makes unknowable: it took its last orders with it, so that their
    payments seem to belong to nobody."""
    if all(batch.over for batch in record.figures.engines.values()):
        return audit
    return replace(
        audit, clauses=tuple(_unknown(clause) if clause.name in ORPHANS else clause for clause in audit.clauses)
    )


def _unknown(clause: Clause) -> Clause:
    return Clause(clause.name, clause.requirement, Verdict.NOT_OBSERVABLE, 0, clause.concerned)


def main() -> int:
    """Concludes a run that Locust was started for by hand."""
    parser = argparse.ArgumentParser(prog="python -m load.closing", description=__doc__)
    parser.add_argument("--session", type=Path, required=True, metavar="FILE")
    parser.add_argument("--journal", type=Path, required=True, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--known", metavar="FILE")
    parser.add_argument("--append", action="store_true")
    parser.add_argument("--interrupted", action="store_true")
    options = parser.parse_args()
    given = {"append": options.append, "interrupted": options.interrupted, "known": accepted(options.known)}
    return conclude(told(options.session), options.journal, options.out, **given)


if __name__ == "__main__":
    sys.exit(main())
