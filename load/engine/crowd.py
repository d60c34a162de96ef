"""Everybody who is inside: stories that are being told, from their arrival until the last of them has ended."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fixtures.model import NotApplicable
from fixtures.target.budget import LimitReached
from load.arrivals import Arrival
from load.engine.pool import Pool
from load.engine.tally import Book
from load.engine.teller import Means, Teller
from load.notes import Note
from load.story import Story
from load.topics import CAME, LEFT, PROBE, TURNED_AWAY

Tell = Callable[[Arrival, float], Story]
"""The story of an arrival that was due at a Unix time."""

_NOBODY = "-"


class Crowd:
    """Tells every arrival its story, no more than `ceiling` of them at once; who comes beyond that is turned away.

    `full` is called when nobody more may come because a limit of the target file is reached; a note says which.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        pool: Pool,
        threads: Executor,
        book: Book,
        tell: Tell,
        ceiling: int,
        full: Callable[[], None],
    ) -> None:
        self._means = Means(loop, pool, threads, book, self._begin)
        self.book, self._tell, self._ceiling, self._full = book, tell, ceiling, full
        self._tellers: set[Teller] = set()
        self.letters = 0
        self._empty: asyncio.Event = asyncio.Event()
        self._empty.set()
        self._next: Callable[[], None] | None = None

    @property
    def inside(self) -> int:
        """How many stories are being told, those that wallets began included."""
        return len(self._tellers)

    def enter(self, arrival: Arrival, stage: int, due: float) -> None:
        """Somebody comes in, who was due at that Unix time."""
        visit = Visit(self, arrival.setup, _probe(stage), due)
        if len(self._tellers) - self.letters >= self._ceiling:
            self.book.count(TURNED_AWAY, visit.setup)
            visit.over(None, f"turned away: {self._ceiling} were inside already")
            return
        try:
            story = self._tell(arrival, due)
        except Exception as error:
            visit.spoilt(error)
            return
        self._start(Teller(self._means, story, visit, due))

    def saturate(self, buyers: int, arrivals: Iterator[Arrival]) -> None:
        """Keeps so many inside until `close`: when one leaves, the next comes in. For measuring the engine itself."""

        def let_in() -> None:
            self.enter(next(arrivals), 0, time.time())

        self._next = let_in
        for _ in range(buyers):
            let_in()

    def close(self) -> None:
        """Nobody is let in by those who leave."""
        self._next = None

    def send_home(self) -> None:
        """Ends every story where it is. Whoever is sent home has not left by herself, and is not counted so."""
        self.close()
        while self._tellers:
            try:
                self._tellers.pop().stop()
            except Exception as error:
                self.wrong(error)
        self.letters = 0
        self._empty.set()

    async def gone(self) -> None:
        """Waits until the last story has ended."""
        await self._empty.wait()

    def _begin(self, story: Story) -> None:
        """A story that another one has begun: a wallet's letter."""
        self.letters += 1
        self._start(Teller(self._means, story, self._delivered))

    def _start(self, teller: Teller) -> None:
        self._tellers.add(teller)
        self._empty.clear()
        teller.go()

    def _delivered(self, teller: Teller, error: Exception | None) -> None:
        self.letters -= 1
        if error is not None:
            self.wrong(error)
        self.forget(teller)

    def forget(self, teller: Teller) -> None:
        """A story is over."""
        self._tellers.discard(teller)
        if not self._tellers:
            self._empty.set()

    def left(self) -> None:
        """Somebody has left who had come by herself."""
        if self._next is not None:
            self._means.loop.call_soon(self._next)

    def wrong(self, error: Exception) -> None:
        """A limit of the target file ends the arrivals; everything else that leaves a story is an error of ours."""
        if isinstance(error, LimitReached | NotApplicable):
            self.book.keep(Note(str(error)))
            self._full()
            return
        frames = traceback.extract_tb(error.__traceback__)
        where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
        self.book.keep(Note(f"a story ended by {type(error).__name__}{where}: {error}", ours=True))


class Visit:
    """One arrival: what is taken down when it begins and when it is over."""

    __slots__ = ("_crowd", "_due", "_probe", "setup")

    def __init__(self, crowd: Crowd, setup: str, probe: Probe, due: float) -> None:
        self._crowd, self.setup, self._probe, self._due = crowd, setup, probe, due
        crowd.book.count(CAME, setup)
        crowd.book.count(probe.came, _NOBODY)

    def __call__(self, teller: Teller, error: Exception | None) -> None:
        """The teller's: the story is over."""
        self._crowd.forget(teller)
        if error is None:
            self.over(teller.seconds, teller.problem)
        else:
            self.spoilt(error)

    def over(self, seconds: float | None, problem: str | None) -> None:
        """She has left: after so long by her story's account, and for this reason unserved, if she was."""
        book = self._crowd.book
        seconds = time.time() - self._due if seconds is None else seconds
        if problem is None:
            book.took(self._probe.name, _NOBODY, seconds)
        else:
            book.failed(self._probe.name, _NOBODY, seconds, problem)
        self._left()

    def spoilt(self, error: Exception) -> None:
        """Her story came to no end: that says nothing about the target."""
        self._crowd.wrong(error)
        self._left()

    def _left(self) -> None:
        self._crowd.book.count(LEFT, self.setup)
        self._crowd.book.count(self._probe.left, _NOBODY)
        self._crowd.left()


@dataclass(frozen=True, slots=True)
class Probe:
    """What is counted of everybody who came in one stage."""

    name: str
    came: str
    left: str


@cache
def _probe(stage: int) -> Probe:
    name = f"{PROBE}.{stage}"
    return Probe(name, f"{CAME}.{name}", f"{LEFT}.{name}")
