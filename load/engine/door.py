"""The door: everybody comes in when she is due, whatever goes on inside."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator

from load.arrivals import Arrival
from load.engine.alarm import Alarm

SPIN = 0.00005
"""Seconds; who is due that soon is waited for by looking again at once, which is finer than any alarm."""

AT_A_TIME = 32
"""Most who come in before the loop may look at its connections again."""


class Door:
    """Lets arrivals in: `enter` is called with each, its stage's number, and when it was due (Unix seconds).

    `began` is the Unix time of the day's second 0, `spin` see SPIN.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        enter: Callable[[Arrival, int, float], None],
        began: float,
        spin: float = SPIN,
    ) -> None:
        self._loop, self._enter, self._began, self._spin = loop, enter, began, spin
        self._alarm = Alarm(loop, self._look)
        self._stages: deque[tuple[int, Iterator[Arrival]]] = deque()
        self._number = 0
        self._arrivals: Iterator[Arrival] = iter(())
        self._next: Arrival | None = None
        self._open = True

    def begin(self, began: float) -> None:
        """Second 0 of the day is at another time than was said; nobody is due yet."""
        self._began = began

    def open(self, number: int, arrivals: Iterator[Arrival]) -> None:
        """Lets the arrivals of one more stage in, after those of the stages before."""
        self._stages.append((number, arrivals))
        if self._next is None:
            self._advance()
            self._loop.call_soon(self._look)

    def close(self) -> None:
        """Nobody comes in any more."""
        if self._open:
            self._open = False
            self._alarm.close()

    def _look(self) -> None:
        if not self._open:
            return
        for _ in range(AT_A_TIME):
            arrival = self._next
            if arrival is None:
                return
            due = self._began + arrival.at
            early = due - time.time()
            if early > self._spin:
                self._alarm.set(due)
                return
            if early > 0:
                break
            number = self._number
            self._advance()
            self._enter(arrival, number, due)
            if not self._open:
                return
        self._loop.call_soon(self._look)

    def _advance(self) -> None:
        self._next = next(self._arrivals, None)
        while self._next is None and self._stages:
            self._number, self._arrivals = self._stages.popleft()
            self._next = next(self._arrivals, None)
