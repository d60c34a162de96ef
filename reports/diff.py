"""`walletproof diff A B`: what has become of each check between two runs; what needs a look comes first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fixtures.commands import commanded
from fixtures.model import Outcome
from fixtures.target.problems import ConfigurationError
from reports.gate.case import read_case
from reports.lines import one_line
from reports.outcomes import ELSEWHERE, FINDINGS, PASSED, SPOILT, WORST_FIRST, WRONG_CONFIGURATION
from reports.results import Result, by_severity

_VOLATILE = re.compile(r"\[masked:\w+\]|\b(?=\w*\d)\w+(?:\.\w+)*")
"""Numbers, ids and dates: another one does not make another failure."""

LONGEST = 160


@dataclass(frozen=True, slots=True)
class Change:
    """A check before and after; None where it did not run."""

    before: Result | None
    after: Result | None

    @property
    def result(self) -> Result:
        """The newer of both."""
        result = self.after or self.before
        assert result is not None, "a change is of something"
        return result

    def __str__(self) -> str:
        told = one_line(self.after.message if self.after else "", LONGEST)
        line = f"{one_line(self.result.identity)}  {_word(self.before)} → {_word(self.after)}"
        return f"{line}  {told}".rstrip() if self.after and self.after.outcome in SPOILT else line


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two runs.

    `new` fail now and did not, `fixed` failed and pass now, `changed` fail otherwise than before or cannot be judged
    any more (or again), `skipped` were judged and now do not apply or did not run. `rest` counts everything else.
    """

    new: tuple[Change, ...]
    fixed: tuple[Change, ...]
    changed: tuple[Change, ...]
    skipped: tuple[Change, ...]
    rest: Counter[str]

    @property
    def worse(self) -> tuple[Change, ...]:
        """What got worse: failures that nobody accepted, what is not settled any more, what is not judged any more."""
        open_now = (change for change in self.changed if change.before and change.before.outcome is Outcome.PASSED)
        return (*(change for change in self.new if not change.result.known), *open_now, *self.skipped)

    @property
    def sections(self) -> Iterator[tuple[str, tuple[Change, ...]]]:
        """What is named one by one, under its heading."""
        yield from (("New failures", self.new), ("Fixed", self.fixed))
        yield from (("Changed", self.changed), ("Newly skipped", self.skipped))

    def __str__(self) -> str:
        parts = [
            "\n".join([f"{heading} ({len(changes)})", *(f"  {change}" for change in changes)])
            for heading, changes in self.sections
            if changes
        ]
        counted = ", ".join(f"{number} {name}" for name, number in sorted(self.rest.items()))
        return "\n\n".join([*parts, f"The rest: {counted or 'nothing'}"])


def compare(before: Iterable[Result], after: Iterable[Result]) -> Difference:
    """The difference; of several results of one identity the worst speaks."""
    old, new = _worst(before), _worst(after)
    changes = [Change(old.get(identity), new.get(identity)) for identity in old | new]
    named: dict[str, list[Change]] = {"new": [], "fixed": [], "changed": [], "skipped": []}
    rest: Counter[str] = Counter()
    for change in changes:
        kind = _kind(change)
        if kind in named:
            named[kind].append(change)
        else:
            rest[kind] += 1
    ordered = {kind: tuple(sorted(members, key=lambda c: by_severity(c.result))) for kind, members in named.items()}
    return Difference(rest=rest, **ordered)


def _kind(change: Change) -> str:
    """One of the named kinds, or the words under which the rest is counted."""
    before, after = change.before, change.after
    was, now = before.outcome if before else None, after.outcome if after else None
    judged = was not in (None, Outcome.NOT_APPLICABLE)
    if now in (None, Outcome.NOT_APPLICABLE):
        return "skipped" if judged else "not judged in either"
    if now is Outcome.FAILED and was is not Outcome.FAILED:
        return "new"
    if was is Outcome.FAILED and now is Outcome.PASSED:
        return "fixed"
    if before and after and was is now:
        same = now not in SPOILT or _lasting(before.message) == _lasting(after.message)
        return f"still {_word(after)}" if same else "changed"
    return "changed" if judged or now in SPOILT else "newly passed"


def _lasting(message: str) -> str:
    return _VOLATILE.sub("#", message)


def _worst(results: Iterable[Result]) -> dict[str, Result]:
    worst: dict[str, Result] = {}
    for result in sorted(results, key=lambda result: -WORST_FIRST.index(result.outcome)):
        worst[result.identity] = result
    return dict(sorted(worst.items()))


def _word(result: Result | None) -> str:
    if result is None:
        return "did not run"
    return "known" if result.known else ELSEWHERE[result.outcome].word


def told(folders: Sequence[Path]) -> Difference:
    """The difference of the runs in two folders. Raises ConfigurationError."""
    before, after = (read_case(folder).results for folder in folders)
    return compare(before, after)


def main(
    a: Annotated[Path, typer.Argument(metavar="A", help="Folder of the earlier run.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Folder of the later run.")],
) -> None:
    """Compares two runs: new failures, fixed, changed, newly skipped; then counts the rest.

    Exits with 1 when something got worse, with 4 when a run cannot be read.

    Example: walletproof diff reports/main reports/out
    """
    try:
        difference = told([a, b])
    except ConfigurationError as problem:
        typer.echo(f"walletproof diff: {problem}", err=True)
        raise typer.Exit(WRONG_CONFIGURATION) from None
    typer.echo(str(difference))
    raise typer.Exit(FINDINGS if difference.worse else PASSED)


command = commanded(main)

if __name__ == "__main__":
    command(prog_name="walletproof diff")
