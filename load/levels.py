"""Service levels: each row of `[[service_levels]]` in the target file, judged on the figures of a run."""

from __future__ import annotations

from dataclasses import dataclass

from fixtures.model import Outcome
from fixtures.target.settings import ServiceLevel
from load.figures import Figures
from load.generator import saturated
from load.spread import percentiles
from load.topics import FULFILMENT, LAG, LETTER, STEPS

SERVED = frozenset((LETTER, FULFILMENT, *STEPS))
"""What does not count from when somebody meant to come: the generator's lag is no part of it."""

Verdict = tuple[Outcome, str]


@dataclass(frozen=True, slots=True)
class Level:
    """One row of the target file."""

    row: ServiceLevel

    @property
    def topic(self) -> str:
        """Its permanent id: what is measured, not how much of it is allowed."""
        row = self.row
        if row.at_least is not None:
            return f"load.success.{row.metric}"
        kind = "latency" if row.growth is None else "growth"
        return f"load.{kind}.{row.metric}-p{row.percentile:g}"

    @property
    def title(self) -> str:
        """The requirement as a reader of the report sees it."""
        row = self.row
        if row.at_least is not None:
            return f"At least {row.at_least:.2%} of {row.metric} succeed."
        if row.growth is not None:
            return (
                f"{row.metric} is not much slower at the end of the run than at its beginning: "
                f"p{row.percentile:g} grows by a factor of {row.growth:g} at most."
            )
        return f"{row.percentile:g} % of {row.metric} take at most {row.limit:g} s."

    def judge(self, figures: Figures) -> Verdict:
        """Whether it was kept, and by which numbers. Too few samples and a saturated generator prove nothing."""
        too_few = self._too_few(figures)
        if too_few is not None:
            return Outcome.INCONCLUSIVE, too_few
        kept, numbers = self._measured(figures)
        if problem := saturated(figures):
            return Outcome.INCONCLUSIVE, f"{numbers}; but {problem}"
        if kept:
            return Outcome.PASSED, numbers
        ours = self._ours(figures)
        return (Outcome.FAILED, numbers) if ours is None else (Outcome.INCONCLUSIVE, f"{numbers}; but {ours}")

    def live(self, figures: Figures) -> str | None:
        """Why the run shall end now: it asks for that (abort), and the figures so far break it. Growth is only judged
        in the end."""
        if not self.row.abort or self.row.growth is not None:
            return None
        outcome, numbers = self.judge(figures)
        return f"{self.topic}: {numbers}" if outcome is Outcome.FAILED else None

    def _too_few(self, figures: Figures) -> str | None:
        row = self.row
        seen = figures.samples(row.metric)
        if seen < row.least_samples:
            return f"{seen} samples of {row.metric}; wanted at least {row.least_samples}"
        if row.growth is not None:
            least = -(-row.least_samples // 4)
            fewest = min(int(quarter.get_total_count()) for quarter in figures.series.ends(row.metric))
            if fewest < least:
                return f"{fewest} samples of {row.metric} in a quarter of the run; wanted at least {least}"
        return None

    def _measured(self, figures: Figures) -> tuple[bool, str]:
        row = self.row
        seen = figures.samples(row.metric)
        if row.at_least is not None:
            good = seen - figures.failures(row.metric)
            return good / seen >= row.at_least, f"{good} of {seen} ({good / seen:.2%}); the level is {row.at_least:.2%}"
        percent = row.percentile or 0.0
        if row.growth is not None:
            first, last = (percentiles(quarter, percent)[0] for quarter in figures.series.ends(row.metric))
            growth = last / first
            said = (
                f"p{percent:g} was {first:.3f} s in the first quarter and {last:.3f} s in the last, {growth:.2f} times"
            )
            return growth <= row.growth, f"{said}; the limit is {row.growth:g} times"
        limit, took = row.limit or 0.0, figures.percentile(row.metric, percent) or 0.0
        return took <= limit, f"p{percent:g} of {seen} is {took:.3f} s; the limit is {limit:g} s"

    def _ours(self, figures: Figures) -> str | None:
        """What of a limit that was exceeded may be our own doing."""
        row = self.row
        if row.limit is None or row.percentile is None or row.metric in SERVED:
            return None
        took, lag = (figures.percentile(metric, row.percentile) or 0.0 for metric in (row.metric, LAG))
        if took - lag > row.limit:
            return None
        return f"p{row.percentile:g} of the generator's own lag is {lag:.3f} s: without it, the level may hold"
