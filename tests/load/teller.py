"""Tells stories without sockets, on a clock of its own that jumps to whatever is waited for."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Any

from load.story import Ask, Begin, Heard, NoAnswer, Step, Story, Until, Work

THREADS = 2


def silence(ask: Ask) -> Heard:
    """Nobody answers."""
    raise NoAnswer(f"nobody answers {ask.message.url}")


class Teller:
    """Work is done in two threads and takes no time of this clock; `answer` says at once what comes of a request."""

    def __init__(self, answer: Callable[[Ask], Heard] = silence, now: float = 1_000_000.0) -> None:
        self._answer, self._now = answer, now
        self._numbers = count()
        self._waiting: list[tuple[float, int, Story]] = []
        self._working: list[tuple[Story, Future[Any]]] = []

    def now(self) -> float:
        """The time of the story."""
        return self._now

    def tell(self, story: Generator[Step, Any, Any]) -> None:
        """Tells it and everything that it began, to the end."""
        with ThreadPoolExecutor(THREADS) as self._threads:
            self._go_on(story)
            while self._working or self._waiting:
                if self._working and not (self._waiting and self._waiting[0][0] <= self._now):
                    worker, future = self._working.pop(0)
                    self._go_on(worker, *_come_of(future.result))
                else:
                    at, _, waiting = heappop(self._waiting)
                    self._now = max(self._now, at)
                    self._go_on(waiting)

    def _go_on(self, story: Story, value: Any = None, error: Exception | None = None) -> None:
        while True:
            try:
                step = story.throw(error) if error else story.send(value)
            except StopIteration:
                return
            value = error = None
            match step:
                case Begin(beside):
                    self._go_on(beside)
                case Ask():
                    value, error = _come_of(partial(self._answer, step))
                case Until(at):
                    heappush(self._waiting, (at, next(self._numbers), story))
                    return
                case Work(call):
                    self._working.append((story, self._threads.submit(call)))
                    return


def _come_of(call: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return call(), None
    except Exception as error:
        return None, error
