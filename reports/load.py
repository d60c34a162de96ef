"""The figures of a load run as they may be shown: numbers, plots, and the orders that fared worst."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from fixtures.model import Exchange
from reports.masking import Mask

INK, GRID = "#1d2126", "#dfe2e5"
"""The colours of texts and lines in a plot; a page may put its own in their place."""


@dataclass(frozen=True, slots=True)
class Line:
    """One story, or one step, with one wallet table ("-": all of them). Percentiles in seconds, None without samples.

    A story counts from when somebody meant to come, a step from its request.
    """

    metric: str
    setup: str
    samples: int
    good: int
    p50: float | None
    p95: float | None
    p99: float | None
    p999: float | None
    longest: float | None

    @property
    def share(self) -> float | None:
        """The part that went well."""
        return self.good / self.samples if self.samples else None

    @property
    def percentiles(self) -> tuple[float | None, ...]:
        """In the order of the table's columns."""
        return self.p50, self.p95, self.p99, self.p999, self.longest


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing. `svg` is one element that needs nothing else; `topics` begin those of the results it is about."""

    name: str
    title: str
    svg: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """An order that fared worst, and what was said about it: `order` is the target's id, `reference` the wallet's."""

    kind: Literal["failed", "slowest"]
    order: str
    reference: str
    summary: str
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class ShownLoad:
    """A load run. `facts` are names and values in the order to show; `lack` says why there are no plots."""

    pace: str
    facts: tuple[tuple[str, str], ...] = ()
    stories: tuple[Line, ...] = ()
    steps: tuple[Line, ...] = ()
    plots: tuple[Plot, ...] = ()
    cases: tuple[Case, ...] = ()
    lack: str = ""


def masked(load: ShownLoad | None, mask: Mask) -> ShownLoad | None:
    """The same without secrets. Plots name stories and wallet tables alone, and coordinates must stay what they are."""
    if load is None:
        return None
    return replace(
        load,
        facts=tuple((name, mask.text(value)) for name, value in load.facts),
        cases=tuple(_masked_case(case, mask) for case in load.cases),
    )


def _masked_case(case: Case, mask: Mask) -> Case:
    return replace(case, summary=mask.text(case.summary), exchanges=tuple(map(mask.exchange, case.exchanges)))


def duration(seconds: float | None) -> str:
    """Three digits of a duration; a dash where nothing was measured."""
    if seconds is None:
        return "–"
    number, unit = (seconds, "s") if seconds >= 1 else (seconds * 1000, "ms")
    return f"{number:#.3g}".removesuffix(".") + f" {unit}"


def share(part: float | None) -> str:
    """A part of a whole in percent, never rounded up to all of it."""
    if part is None:
        return "–"
    return f"{100 * part:.4g} %" if part in {0, 1} else f"{min(99.99, 100 * part):.2f} %"
