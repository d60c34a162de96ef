"""What an engine tells of itself: a batch a second, made a little at a time so that no story waits for it."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from load.engine.crowd import Crowd
from load.engine.pool import Pool
from load.engine.tally import Book, Key, encoded
from load.messages import Batch

EVERY = 1.0  # seconds from one batch to the next
BREATH = 0.001  # seconds for the stories between two histograms

_STATM = Path("/proc/self/statm")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


class Reporter:
    """Makes the batches of engine `index`, and hands them to `send`."""

    def __init__(self, index: int, book: Book, crowd: Crowd, pool: Pool, send: Callable[[Batch], None]) -> None:
        self._index, self._book, self._crowd, self._pool, self._send = index, book, crowd, pool, send
        self._target = self._sandbox = 0.0

    async def report(self) -> None:
        """Sends a batch every second, until it is cancelled."""
        due = time.monotonic()
        while True:
            due = max(due + EVERY, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
            await self.tell()

    async def tell(self, *, over: bool = False) -> None:
        """Sends what has happened since the batch before."""
        haul, crowd = self._book.haul(), self._crowd
        at, inside, letters = time.time(), crowd.inside, crowd.letters
        histograms = {}
        for key, durations in haul.durations.items():
            histograms[_name(key)] = encoded(durations)
            await asyncio.sleep(0 if over else BREATH)
        self._send(
            Batch(
                engine=self._index,
                at=at,
                histograms=histograms,
                failures={_name(key): dict(problems) for key, problems in haul.failures.items()},
                counts={_name(key): number for key, number in haul.counts.items()},
                inside=inside,
                letters=letters,
                lag=haul.lag,
                memory=memory(),
                processor=time.process_time(),
                sandbox=self._since("sandbox"),
                target=self._since("target"),
                entries=tuple(haul.entries),
                over=over,
            )
        )

    def _since(self, side: str) -> float:
        """Seconds spent waiting for that side since the batch before."""
        if side == "sandbox":
            before, self._sandbox = self._sandbox, self._pool.waited["sandbox"]
            return self._sandbox - before
        before, self._target = self._target, self._pool.waited["target"]
        return self._target - before


def memory() -> int:
    """Resident bytes; the highest so far where the system does not tell."""
    try:
        return int(_STATM.read_text().split()[1]) * _PAGE
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _PEAK_UNIT


def _name(key: Key) -> str:
    return f"{key[0]}/{key[1]}"
