"""The buyers' ways of a run, as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reports.results import Result
from reports.ways import Way


@dataclass(frozen=True, slots=True)
class Walked:
    """By which setup a buyer paid, and what it took her."""

    setup: str
    way: Way


def measured(results: Iterable[Result]) -> list[Walked]:
    """Every way that ended at a paid order, the shortest in time first."""
    ways = (Walked(one.setup, one.way) for one in results if one.way is not None and one.way.pages)
    return sorted(ways, key=lambda walked: walked.way.seconds)


def barriers(results: Iterable[Result]) -> list[str] | None:
    """What stands in the way of some buyers; None where nobody looked."""
    looked = [one.way.barriers for one in results if one.way is not None and not one.way.pages]
    return [barrier for found in looked for barrier in found] if looked else None
