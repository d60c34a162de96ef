"""After the load: wait until nothing moves, read every order a last time, audit both sides' books."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace

from fixtures.bench import Bench
from fixtures.books import Audit
from fixtures.closing import close_books, judge
from fixtures.model import Inconclusive
from load.journal import Record

LOOK = 0.05  # seconds between two looks at the history


@dataclass(frozen=True, slots=True)
class Closing:
    """The books and how well they could be closed; `unrest` says why the audit may have come too early or seen too
    little, and is empty when it saw everything."""

    audit: Audit
    unrest: tuple[str, ...]


def close(bench: Bench, record: Record, began: float) -> Closing:
    """Hands the run's history and its orders' final views to the sandbox, and audits what happened since it began."""
    bench.made.extend(record.orders)
    bench.doubtful |= record.unserved()
    bench.sandbox.record([replace(one, run=bench.run) for one in record.exchanges])
    unrest = [] if _quiet(bench) else ["the target still called the wallets' gateways after timing.deadline"]
    _settle(bench, record)
    close_books(bench)
    if unread := len({order.id for order in record.orders} - _read(bench)):
        unrest.append(f"{unread} of {len(record.orders)} orders could not be read in the end")
    if dropped := bench.sandbox.health()["dropped"]:
        unrest.append(f"the history has lost its {dropped} oldest exchanges; load less at a time")
    return Closing(judge(bench, began), tuple(unrest))


def _read(bench: Bench) -> set[str]:
    """The ids of the orders that the target still showed in the end."""
    return {view.order for view in bench.sandbox.views() if (view.state, view.fulfilments) != (None, None)}


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


def _settle(bench: Bench, record: Record) -> None:
    """Gives the target timing.reconcile, for all together, to finish what buyers did not see finished."""
    deadline = time.monotonic() + bench.settings.timing.reconcile
    unserved = record.unserved()
    for order in (order for order in record.orders if order.id in unserved):
        patience = deadline - time.monotonic()
        if patience <= 0:
            return
        with suppress(Inconclusive):
            bench.target.settled(order, paid=True, patience=patience)
