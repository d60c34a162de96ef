"""The figures of a run as the reports show them: numbers of every story and step, plots, and the worst orders."""

from __future__ import annotations

from collections.abc import Iterator

from load.figures import Figures
from load.generator import facts
from load.journal import Record
from load.report import found, pace
from load.spread import percentiles
from load.stories import STORIES
from load.topics import (
    ABANDONED,
    ACKNOWLEDGED,
    BELIEVED,
    CAME,
    DECLINED,
    DOUBLED,
    FORGED,
    FULFILLED,
    FULFILMENT,
    LEFT,
    LETTER,
    LOST,
    PAID,
    REFUNDED,
    STEPS,
    TURNED_AWAY,
)
from load.worst import Worst
from reports.load import Line, Plot, ShownLoad

ALWAYS = (CAME, LEFT, PAID, ACKNOWLEDGED, FULFILLED, DOUBLED, LOST)
WHERE_ANY = (TURNED_AWAY, DECLINED, ABANDONED, REFUNDED, FORGED, BELIEVED)
LACK = "matplotlib is not installed, so there are no plots; install walletproof with its extra `load`"
SHOWN = (50, 95, 99, 99.9, 100)


def shown(record: Record, worst: Worst) -> ShownLoad:
    """Everything about the load that the page and Allure show."""
    figures = record.figures
    drawings, lack = _plots(record)
    happened = [what for what in (*ALWAYS, *WHERE_ANY) if what in ALWAYS or figures.count(what)]
    counts = [(what, str(figures.count(what))) for what in happened]
    capacity = [("capacity", found(record.capacity)[1])] if record.plan.shape == "capacity" else []
    return ShownLoad(
        pace(record.plan),
        facts=(*capacity, *counts, *facts(figures, record.share)),
        stories=tuple(_lines(figures, (*STORIES, LETTER, FULFILMENT))),
        steps=tuple(_lines(figures, STEPS)),
        plots=drawings,
        cases=worst.cases(),
        lack=lack,
    )


def _plots(record: Record) -> tuple[tuple[Plot, ...], str]:
    """The plots; without what draws them, the reason."""
    try:
        from load.plots import plots
    except ImportError:
        return (), LACK
    return tuple(plots(record.figures, record.capacity)), ""


def _lines(figures: Figures, metrics: tuple[str, ...]) -> Iterator[Line]:
    """Each metric with all wallets together, then with each of them."""
    for metric in metrics:
        setups = figures.setups(metric)
        if setups:
            yield _line(figures, metric, None)
        if len(setups) > 1:
            yield from (_line(figures, metric, setup) for setup in setups)


def _line(figures: Figures, metric: str, setup: str | None) -> Line:
    samples = figures.samples(metric, setup)
    took = percentiles(figures.histogram(metric, setup), *SHOWN)
    return Line(metric, setup or "-", samples, samples - figures.failures(metric, setup), *took)
