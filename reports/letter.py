"""A result as a letter to a tired engineer: requirement, expected and observed, who says so, what it costs, how to see
it again. Expects a masked result."""

from __future__ import annotations

from fixtures.model import Outcome
from reports.exchanges import transcript
from reports.remedies import remedy
from reports.results import Result
from reports.timeline import timeline


def letter(result: Result, *, exchanges: bool = True) -> str:
    """The letter as plain text; parts that are unknown are left out."""
    said = f"{result.citation_url} (read {result.citation_read})" if result.citation_read else result.citation_url
    advice = remedy(result.topic)
    rows = [
        ("Expected", result.expected),
        ("Because", "" if result.message == result.observed else result.message),
        ("Observed", result.observed),
        ("Missing", result.capability),
        ("Known", str(result.known or "")),
        ("Who says so", said),
        ("What it costs", result.cost),
        ("Remedy", advice.en if advice and result.outcome is Outcome.FAILED else ""),
        ("Again", result.replay),
        ("Seed", "" if result.seed is None else str(result.seed)),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [result.title or result.topic, ""]
    lines += [f"{name:<{width}}  {_indented(text, width + 2)}" for name, text in rows if text]
    if exchanges and result.exchanges and result.outcome is not Outcome.PASSED:
        lines += ["", transcript(result.exchanges).rstrip()]
    return "\n".join(lines)


def happened(result: Result) -> str:
    """What a terminal adds to a failure: the timeline, and the command that plays it again."""
    return "\n".join(filter(None, [timeline(result.exchanges), result.replay and f"Again: {result.replay}"]))


def _indented(text: str, width: int) -> str:
    return text.rstrip().replace("\n", "\n" + " " * width)
