"""Failures that a team knows and accepts for a while: known.toml, matched against the results of a run.

An entry that no longer fits is red: its failure has gone (unexpected pass), its date is over, or it matches nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from fixtures.model import Outcome
from reports.masking import Mask
from reports.results import Acceptance, Result
from reports.strict import Table, document, validated

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
GROUP = "known"
REQUIREMENT = "Every failure accepted in known.toml still happens, and its date is to come."
EXAMPLE = "a file of [[known]] tables: topic, wallet, message, reason, owner, until"


class Entry(Table):
    """One accepted failure of a topic with a wallet ("-" where there is none), in all its modes.

    `message` is a fragment of what the failure says; `until` is the last day on which it is accepted.
    """

    topic: Text
    wallet: Text
    message: Text
    reason: Text
    owner: Text
    until: date

    @property
    def name(self) -> str:
        """What it is about, as a reader would look for it."""
        return f"{self.topic}/{self.wallet}"

    @property
    def loads(self) -> bool:
        """Whether it is about a load, which is no part of the suites: they cannot say that it is unused."""
        return self.topic.partition(".")[0] == "load"

    def concerns(self, result: Result) -> bool:
        """Whether the result is of this topic and wallet."""
        return (result.topic, result.wallet) == (self.topic, self.wallet)

    def matches(self, result: Result) -> bool:
        """Whether the result is the accepted failure."""
        return self.concerns(result) and result.outcome is Outcome.FAILED and self.message in result.message


class _File(Table):
    known: Annotated[tuple[Entry, ...], Field(strict=False)] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """The accepted failures of a run. `whole` is False where the run was asked for a part of the checks only: an entry
    of what it left out is then not held against it."""

    entries: tuple[Entry, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Lapse:
    """An entry that does not fit any more, and what to do about it."""

    entry: Entry
    kind: Literal["expired", "unexpected pass", "unused"]
    told: str


def read_known(path: Path) -> tuple[Entry, ...]:
    """The entries of a known.toml. Raises ConfigurationError with every mistake."""
    plain, text = document(path, EXAMPLE)
    return validated(plain, _File, path, text).known


def masked(known: Known | None, mask: Mask) -> Known | None:
    """The same as it may be shown, and as it meets masked results."""
    if known is None:
        return None
    texts = ("message", "reason", "owner")
    entries = (entry.model_copy(update={n: mask.text(getattr(entry, n)) for n in texts}) for entry in known.entries)
    return replace(known, entries=tuple(entries))


def joined(before: Known | None, after: Known | None) -> Known | None:
    """What two runs that became one were given."""
    if before is None or after is None:
        return before or after
    return replace(before, entries=tuple(dict.fromkeys((*before.entries, *after.entries))))


def accepted(results: Iterable[Result], known: Known | None, today: date | None = None) -> list[Result]:
    """The results, accepted failures marked as such. Expects masked results."""
    valid = [entry for entry in known.entries if entry.until >= (today or _today())] if known else []
    return [_marked(result, valid) for result in results]


def lapses(results: Sequence[Result], known: Known | None, today: date | None = None) -> Iterator[Lapse]:
    """The entries that are expired, passed unexpectedly, or match nothing."""
    for entry in known.entries if known else ():
        seen = [result for result in results if entry.concerns(result)]
        if entry.until < (today or _today()):
            yield Lapse(entry, "expired", f"accepted until {entry.until}: mend it, or have {entry.owner} decide anew")
        elif any(map(entry.matches, seen)):
            continue
        elif seen and all(result.outcome is Outcome.PASSED for result in seen):
            yield Lapse(entry, "unexpected pass", "it passes now: take the entry out of known.toml")
        elif seen or (known and known.whole and not entry.loads):
            why = "it does not fail like this any more" if seen else "nothing of this topic and wallet ran"
            yield Lapse(entry, "unused", f"{why}: mend the entry or take it out (message: {entry.message!r})")


def with_lapses(results: Sequence[Result], known: Known | None, today: date | None = None) -> list[Result]:
    """The results with accepted failures marked, and a failed one of topic known.TOPIC for each entry that lapsed."""
    told: dict[tuple[str, str], list[str]] = {}
    for lapse in lapses(results, known, today):
        told.setdefault((lapse.entry.topic, lapse.entry.wallet), []).append(f"{lapse.kind}: {lapse.told}")
    level = max((result.level for result in results), default=0)
    red = [
        Result(
            topic=f"{GROUP}.{topic}",
            wallet=wallet,
            mode="-",
            outcome=Outcome.FAILED,
            severity="normal",
            level=level,
            seconds=0.0,
            message="; ".join(lines),
            title=REQUIREMENT,
        )
        for (topic, wallet), lines in told.items()
    ]
    return [*accepted(results, known, today), *red]


def _marked(result: Result, entries: Sequence[Entry]) -> Result:
    entry = next((entry for entry in entries if entry.matches(result)), None)
    known = Acceptance(entry.reason, entry.owner, entry.until.isoformat()) if entry else None
    return replace(result, known=known)


def _today() -> date:
    return datetime.now(UTC).date()
