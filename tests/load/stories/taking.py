"""A tally that remembers everything, and whoever tells stories in real time over plain connections."""

from __future__ import annotations

import time
from collections import Counter
from heapq import heappop, heappush
from itertools import count
from typing import Any

import httpx

from fixtures.model import Answer, Exchange, Order
from load.notes import Note
from load.story import Ask, Begin, Heard, NoAnswer, Story, Until, Work


class Taken:
    """What stories took down."""

    def __init__(self) -> None:
        self.good: Counter[str] = Counter()
        self.problems: list[tuple[str, str]] = []
        self.counts: Counter[str] = Counter()
        self.seconds: dict[str, float] = {}
        self.orders: list[Order] = []
        self.exchanges: list[Exchange] = []

    def took(self, metric: str, setup: str, seconds: float, order: str | None = None) -> None:
        self.good[metric] += 1
        self.seconds[metric] = seconds

    def failed(self, metric: str, setup: str, seconds: float, problem: str, order: str | None = None) -> None:
        self.problems.append((metric, problem))
        self.seconds[metric] = seconds

    def count(self, what: str, setup: str, by: int = 1) -> None:
        self.counts[what] += by

    def keep(self, entry: Order | Exchange | Note) -> None:
        if isinstance(entry, Order):
            self.orders.append(entry)
        elif isinstance(entry, Exchange):
            self.exchanges.append(entry)


class Narrator:
    """Tells stories one step after the other, in one thread, by the wall clock."""

    def __init__(self) -> None:
        self._http = httpx.Client(trust_env=False, timeout=10)
        self._due: list[tuple[float, int, Story, Any]] = []
        self._numbers = count()

    def tell(self, story: Story) -> None:
        """The story and everything that it begins, to the end."""
        self._put(0.0, story)
        while self._due:
            at, _, one, value = heappop(self._due)
            time.sleep(max(0.0, at - time.time()))
            self._go_on(one, value)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def _put(self, at: float, story: Story, value: Any = None) -> None:
        heappush(self._due, (at, next(self._numbers), story, value))

    def _go_on(self, story: Story, value: Any) -> None:
        error: Exception | None = None
        while True:
            try:
                step = story.throw(error) if error else story.send(value)
            except StopIteration:
                return None
            value = error = None
            match step:
                case Ask():
                    try:
                        value = self._asked(step)
                    except NoAnswer as problem:
                        error = problem
                case Work(call):
                    value = call()
                case Begin(beside):
                    self._put(0.0, beside)
                case Until(at):
                    return self._put(at, story)

    def _asked(self, ask: Ask) -> Heard:
        message, at, start = ask.message, time.time(), time.perf_counter()
        try:
            got = self._http.request(
                message.method, message.url, headers=message.headers, content=message.body, timeout=ask.seconds
            )
        except httpx.HTTPError as problem:
            raise NoAnswer(str(problem)) from None
        answer = Answer(got.status_code, tuple(got.headers.items()), got.content)
        return Heard(answer, at, time.perf_counter() - start)
