"""The orders that fared worst: arrival, order, reference at the wallet, and everything that was said about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from fixtures.model import Exchange
from load.journal import Record
from load.notes import Sample
from load.topics import PURCHASE
from reports.load import Case

SHOWN = 20  # exchanges of one order

History = Callable[[str], Sequence[Exchange]]
"""Every party's exchanges about the order with a reference, oldest first."""


class Worst:
    """Finds them in a journal that was read; the history is asked only for what is shown."""

    def __init__(self, record: Record, history: History) -> None:
        self._samples, self._history = record.samples, history
        self._orders = {order.id: order for order in record.orders}

    def failed(self, metric: str, setup: str | None = None) -> Sample | None:
        """The first sample of a metric that went wrong, and whose order is known."""
        return next((one for one in self._of(metric, setup) if one.problem is not None), None)

    def slowest(self, metric: str, setup: str | None = None) -> Sample | None:
        """The sample of a metric that took longest, and whose order is known."""
        return max(self._of(metric, setup), key=lambda one: one.seconds, default=None)

    def exchanges(self, sample: Sample | None) -> tuple[Exchange, ...]:
        """What was said about the sample's order, the beginning of it."""
        order = self._orders.get(sample.order or "") if sample else None
        if order is None or order.reference is None:
            return ()
        return tuple(self._history(order.reference)[:SHOWN])

    def cases(self, metric: str = PURCHASE) -> tuple[Case, ...]:
        """The first that went wrong and the slowest, each once."""
        failed, slowest = self.failed(metric), self.slowest(metric)
        cases = [self._case("failed", failed)] if failed else []
        if slowest and (not failed or slowest.order != failed.order):
            cases.append(self._case("slowest", slowest))
        return tuple(cases)

    def _case(self, kind: Literal["failed", "slowest"], sample: Sample) -> Case:
        order, exchanges = self._orders[sample.order or ""], self.exchanges(sample)
        arrival = next((one.note for one in exchanges if one.note), None)
        said = [f"{sample.metric}/{sample.setup}", arrival, f"{sample.seconds:.3f} s", sample.problem]
        return Case(kind, order.id, order.reference or "", " · ".join(filter(None, said)), exchanges)

    def _of(self, metric: str, setup: str | None) -> Iterator[Sample]:
        known = (one for one in self._samples if one.order in self._orders)
        return (one for one in known if one.metric == metric and setup in (None, one.setup))
