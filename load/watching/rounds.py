"""Looks at the target now and then, beside the stories: its certificates and its own orders. Nothing is changed."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence

from fixtures.model import Given, Inconclusive, Money, NotApplicable, Order, View
from fixtures.target.settings import Settings
from fixtures.target.target import Target
from fixtures.wallets import discover
from load.watching.expiry import of_endpoint, of_keys
from load.watching.orders import WINDOW, Orders, Standing
from load.watching.watch import Watch

EVERY = 30.0  # seconds between two looks at the orders
SELDOM = 3600.0  # seconds between two looks at the certificates
SHARE = 10  # the part of limits.requests_per_second that the looks may take: one of so many
PATIENCE = 5.0  # seconds for a look that is on when the watch ends

log = logging.getLogger("walletproof")


class Rounds:
    """Looks again and again, in a thread (under Locust: a greenlet), until it is closed.

    A target that does not answer is no reason to end: the time of the last good look stands still, and shows it.
    """

    def __init__(
        self, settings: Settings, watch: Watch, ours: Callable[[], Collection[str]], *, every: float = EVERY
    ) -> None:
        self._settings, self._watch, self._every = settings, watch, every
        self._target: Target | None = None
        self._orders = Orders(_Listed(self._speaker), ours)
        self._certified = float("-inf")
        self._problem = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="walletproof-rounds", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends after the look that is on."""
        self._over.set()
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        while not self._over.is_set():
            problems = [*self._look(self._certificates), *self._look(self._standing)]
            if problems:
                self._hang_up()
            self._tell("; ".join(problems))
            self._over.wait(self._every)
        self._hang_up()

    def _look(self, look: Callable[[float], None]) -> Sequence[str]:
        try:
            look(time.time())
        except (Inconclusive, OSError) as problem:
            return [str(problem)]
        except NotApplicable:
            return []  # what the target cannot tell is absent
        return []

    def _certificates(self, now: float) -> None:
        if now - self._certified < SELDOM:
            return
        target = self._speaker()
        self._watch.certificates(of_keys(target))
        endpoint = of_endpoint(target)
        if endpoint is not None:
            self._watch.certificates([endpoint])
        self._certified = now

    def _standing(self, now: float) -> None:
        told = self._speaker().watched(now - WINDOW)
        self._watch.orders(self._orders.look(now) if told is None else Standing.told(told), now)

    def _speaker(self) -> Target:
        """Made anew after trouble: logged in again, and willing to ask a target that was silent for a while."""
        if self._target is None:
            wallets = discover()
            seated = {setup: wallets[table.wallet or setup] for setup, table in self._settings.wallets.items()}
            self._target = Target(self._settings, seated, lambda exchange: None, "watching", SHARE)
        return self._target

    def _hang_up(self) -> None:
        if self._target is not None:
            self._target.close()
            self._target = None

    def _tell(self, problem: str) -> None:
        """Says a problem once, and once that it is over."""
        if problem != self._problem:
            log.warning("watching: %s", problem or "the target can be looked at again")
            self._problem = problem


class _Listed:
    """The orders that the target lists for the first buyer."""

    def __init__(self, target: Callable[[], Target]) -> None:
        self._target = target

    def list(self) -> Sequence[str]:
        """The ids."""
        return self._target().list()

    def read(self, id: str) -> View:
        """One of them, read as if it had been placed with the first wallet table: nothing else is known of it."""
        target = self._target()
        setup = next(iter(target.setups))
        currency = (target.setups[setup].currencies or target.wallets[setup].docs.currencies)[0]
        return target.read(Order(id, None, setup, Money(1, currency), Given(), "first", 0.0))


class Own:
    """The ids of the run's own orders, the latest of them."""

    def __init__(self, most: int = 5000) -> None:
        self._ids: deque[str] = deque(maxlen=most)

    def add(self, id: str) -> None:
        """One more was placed."""
        self._ids.append(id)

    def __call__(self) -> frozenset[str]:
        """Those that are known."""
        return frozenset(self._ids.copy())
