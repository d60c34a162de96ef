"""Real arrivals, from a CSV file: an instant a line, in seconds or as an ISO 8601 time; the first may be a heading."""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path

from fixtures.target.problems import ConfigurationError

MOST = 1_000_000
"""As many instants as a process may hold; the limits of a run are below it."""

WANTED = "an instant in seconds (12.5) or ISO 8601 (2026-11-27T09:00:00Z)"
SHOWN = 30  # characters of what was found


def instants_of(file: str) -> tuple[float, ...]:
    """The arrivals of the first column in seconds since the earliest, in order. Raises ConfigurationError."""
    try:
        with Path(file).open(encoding="utf-8-sig", newline="") as lines:
            instants = sorted(_instants(file, csv.reader(lines)))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else problem
        raise ConfigurationError(
            f"--arrivals: found {file}, which cannot be read ({reason}); wanted poisson, constant or a CSV file"
        ) from None
    if not instants:
        raise ConfigurationError(f"{file}: found no arrival; wanted {WANTED} on each line")
    return tuple(at - instants[0] for at in instants)


def busiest(instants: Sequence[float]) -> int:
    """How many come within the busiest second; the instants are in order."""
    return max((bisect_left(instants, at + 1.0) - index for index, at in enumerate(instants)), default=0)


def _instants(file: str, rows: Iterator[list[str]]) -> Iterator[float]:
    kinds: set[bool] = set()
    for number, row in enumerate(rows, 1):
        if number > MOST:
            raise ConfigurationError(f"{file}:{number}: found more than {MOST} lines; wanted a part of them")
        text = row[0].strip() if row else ""
        if not text:
            continue
        try:
            at, dated = _instant(text)
        except ValueError:
            if number == 1:
                continue
            raise ConfigurationError(f"{file}:{number}: found {text[:SHOWN]!r}; wanted {WANTED}") from None
        kinds.add(dated)
        if len(kinds) > 1:
            raise ConfigurationError(f"{file}:{number}: found seconds beside dates; wanted one of the two")
        yield at


def _instant(text: str) -> tuple[float, bool]:
    """Seconds, and whether they were a date; a date without a zone is taken for UTC. Raises ValueError."""
    try:
        seconds = float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp(), True
    if not isfinite(seconds):
        raise ValueError(text)
    return seconds, False
