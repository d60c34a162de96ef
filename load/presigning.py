"""What is sent at known instants is signed ahead of them, in threads: signing costs whoever sends nothing.

An RSA signature takes 0.24 ms of a processor and releases the interpreter meanwhile, so that it is done beside the
sending. Pure, as every part of a story: the threads are those of whoever does its Work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from load.story import Begin, Story, Telling, Until, Work

T = TypeVar("T")

HORIZON = 60.0
"""Seconds: nothing is signed longer before its instant, or it might be stale when it comes."""

HELD = 32_768
"""So many signed messages wait at most, some 100 MB of them."""

THREADS = 2
"""Pieces of work that are done beside each other."""

PIECE = 32
"""Messages signed by one piece of work: few enough to begin early, enough that handing it over costs nothing."""

PAUSE, ROOM = 0.001, 0.02
"""Seconds between two looks whether the next is signed, and whether there is room for more."""


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """Something to sign for an instant (Unix seconds). `sign` runs in a thread and shares nothing with another job."""

    at: float
    sign: Callable[[], T]


@dataclass(slots=True)
class _Piece(Generic[T]):
    jobs: tuple[Job[T], ...]
    signed: tuple[T, ...] | None = None
    error: Exception | None = None

    def begins(self, horizon: float) -> float:
        """When it may be signed: from then on its last is fresh."""
        return self.jobs[-1].at - horizon

    def sign(self) -> tuple[T, ...]:
        return tuple(job.sign() for job in self.jobs)


class Presigner(Generic[T]):
    """Signs jobs, which come in the order of their instants, at most `horizon` seconds ahead of the instant and at most
    `held` at once, in `threads` pieces of work beside each other."""

    def __init__(
        self,
        jobs: Iterable[Job[T]],
        now: Callable[[], float],
        *,
        threads: int = THREADS,
        horizon: float = HORIZON,
        held: int = HELD,
    ) -> None:
        self._jobs, self._now = iter(jobs), now
        self._threads, self._horizon, self._held = threads, horizon, held
        self._first = next(self._jobs, None)
        self._pieces: deque[_Piece[T]] = deque()
        self._ready: deque[tuple[float, T]] = deque()
        self._ahead = 0
        self.signed = 0
        """How many are signed so far."""

    def play(self, begin: Callable[[T], Story]) -> Telling[float]:
        """Begins the story of each at its instant, in order; comes to the longest time (seconds) that one was late.

        Raises what a job raised, when its turn has come.
        """
        late, number = 0.0, 0
        try:
            for _ in range(self._threads):
                yield Begin(self.sign())
            while (taken := (yield from self.take())) is not None:
                at, signed = taken
                number += 1
                if at > self._now():
                    yield Until(at)
                elif number % PIECE == 0:
                    yield Until(self._now() + PAUSE)  # whoever is late must not keep the others from their turn
                late = max(late, self._now() - at)
                yield Begin(begin(signed))
        finally:
            self.end()
        return late

    def take(self) -> Telling[tuple[float, T] | None]:
        """The next with its instant, once it is signed; None behind the last. Raises what its piece of work raised."""
        while not self._ready:
            piece = self._pieces[0] if self._pieces else None
            if piece is not None and piece.error is not None:
                raise piece.error
            if piece is not None and piece.signed is not None:
                self._ready.extend(zip((job.at for job in piece.jobs), piece.signed, strict=True))
                self._pieces.popleft()
                continue
            if piece is None and self._first is None:
                return None
            begins = piece.begins(self._horizon) if piece is not None else 0.0
            yield Until(max(self._now() + PAUSE, begins))
        self._ahead -= 1
        return self._ready.popleft()

    def sign(self) -> Story:
        """One of the threads: always the next piece that nobody has begun, as soon as there is room for it."""
        while self._first is not None:
            if self._ahead and self._ahead + PIECE > self._held:
                yield Until(self._now() + ROOM)
                continue
            piece = _Piece(self._cut(self._first))
            self._pieces.append(piece)
            self._ahead += len(piece.jobs)
            yield Until(piece.begins(self._horizon))
            try:
                piece.signed = yield Work(piece.sign)
                self.signed += len(piece.jobs)
            except Exception as error:  # whatever it is, it belongs to whoever takes this piece
                piece.error = error

    def end(self) -> None:
        """Nothing more is signed."""
        self._first = None

    def _cut(self, first: Job[T]) -> tuple[Job[T], ...]:
        """The next jobs that may be signed together: none is early or late by that."""
        jobs = [first]
        for job in self._jobs:
            if len(jobs) == PIECE or job.at > first.at + self._horizon / 2:
                self._first = job
                return tuple(jobs)
            jobs.append(job)
        self._first = None
        return tuple(jobs)
