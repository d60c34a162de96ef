"""The end of a load run: the journal is read, the books are closed, the reports are written."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fixtures.session import Session, bench_of, secrets_of
from load import books, report
from load.journal import read_journal
from load.stand import told
from reports.books import results_of
from reports.finish import finish
from reports.masking import Mask
from reports.results import exit_code


def conclude(session: Session, journal: Path, out: Path, *, append: bool = False, interrupted: bool = False) -> int:
    """Closes the books of a run, writes every report into `out`, prints the scoreboard and returns the exit code.

    With `append` the results join those of an earlier run in the same folder instead of replacing them.
    """
    record = read_journal(journal)
    bench = bench_of(session)
    closing = books.close(bench, record, session.began)
    results = report.rows(bench, record, closing)
    environment = session.environment(bench.target.level) | {"load": report.pace(record.plan)}
    earlier = report.earlier(out) if append else None
    text = finish(
        results if earlier is None else report.joined(earlier, results),
        closing.audit if earlier is None else report.joined_books(earlier, closing.audit),
        out=out,
        environment=environment if earlier is None else {**earlier.environment, **environment},
        mask=Mask(secrets_of(bench, session)),
        target=session.name,
    )
    print(text, end="")
    return exit_code([*results, *results_of(closing.audit, bench.target.level)], interrupted=interrupted)


def main() -> int:
    """Concludes a run that Locust was started for by hand."""
    parser = argparse.ArgumentParser(prog="python -m load.closing", description=__doc__)
    parser.add_argument("--session", type=Path, required=True, metavar="FILE")
    parser.add_argument("--journal", type=Path, required=True, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--append", action="store_true")
    options = parser.parse_args()
    return conclude(told(options.session), options.journal, options.out, append=options.append)


if __name__ == "__main__":
    sys.exit(main())
