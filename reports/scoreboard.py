"""The end of a run in the terminal: wallet × area, findings by their first lines, books, verdict, where the page is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from fixtures.model import Outcome
from reports.books import OUTCOMES, Books
from reports.results import Result
from reports.verdict import Cell, Summary, summarise

VERDICTS = {
    "sound": "SOUND: nothing failed",
    "findings": "FINDINGS",
    "inconclusive": "INCONCLUSIVE: nothing failed, not everything could be judged",
    "nothing": "NOTHING PROVEN: no check passed",
}
_COLOURS = {
    Outcome.PASSED: "32",
    Outcome.FAILED: "31;1",
    Outcome.INCONCLUSIVE: "33",
    Outcome.ERROR: "35",
    Outcome.NOT_APPLICABLE: "2",
}
_MARKS = {Outcome.FAILED: "failed", Outcome.ERROR: "error", Outcome.INCONCLUSIVE: "inconclusive"}
SHOWN = 20  # findings in the terminal; the page has them all


def colourful(stream: TextIO | None = None) -> bool:
    """Colour only on a terminal, and never where NO_COLOR is set (https://no-color.org)."""
    return not os.environ.get("NO_COLOR") and (stream or sys.stdout).isatty()


def scoreboard(
    results: Sequence[Result], audit: Books | None, *, target: str, page: Path | None = None, colour: bool = False
) -> str:
    """The whole text. Expects masked results, those of the audit's clauses among them."""
    summary = summarise(results)
    parts = [
        "\n".join(_table(summary, colour)),
        "\n".join(_findings("Findings", summary.findings, colour)),
        "\n".join(_findings("Not settled", summary.unsettled, colour)),
        "\n".join(_books(audit, colour)),
        _verdict(summary, target, colour) + (f"\nReport: {page}" if page else ""),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _verdict(summary: Summary, target: str, colour: bool) -> str:
    counts = ", ".join(
        f"{summary.counts[outcome]} {outcome.value.replace('_', ' ')}" for outcome in Outcome if summary.counts[outcome]
    )
    books = f", {summary.broken} broken in the books" if summary.broken else ""
    outcome = {"sound": Outcome.PASSED, "findings": Outcome.FAILED}.get(summary.kind, Outcome.INCONCLUSIVE)
    head = _paint(VERDICTS[summary.kind], outcome, colour)
    return f"{head} · {target} · level {summary.level} · {counts or 'no checks'}{books}"


def _table(summary: Summary, colour: bool) -> list[str]:
    board = summary.board
    if not board.wallets:
        return []
    rows = [[_cell(board.cell(wallet, group)) for wallet in board.wallets] for group in board.groups]
    first = max(len(name) for name in ("area", *board.groups))
    widths = [max(len(wallet), *(len(row[n]) for row in rows)) for n, wallet in enumerate(board.wallets)]
    lines = ["  ".join(["area".ljust(first), *(w.rjust(n) for w, n in zip(board.wallets, widths, strict=True))])]
    for group, row in zip(board.groups, rows, strict=True):
        cells = (
            _paint(text.rjust(width), board.cell(wallet, group).worst, colour)
            for wallet, text, width in zip(board.wallets, row, widths, strict=True)
        )
        lines.append("  ".join([group.ljust(first), *cells]).rstrip())
    return lines


def _cell(cell: Cell) -> str:
    """Passed of judged, then what keeps it from being green; n/a where no check applied, empty where none ran."""
    if cell.worst is None:
        return ""
    if not cell.judged:
        return "n/a"
    flaws = [f"{cell.counts[outcome]} {word}" for outcome, word in _MARKS.items() if cell.counts[outcome]]
    return ", ".join([f"{cell.counts[Outcome.PASSED]}/{cell.judged}", *flaws])


def _findings(heading: str, results: Sequence[Result], colour: bool) -> Iterable[str]:
    if not results:
        return
    yield f"{heading} ({len(results)})"
    width = max(len(result.identity) for result in results[:SHOWN])
    for result in results[:SHOWN]:
        first = (result.message or result.title).strip().partition("\n")[0]
        severity = _paint(f"{result.severity:<8}", result.outcome, colour)
        yield f"  {severity}  {result.identity:<{width}}  {first}"
    if len(results) > SHOWN:
        yield f"  and {len(results) - SHOWN} more in the report"


def _books(audit: Books | None, colour: bool) -> Iterable[str]:
    if audit is None or not audit.clauses:
        return
    yield "Books"
    width = max(len(clause.name) for clause in audit.clauses)
    for clause in audit.clauses:
        yield f"  {clause.name:<{width}}  {_paint(clause.summary, OUTCOMES[clause.verdict], colour)}"
        yield from (f"  {'':<{width}}    {line}" for line in clause.evidence)


def _paint(text: str, outcome: Outcome | None, colour: bool) -> str:
    return f"\x1b[{_COLOURS[outcome]}m{text}\x1b[0m" if colour and outcome else text
