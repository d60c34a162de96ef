"""One story being told: each step is taken, and the story goes on with what comes of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, Protocol

from load.engine.pool import Pool
from load.engine.tally import Book
from load.story import Ask, Begin, Step, Story, Until, Work


@dataclass(frozen=True, slots=True)
class Means:
    """What all stories are told with. `begin` has another one told beside."""

    loop: asyncio.AbstractEventLoop
    pool: Pool
    threads: Executor
    book: Book
    begin: Callable[[Story], None]


class Over(Protocol):
    """What is to be done when a story is over."""

    def __call__(self, teller: Teller, error: Exception | None) -> None: ...


class Teller:
    """Tells one story, and calls `over` when it is: with the error that ended it, if one did.

    `due` is when somebody meant to come for it (Unix seconds), until the first request has been handed over or the
    story has waited for something else. `seconds` is how long it took by its own account, None if it took nothing down,
    and `problem` why it was not served, if it was not.
    """

    __slots__ = ("_due", "_means", "_over", "_story", "_timer", "problem", "seconds")

    def __init__(self, means: Means, story: Story, over: Over, due: float = 0.0) -> None:
        self._means, self._over, self._due = means, over, due
        self._story: Story | None = story
        self._timer: asyncio.TimerHandle | None = None
        self.seconds: float | None = None
        self.problem: str | None = None

    def go(self, value: Any = None, problem: BaseException | None = None) -> None:
        """Goes on with the story, from the step that has come to this value or problem, to the next that takes time."""
        try:
            self._go(value, problem)
        except Exception as error:  # whatever leaves a story is not the concern of who brought it the answer
            self._end(error)

    def _go(self, value: Any, problem: BaseException | None) -> None:
        book = self._means.book
        while (story := self._story) is not None:
            ended = book.ended
            try:
                step = story.send(value) if problem is None else story.throw(problem)
            except StopIteration:
                step = None
            if book.ended != ended:
                self.seconds, self.problem = book.seconds, book.problem
            if step is None:
                self._end(None)
                return
            value = problem = None
            if type(step) is not Ask:
                if self._waits(step):
                    return
                continue
            if self._due:
                book.late(time.time() - self._due)
                self._due = 0.0
            problem = self._means.pool.ask(step, self)
            if problem is None:
                return

    def stop(self) -> None:
        """Ends the story where it is; it is not over by that."""
        story, self._story = self._story, None
        if self._timer is not None:
            self._timer.cancel()
        if story is not None:
            story.close()

    def _waits(self, step: Step) -> bool:
        """Takes a step that is no request; whether the story waits for what comes of it."""
        if isinstance(step, Begin):
            self._means.begin(step.story)
            return False
        if isinstance(step, Work):
            self._means.threads.submit(step.call).add_done_callback(self._done)
            return True
        if isinstance(step, Until):
            self._due = 0.0
            if step.at <= time.time():
                return False
            self._wait(step.at)
            return True
        raise TypeError(f"a story yielded {type(step).__name__}, which is no step")

    def _end(self, error: Exception | None) -> None:
        self._story = None
        self._over(self, error)

    def _wait(self, at: float) -> None:
        # the loop's timers know whole milliseconds and may be early by one
        self._timer = self._means.loop.call_later(at - time.time() + 0.001, self._woken, at)

    def _woken(self, at: float) -> None:
        self._timer = None
        if time.time() < at:
            self._wait(at)
        else:
            self.go()

    def _done(self, future: Future[Any]) -> None:
        """In the thread that did the work."""
        if not self._means.loop.is_closed():
            self._means.loop.call_soon_threadsafe(self._worked, future)

    def _worked(self, future: Future[Any]) -> None:
        if future.cancelled():
            return
        problem = future.exception()
        self.go(None if problem else future.result(), problem)
