"""After the load: wait until nothing moves, read every order a last time, audit both sides' books."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from fixtures.bench import Bench
from fixtures.books import Audit
from fixtures.closing import final_view, judge, last_view
from fixtures.model import Inconclusive, Order, PaymentState, View
from fixtures.sandbox.views import FinalView
from fixtures.target.settling import finished
from load.journal import Record

LOOK = 0.05  # seconds between two looks at the history
READERS = 4  # orders that are read at the same time: who is far away keeps each waiting, who is near has few cores
PART = 1000  # final views in one message to the sandbox


@dataclass(frozen=True, slots=True)
class Closing:
    """The books and how well they could be closed; `unrest` says why the audit may have come too early or seen too
    little, and is empty when it saw everything."""

    audit: Audit
    unrest: tuple[str, ...]


def close(bench: Bench, record: Record, began: float) -> Closing:
    """Hands the run's history and its orders' final views to the sandbox, and audits what happened since it began."""
    bench.made.extend(record.orders)
    bench.doubtful |= {one.order for one in record.samples if one.order is not None and one.problem is not None}
    bench.sandbox.record([replace(one, run=bench.run) for one in record.exchanges])
    unrest = [] if _quiet(bench) else ["the target still called the wallets' gateways after timing.deadline"]
    with ThreadPoolExecutor(READERS) as readers:
        views = Reading(bench, readers).final(record.orders)
    bench.flush()
    for begin in range(0, len(views), PART):
        bench.sandbox.add_views(views[begin : begin + PART])
    if unread := sum((view.state, view.fulfilments) == (None, None) for view in views):
        unrest.append(f"{unread} of {len(views)} orders could not be read in the end")
    if dropped := bench.sandbox.health()["dropped"]:
        unrest.append(f"the history has lost its {dropped} oldest exchanges; load less at a time")
    return Closing(judge(bench, began), tuple(unrest))


def _quiet(bench: Bench) -> bool:
    """Whether the target has stopped calling the gateways for timing.quiet, before timing.deadline is over."""
    timing = bench.settings.timing
    deadline = time.monotonic() + timing.deadline
    seen, since = -1, time.monotonic()
    while time.monotonic() < deadline:
        exchanges = bench.sandbox.health()["exchanges"]
        if exchanges != seen:
            seen, since = exchanges, time.monotonic()
        elif time.monotonic() - since >= timing.quiet:
            return True
        time.sleep(LOOK)
    return False


class Reading:
    """Reads orders, several at a time; the target itself keeps within limits.requests_per_second."""

    def __init__(self, bench: Bench, readers: ThreadPoolExecutor) -> None:
        self._bench, self._readers = bench, readers
        self._target = bench.target.during("books")

    def final(self, orders: Sequence[Order]) -> list[FinalView]:
        """Each order as the target shows it in the end; what is still open then is cancelled.

        A target that has not finished all paid orders has timing.reconcile for them, and then every order is read
        again: whoever is that late may be late with the goods of others, too.
        """
        paid = self._paid(orders)
        views = self._read(paid)
        if self._finish([order for order in paid if not _finished(views[order.id])]):
            views = {}
        return list(self._readers.map(partial(self._last, views), orders))

    def _paid(self, orders: Sequence[Order]) -> list[Order]:
        """Those for which money has moved, as far as their reference tells."""
        payments = self._bench.sandbox.payments()
        known = {(one.wallet, one.reference) for one in payments if one.state is PaymentState.PAID}
        wallets = self._bench.wallets
        return [order for order in orders if (wallets[order.setup].name, order.reference) in known]

    def _finish(self, waiting: Sequence[Order]) -> bool:
        """Gives the target time to finish paid orders; whether that was necessary."""
        timing = self._bench.settings.timing
        deadline = time.monotonic() + timing.reconcile
        late = bool(waiting)
        while waiting and time.monotonic() < deadline:
            time.sleep(timing.quiet)
            views = self._read(waiting)
            waiting = [order for order in waiting if not _finished(views[order.id])]
        return late

    def _read(self, orders: Sequence[Order]) -> dict[str, View | None]:
        """None for one that could not be read."""
        return dict(zip((order.id for order in orders), self._readers.map(self._look, orders), strict=True))

    def _look(self, order: Order) -> View | None:
        try:
            return self._target.read(order)
        except Inconclusive:
            return None

    def _last(self, views: dict[str, View | None], order: Order) -> FinalView:
        view = views.get(order.id)
        return last_view(self._bench, order) if view is None else final_view(self._bench, order, view)


def _finished(view: View | None) -> bool:
    return view is not None and finished(view)
