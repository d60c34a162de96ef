"""Time-outs by the ten thousand: one timer of the loop for all, and a set for each moment in which some fall due."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

GRAIN = 0.02  # seconds; a time-out comes late by at most so much, never early


class Mortal(Protocol):
    """Something whose time is over some day."""

    moment: int

    def expire(self) -> None:
        """Its time is over."""


T = TypeVar("T", bound=Mortal)


class Deadlines(Generic[T]):
    """Tells things that their time is over, unless they were taken out before.

    `look` is called with each tick, for what else wants doing now and then.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, look: Callable[[], None] = lambda: None) -> None:
        self._loop, self._look = loop, look
        self._due: defaultdict[int, set[T]] = defaultdict(set)
        self._passed = int(loop.time() / GRAIN)
        self._timer = loop.call_later(GRAIN, self._tick)

    def add(self, one: T, seconds: float) -> None:
        """Its time is over in so many seconds."""
        one.moment = max(self._passed, int((self._loop.time() + seconds) / GRAIN)) + 1
        self._due[one.moment].add(one)

    def remove(self, one: T) -> None:
        """It has ended by itself."""
        self._due[one.moment].discard(one)

    def close(self) -> list[T]:
        """Nothing expires any more; everything that would have."""
        self._timer.cancel()
        left = [one for moment in self._due.values() for one in moment]
        self._due.clear()
        return left

    def _tick(self) -> None:
        self._timer = self._loop.call_later(GRAIN, self._tick)
        now = int(self._loop.time() / GRAIN)
        while self._passed < now:
            self._passed += 1
            for one in self._due.pop(self._passed, ()):
                one.expire()
        self._look()
