"""What all scenes of one engine share: the target as its file describes it, the wallets, the limits, the login."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import count
from typing import Any

from fixtures.model import Money, Order
from fixtures.session import Session
from fixtures.target.client import HostNotAllowed
from fixtures.target.contract import written
from fixtures.target.redirects import origin
from fixtures.target.scripts import Place
from fixtures.target.settings import ShelfItem
from fixtures.target.setups import about, placing_words
from fixtures.target.target import Target
from fixtures.wallets import discover
from fixtures.wallets.interface import Keys
from load.story import Tally

MOST_KEPT = 1000
"""Buyers' exchanges without a good answer that an engine keeps as evidence; a dead target would fill the disk."""

BUYER = "first"


class House:
    """One per engine. `workers` engines share the limits of the target file; `now` is the clock, in Unix seconds."""

    def __init__(
        self,
        session: Session,
        keys: Mapping[str, Keys],
        tally: Tally,
        *,
        workers: int = 1,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.session, self.keys, self.tally, self.now = session, keys, tally, now
        self.settings, known = session.settings(), discover()
        self.wallets = {name: known[table.wallet or name] for name, table in self.settings.wallets.items()}
        self.target = Target(self.settings, self.wallets, lambda exchange: None, workers=workers)
        self.setups, self.capabilities, self.desk = self.target.setups, self.target.capabilities, self.target.desk
        self.has_gateway = "gateway" in self.capabilities
        self.sandbox_headers = (("Authorization", f"Bearer {session.sandbox_token}"),)
        self.patience = self.settings.timing.request
        self.paced = self.settings.bounds.requests_per_second is not None
        self._items: dict[str, ShelfItem] = {}
        self._placing: dict[str, Mapping[str, Any]] = {}
        self._about: dict[tuple[str, Money], dict[str, Any]] = {}
        self._doors: dict[str, str | None] = {}
        self._uniques, self._kept = count(), count()

    def log_in(self) -> None:
        """Logs the buyer in, over connections of its own, and closes them. Raises Inconclusive with the reason."""
        try:
            with self.desk.saying("logging in"):
                _ = self.as_buyer
        finally:
            self.close()

    def close(self) -> None:
        """Closes the connections of the login and of an adapter."""
        self.target.close()

    @cached_property
    def as_buyer(self) -> Place:
        """Where and as whom buyers carry steps out."""
        return self.desk.place(BUYER)

    @cached_property
    def _own(self) -> str:
        """How every URL of the target begins whose host needs no second look."""
        base = f"{self.settings.base_url}/"
        return base if self.settings.loadable.allow(base) else "\0"

    def permit(self, url: str) -> None:
        """Raises HostNotAllowed for a URL to which the target file allows no request."""
        if not url.startswith(self._own) and not self.settings.loadable.allow(url):
            host = origin(url)[1].rpartition("@")[2] or "a URL without host"
            raise HostNotAllowed(f"nothing was sent to {host}: the target file does not name it for load")

    def item(self, setup: str) -> ShelfItem:
        """What buyers with that wallet table order. Raises NotApplicable."""
        if setup not in self._items:
            self._items[setup] = self.target.pick(setup)
        return self._items[setup]

    def placing_words(self, setup: str) -> dict[str, Any]:
        """What the placing step may say, with a word of its own for each order."""
        if setup not in self._placing:
            item = self.item(setup)
            self._placing[setup] = {
                **placing_words(self.settings, self.setups[setup], item),
                **dict.fromkeys(("expires_in", "query_after", "coupon")),
                "quantity": 1,
                "amount": written(item.price, self.settings.order.amounts_in),
            }
        known = self._placing[setup]
        return {**known, "unique": f"{known['unique']}{next(self._uniques):x}"}

    def order_words(self, order: Order) -> dict[str, Any]:
        """What steps may say about an order that has been placed."""
        key = order.setup, order.price
        if key not in self._about:
            self._about[key] = about(self.settings, self.setups[order.setup], order.price)
        return {**order.captured, **self._about[key], "id": order.id, "reference": order.reference}

    def notify_url(self, setup: str) -> str | None:
        """Where the target takes this setup's proofs, where that needs no order."""
        if setup not in self._doors:
            path = self.setups[setup].notify
            plain = path is not None and "{" not in path.replace("{setup}", "")
            self._doors[setup] = self.target.notify_url(setup) if plain else None
        return self._doors[setup]

    def worth_keeping(self) -> bool:
        """Whether one more exchange of a buyer without a good answer is kept."""
        return next(self._kept) < MOST_KEPT
