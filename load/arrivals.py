"""Who comes when: a schedule from the stages of the day and a seed, decided before a stage begins. Pure.

Arrivals are open: they do not wait for the target. What a target cannot take in time waits at the door, and that wait
is part of its latency.

Whatever the rates are, arrivals are points on one axis: the number of arrivals expected since the beginning of the
day. Constant arrivals are the points 0.5, 1.5, 2.5, …; those of a Poisson process have exponential gaps of 1 on
average. A stage turns its part of the axis into time, so that no border loses an arrival or brings one twice.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, count
from math import sqrt
from random import Random

from load.days import area
from load.messages import Stage
from load.plan import Plan

GOLDEN = (sqrt(5) - 1) / 2
"""Steps of the golden section spread evenly over a circle, however many there are: every minute has its share."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who means to come `at` seconds after the beginning of the day, to play `story` with the wallet table
    `setup`."""

    number: int
    at: float
    setup: str
    story: str


class Schedule:
    """The arrivals of one run, the same in every process that has the same plan, wallet tables and weights.

    `stories` are the weights of the stories that may be told, by name; `unfit` are pairs of story and wallet table
    that make no sense together. `load.mix` knows all three. Raises ValueError where nobody could come: no wallet
    table, or one without a story of a positive weight.
    """

    def __init__(
        self,
        plan: Plan,
        setups: Sequence[str],
        stories: Mapping[str, float],
        unfit: Collection[tuple[str, str]] = (),
    ) -> None:
        random = Random(f"arrivals/{plan.seed}")
        self._roles = [_Role(setup, stories, unfit) for setup in setups]
        if not self._roles:
            raise ValueError("a schedule needs a wallet table")
        self._first, self._turn = random.randrange(len(setups)), random.random()
        self._instants = plan.instants if plan.process == "recorded" else None
        self._points = _poisson(random) if plan.process == "poisson" else (number + 0.5 for number in count())
        self._point = next(self._points)
        self._passed = 0.0
        self._numbers = count()

    def of(self, stage: Stage) -> Iterator[Arrival]:
        """The arrivals of the next stage, in order, made one by one. To be used up before those of the stage after."""
        instants = self._recorded(stage) if self._instants is not None else self._made(stage)
        # the instant first, so that the end of the stage takes no number
        return (self._arrival(number, at) for at, number in zip(instants, self._numbers, strict=False))

    def _made(self, stage: Stage) -> Iterator[float]:
        begun, self._passed = self._passed, self._passed + area(stage)
        over = self._passed
        while self._point < over:
            yield stage.begin + min(stage.seconds, _instant(stage, self._point - begun))
            self._point = next(self._points)

    def _recorded(self, stage: Stage) -> Iterator[float]:
        instants = self._instants or ()
        yield from instants[bisect_left(instants, stage.begin) : bisect_left(instants, stage.end)]

    def _arrival(self, number: int, at: float) -> Arrival:
        role = self._roles[(self._first + number) % len(self._roles)]
        return Arrival(number, at, role.setup, role.story((self._turn + number * GOLDEN) % 1.0))


class _Role:
    """A wallet table, and the stories that are told with it."""

    def __init__(self, setup: str, stories: Mapping[str, float], unfit: Collection[tuple[str, str]]) -> None:
        told = {name: weight for name, weight in stories.items() if weight > 0 and (name, setup) not in unfit}
        if not told:
            raise ValueError(f"there is no story to tell with {setup}")
        self.setup = setup
        self._stories, self._shares = tuple(told), tuple(accumulate(told.values()))

    def story(self, drawn: float) -> str:
        """The story at a place of the circle, 0 to 1."""
        return self._stories[min(bisect_right(self._shares, drawn * self._shares[-1]), len(self._stories) - 1)]


def _poisson(random: Random) -> Iterator[float]:
    point = 0.0
    while True:
        point += random.expovariate(1.0)
        yield point


def _instant(stage: Stage, arrivals: float) -> float:
    """Seconds after which the stage has brought so many arrivals: the inverse of its area so far."""
    if arrivals <= 0:
        return 0.0
    slope = (stage.high - stage.low) / stage.seconds
    return 2 * arrivals / (stage.low + sqrt(max(0.0, stage.low**2 + 2 * slope * arrivals)))
