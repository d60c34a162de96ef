"""What happened, in order: who sent what to whom, when, how long it took, what came back. Expects masked exchanges."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fixtures.model import Exchange
from reports.load import duration

LONGEST_PATH, LONGEST_ANSWER = 60, 60  # characters shown
_HEAD = ("at", "after", "who → whom", "what", "took", "came back")


@dataclass(frozen=True, slots=True)
class Moment:
    """One exchange in a line; `times` equal ones in a row are one.

    `at` is seconds after the first exchange began, `gap` seconds since the one before began (None for the first),
    `seconds` the duration of the last of the equal ones. `well` says whether an answer below 400 came.
    """

    source: str
    destination: str
    operation: str
    came: str
    at: float
    gap: float | None
    seconds: float
    well: bool
    times: int = 1

    @property
    def kind(self) -> tuple[str, str, str, str]:
        """What makes two moments equal."""
        return self.source, self.destination, self.operation, self.came


def moments(exchanges: Sequence[Exchange]) -> list[Moment]:
    """The exchanges in the order in which they began; a look taken over and over is one with its count."""
    out: list[Moment] = []
    before: Exchange | None = None
    ordered = in_order(exchanges)
    for exchange in ordered:
        made = _moment(exchange, ordered[0], before)
        if out and out[-1].kind == made.kind:
            out[-1] = replace(out[-1], times=out[-1].times + 1, seconds=made.seconds)
        else:
            out.append(made)
        before = exchange
    return out


def in_order(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """By the time at which they began."""
    return sorted(exchanges, key=lambda exchange: (exchange.at, exchange.sequence))


def parties(told: Sequence[Moment]) -> list[str]:
    """Who takes part: buyers, the target, wallets, in this order."""
    names = dict.fromkeys(name for moment in told for name in (moment.source, moment.destination))
    return sorted(names, key=lambda name: 2 if name.startswith("wallet") else name == "target")


def outcome(exchange: Exchange) -> str:
    """What came back: the status and how the answer begins, or what went wrong; and what was noted, such as a fault."""
    answer, error, note = exchange.answer, _line(exchange.error or ""), _line(exchange.note or "")
    if answer is None:
        parts = [error or "no answer"]
    else:
        parts = [str(answer.status), _short(_line(answer.body.decode("utf-8", "replace")), LONGEST_ANSWER), error]
    return " ".join(filter(None, [*parts, note and f"({note})"]))


def timeline(exchanges: Sequence[Exchange]) -> str:
    """The moments as a table of text; empty if nothing happened."""
    if not exchanges:
        return ""
    rows = [_HEAD, *map(_row, moments(exchanges))]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(_aligned(row, widths) for row in rows)


def _moment(exchange: Exchange, first: Exchange, before: Exchange | None) -> Moment:
    return Moment(
        source=exchange.source,
        destination=exchange.destination,
        operation=_operation(exchange),
        came=outcome(exchange),
        at=exchange.at - first.at,
        gap=None if before is None else exchange.at - before.at,
        seconds=exchange.seconds,
        well=exchange.answer is not None and exchange.answer.status < 400 and not exchange.error,
    )


def _operation(exchange: Exchange) -> str:
    """The request line, behind the gateway's own word for it where one was understood."""
    path = re.sub(r"^https?://[^/]*", "", exchange.request.url) or "/"
    line = f"{exchange.request.method} {_short(_line(path), LONGEST_PATH)}"
    return f"{exchange.call.operation}: {line}" if exchange.call else line


def _line(text: str) -> str:
    """The text in one line; what a terminal would obey is replaced."""
    joined = " ".join(text.split())
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in joined)


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _row(moment: Moment) -> tuple[str, ...]:
    again = f" (× {moment.times})" if moment.times > 1 else ""
    return (
        f"+{moment.at:.3f} s",
        "" if moment.gap is None else duration(moment.gap),
        f"{moment.source} → {moment.destination}",
        moment.operation + again,
        duration(moment.seconds),
        moment.came,
    )


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    at, after, who, what, took, came = row
    return (
        f"{at:>{widths[0]}}  {after:>{widths[1]}}  {who:<{widths[2]}}  {what:<{widths[3]}}  {took:>{widths[4]}}  {came}"
    )
