"""How a load is made again: the command a reader is shown, and what `python -m load` is told then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from fixtures.again import command
from fixtures.session import Session
from load.journal import Record
from reports.outcomes import SPOILT
from reports.results import Result


def replayable(results: Iterable[Result], record: Record, session: Session, out: Path) -> list[Result]:
    """The results; those that did not pass say how their load is made again. `out` is where the run is written."""
    words = arguments(record, session)
    return [
        replace(result, replay=command(result.identity, str(out)), again=words) if result.outcome in SPOILT else result
        for result in results
    ]


def arguments(record: Record, session: Session) -> tuple[str, ...]:
    """The options of a load with the same plan, seed, number of engines and target."""
    engines = len(record.figures.engines)
    given = {"--target": session.target, "--target-url": session.url}
    return (
        *record.plan.flags(),
        f"--seed={record.plan.seed}",
        *([f"--processes={engines}"] if engines > 1 else []),
        *(f"{name}={value}" for name, value in given.items() if value is not None),
    )
