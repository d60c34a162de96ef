"""Who comes when, decided before the run: a schedule from a shape and a seed. Pure.

Arrivals are open: they do not wait for the target. What a target cannot take in time waits at the door, and that wait
is part of its latency.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

Curve = Callable[[float], float]
"""The rate of arrivals as a part of the highest (0 to 1), over the part of the day that has passed (0 to 1)."""

QUIET = 0.1  # of the peak's rate, before it begins and after it is over
CLIMB, FALL = 0.4, 0.6  # the parts of the day at which the peak is reached and left


def peak(passed: float) -> float:
    """The busiest hour of the year: a long climb from a quiet shop, a plateau, and the way back."""
    if passed < CLIMB:
        return QUIET + (1 - QUIET) * passed / CLIMB
    if passed <= FALL:
        return 1.0
    return QUIET + (1 - QUIET) * (1 - passed) / (1 - FALL)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A buyer who means to come `at` seconds after the beginning and to pay with the wallet table `setup`."""

    number: int
    at: float
    setup: str


def expected(curve: Curve, *, rate: float, seconds: float, steps: int = 1000) -> int:
    """How many buyers a day brings whose highest rate is `rate` a second; one at least."""
    area = sum(curve((step + 0.5) / steps) for step in range(steps)) / steps
    return max(1, round(area * rate * seconds))


def schedule(curve: Curve, setups: Sequence[str], *, rate: float, seconds: float, seed: int) -> tuple[Arrival, ...]:
    """The arrivals of a day, in order; the wallets come in turn, so that each has its share of every hour.

    Given their number, the arrivals of a Poisson process are independent draws from its rate: here by rejection.
    """
    random = Random(f"arrivals/{seed}")
    count = expected(curve, rate=rate, seconds=seconds)
    instants: list[float] = []
    while len(instants) < count:
        passed = random.random()
        if random.random() <= curve(passed):
            instants.append(passed * seconds)
    first = random.randrange(len(setups))
    return tuple(
        Arrival(number, at, setups[(first + number) % len(setups)]) for number, at in enumerate(sorted(instants))
    )
