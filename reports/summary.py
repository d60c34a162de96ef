"""The gate's verdict as Markdown, for a pull request: verdict first, then why, then everything else.

Whatever a target, a file or a message says stands in code spans: it is never markup, a link or a mention.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from fixtures.model import Outcome
from reports.diff import Difference
from reports.gate.case import Case
from reports.gate.judging import Matter, Ruling
from reports.lines import one_line
from reports.outcomes import (
    ELSEWHERE,
    FINDINGS,
    NOTHING_PROVEN,
    PASSED,
    UNSETTLED,
    UNSETTLED_OUTCOMES,
    WORST_FIRST,
)
from reports.page import safe_link
from reports.results import Result, by_severity
from reports.scoreboard import advised

VERDICTS = {
    PASSED: "✅ walletproof: the gate is open",
    FINDINGS: "❌ walletproof: the gate is closed",
    UNSETTLED: "⚠️ walletproof: not settled",
    NOTHING_PROVEN: "⚠️ walletproof: nothing proven",
}
SHOWN = 30  # rows of a table; a comment on a pull request has its limits


def summary(matter: Matter, rulings: Sequence[Ruling], code: int) -> str:
    """The whole text."""
    results = matter.case.results
    red = [one for one in results if one.outcome is Outcome.FAILED and not (one.known or one.advice)]
    unsettled = [result for result in results if result.outcome in UNSETTLED_OUTCOMES]
    known = [result for result in results if result.known]
    parts = [
        _head(matter.case, code),
        _broken(rulings),
        _board(results),
        _findings("Findings, the costliest first", red),
        _findings("Not settled", unsettled),
        _findings("Advice", [result for result in results if result.advice]),
        _findings("Known and accepted", known),
        _difference(matter.difference),
        _rules(rulings),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def code_span(text: str, longest: int = 200) -> str:
    """The text in a code span that it cannot leave, usable in a table, too."""
    line = one_line(text, longest).replace("|", "│")  # a bar would end the cell, and its escape shows elsewhere
    if not line:
        return ""
    fence = "`" * (max(map(len, re.findall(r"`+", line)), default=0) + 1)
    return f"{fence} {line} {fence}" if "`" in line else f"`{line}`"


def _head(case: Case, code: int) -> str:
    told = [result for result in case.results if not (result.known or result.advice)]
    counts = Counter(result.outcome for result in told if result.area != "audit")
    known = sum(result.known is not None for result in case.results)
    counted = [f"{counts[outcome]} {ELSEWHERE[outcome].word}" for outcome in Outcome if counts[outcome]]
    level = max((result.level for result in case.results), default=0)
    counted += [f"{known} known"] if known else []
    line = ", ".join(counted) or "no checks"
    advice = advised(sum(result.advice for result in case.results))
    return f"## {VERDICTS[code]}{advice}\n\n{code_span(case.target or str(case.folder.name))} · level {level} · {line}"


def _broken(rulings: Iterable[Ruling]) -> str:
    lines = [f"- **{r.rule.name}**: {_subjects(r)} {r.rule.remedy}" for r in rulings if r.subjects]
    return "\n".join(["### Broken rules", "", *lines]) if lines else ""


def _subjects(ruling: Ruling) -> str:
    shown = ruling.subjects[:3]
    more = f", and {len(ruling.subjects) - len(shown)} more" if len(ruling.subjects) > len(shown) else ""
    return ", ".join(map(code_span, shown)) + more + "."


def _board(results: Sequence[Result]) -> str:
    judged = [result for result in results if result.area != "audit"]
    areas = sorted({result.area for result in judged})
    wallets = sorted({result.wallet for result in judged}, key=lambda wallet: (wallet == "-", wallet))
    rows = [
        [code_span(wallet), *(_cell([r for r in judged if (r.wallet, r.area) == (wallet, area)]) for area in areas)]
        for wallet in wallets
    ]
    return "\n".join(["### Wallets and areas", "", *_table(["wallet", *areas], rows)]) if rows else ""


def _cell(results: Sequence[Result]) -> str:
    """Passed of judged, then what keeps it from being green."""
    counts = Counter(_kept_apart(result) or result.outcome.value for result in results)
    judged = counts.total() - counts[Outcome.NOT_APPLICABLE.value]
    if not judged:
        return "n/a" if results else ""
    flaws = [f"{counts[o.value]} {ELSEWHERE[o].flaw}" for o in WORST_FIRST if ELSEWHERE[o].flaw and counts[o.value]]
    apart = [f"{counts[name]} {name}" for name in ("known", "advice") if counts[name]]
    return ", ".join([f"{counts[Outcome.PASSED.value]}/{judged}", *flaws, *apart])


def _kept_apart(result: Result) -> str:
    return "known" if result.known else "advice" if result.advice else ""


def _findings(heading: str, results: Sequence[Result]) -> str:
    if not results:
        return ""
    ordered = sorted(results, key=by_severity)
    rows = [[r.severity, code_span(r.identity), _why(r), code_span(r.cost), _page(r)] for r in ordered[:SHOWN]]
    lines = _table(["severity", "check", "what was seen", "what it costs", "who says so"], rows)
    more = [f"and {len(results) - SHOWN} more in the report"] if len(results) > SHOWN else []
    return "\n".join([f"### {heading} ({len(results)})", "", *lines, *(["", *more] if more else [])])


def _why(result: Result) -> str:
    told = code_span(result.message or result.title)
    return f"{told} {code_span(str(result.known))}" if result.known else told


def _page(result: Result) -> str:
    """A link that cannot leave its brackets."""
    url = safe_link(result.citation_url)
    return f"[documentation]({quote(url, safe=':/?#@!$&*+,;=%~-._')})" if url else ""


def _difference(difference: Difference | None) -> str:
    if difference is None:
        return ""
    lines = ["### Since the baseline", ""]
    for heading, changes in difference.sections:
        lines += [f"- {heading}: {code_span(str(change))}" for change in changes[:SHOWN]]
        if len(changes) > SHOWN:
            lines.append(f"- {heading}: {len(changes) - SHOWN} more")
    rest = ", ".join(f"{number} {name}" for name, number in sorted(difference.rest.items()))
    return "\n".join([*lines, f"- The rest: {rest or 'nothing'}"])


def _rules(rulings: Iterable[Ruling]) -> str:
    rows = [[r.rule.name, r.rule.requirement, _state(r)] for r in rulings]
    table = "\n".join(_table(["rule", "what must hold", ""], rows))
    return f"<details><summary>All rules</summary>\n\n{table}\n\n</details>"


def _state(ruling: Ruling) -> str:
    if ruling.subjects:
        return f"broken ({len(ruling.subjects)})"
    if ruling.idle:
        return f"not judged: {code_span(ruling.idle)}"
    return f"kept; {code_span(ruling.warning)}" if ruling.warning else "kept"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _row(head)
    yield _row(["---"] * len(head))
    yield from map(_row, rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
