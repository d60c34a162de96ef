"""The end of a run in the terminal: wallet × area, findings by their first lines, books, verdict, where the page is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from fixtures.model import Outcome
from reports.books import OUTCOMES, Books
from reports.load import ShownLoad, duration, share
from reports.outcomes import ELSEWHERE, WORST_FIRST
from reports.results import Result
from reports.verdict import Cell, Summary, summarise

VERDICTS = {
    "sound": "SOUND: nothing failed",
    "accepted": "ACCEPTED: nothing failed but what is known",
    "findings": "FINDINGS",
    "inconclusive": "INCONCLUSIVE: nothing failed, not everything could be judged",
    "nothing": "NOTHING PROVEN: no check passed",
}
SHOWN = 20  # findings in the terminal; the page has them all


def colourful(stream: TextIO | None = None) -> bool:
    """Colour only on a terminal, and never where NO_COLOR is set (https://no-color.org)."""
    return not os.environ.get("NO_COLOR") and (stream or sys.stdout).isatty()


def scoreboard(
    results: Sequence[Result],
    audit: Books | None,
    *,
    target: str,
    page: Path | None = None,
    colour: bool = False,
    load: ShownLoad | None = None,
) -> str:
    """The whole text. Expects masked results, those of the audit's clauses among them."""
    summary = summarise(results)
    parts = [
        "\n".join(_table(summary, colour)),
        "\n".join(_findings("Findings", summary.findings, colour)),
        "\n".join(_findings("Advice", summary.advice, colour)),
        "\n".join(_findings("Known and accepted", summary.accepted, colour)),
        "\n".join(_findings("Not settled", summary.unsettled, colour)),
        "\n".join(_load(load)),
        "\n".join(_books(audit, colour)),
        _verdict(summary, target, colour) + (f"\nReport: {page}" if page else ""),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _verdict(summary: Summary, target: str, colour: bool) -> str:
    counts = ", ".join(
        f"{summary.counts[outcome]} {ELSEWHERE[outcome].word}" for outcome in Outcome if summary.counts[outcome]
    )
    counts = ", ".join(filter(None, (counts, f"{len(summary.accepted)} known" if summary.accepted else "")))
    books = f", {summary.broken} broken in the books" if summary.broken else ""
    kinds = {"sound": Outcome.PASSED, "accepted": Outcome.PASSED, "findings": Outcome.FAILED}
    outcome = kinds.get(summary.kind, Outcome.INCONCLUSIVE)
    head = _paint(VERDICTS[summary.kind] + advised(len(summary.advice)), outcome, colour)
    nothing = "nothing else" if summary.advice else "no checks"
    return f"{head} · {target} · level {summary.level} · {counts or nothing}{books}"


def advised(pieces: int) -> str:
    """How many pieces of advice there are beside a verdict; nothing where there are none."""
    return f", {pieces} piece{'' if pieces == 1 else 's'} of advice" if pieces else ""


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
    flaws = [f"{cell.counts[o]} {ELSEWHERE[o].flaw}" for o in WORST_FIRST if ELSEWHERE[o].flaw and cell.counts[o]]
    flaws += [f"{cell.accepted} known"] if cell.accepted else []
    flaws += [f"{len(cell.advice)} advice"] if cell.advice else []
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
        if result.known:
            yield f"  {'':<8}  {'':<{width}}  {result.known}"
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


def _load(load: ShownLoad | None) -> Iterable[str]:
    """The stories with all wallets together, and the capacity where it was searched; the page has everything."""
    if load is None:
        return
    yield f"Load  {load.pace}"
    yield from (f"  {name}  {value}" for name, value in load.facts if name == "capacity")
    rows: list[tuple[str, ...]] = [("story", "samples", "went well", "p50", "p95", "p99", "p99.9", "longest")]
    for line in load.stories:
        if line.setup == "-":
            rows.append((line.metric, str(line.samples), share(line.share), *map(duration, line.percentiles)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows if len(rows) > 1 else []:
        cells = (text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True))
        yield "  ".join(["", row[0].ljust(widths[0]), *cells])


def _paint(text: str, outcome: Outcome | None, colour: bool) -> str:
    return f"\x1b[{ELSEWHERE[outcome].colour}m{text}\x1b[0m" if colour and outcome else text
