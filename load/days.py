"""The days that a load run may play: how the rate of arrivals goes, as stages that follow each other. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate

from load.messages import Stage
from load.plan import Plan, Shape

QUIET = 0.1  # of the highest rate: a shop before its busiest hour, and after it
STEPS = 5
RUSH = 1.0  # seconds in which a sale fills the shop

Part = tuple[float, float, float]
"""A part of the day: its seconds, and the rate at its beginning and at its end as parts of the highest rate."""


def stages(plan: Plan) -> tuple[Stage, ...]:
    """The day of the plan. None for `capacity`: its stages depend on what they show (`load.search`)."""
    if plan.process == "recorded":
        average = len(plan.instants) / plan.seconds
        return tuple(_following([(plan.seconds, average, average)]))
    parts = _DAYS[plan.shape](plan.seconds)
    return tuple(_following((length, low * plan.rate, high * plan.rate) for length, low, high in parts if length > 0))


def area(stage: Stage) -> float:
    """How many arrivals a stage brings on average."""
    return stage.seconds * (stage.low + stage.high) / 2


def expected(day: Iterable[Stage]) -> float:
    """How many arrivals a day brings on average."""
    return sum(map(area, day))


def _peak(seconds: float) -> list[Part]:
    """The busiest hour of the year: a long climb from a quiet shop, a plateau, and the way back."""
    return [(0.4 * seconds, QUIET, 1.0), (0.2 * seconds, 1.0, 1.0), (0.4 * seconds, 1.0, QUIET)]


def _spike(seconds: float) -> list[Part]:
    """A sale: a quiet shop, everybody within its first second, a while of that, and fewer and fewer."""
    rush = min(RUSH, 0.05 * seconds)
    held, decay = 0.3 * seconds - rush, 0.3 * seconds
    quiet = 0.2 * seconds
    return [(quiet, QUIET, QUIET), (rush, QUIET, 1.0), (held, 1.0, 1.0), (decay, 1.0, QUIET), (quiet, QUIET, QUIET)]


def _step(seconds: float) -> list[Part]:
    """Equal steps up to the highest rate, equally long."""
    return [(seconds / STEPS, step / STEPS, step / STEPS) for step in range(1, STEPS + 1)]


def _even(seconds: float) -> list[Part]:
    """The same rate all the time."""
    return [(seconds, 1.0, 1.0)]


def _searched(_: float) -> list[Part]:
    return []


_DAYS: Mapping[Shape, Callable[[float], list[Part]]] = {
    "peak": _peak,
    "spike": _spike,
    "step": _step,
    "soak": _even,
    "heartbeat": _even,
    "capacity": _searched,
}


def _following(parts: Iterable[Part]) -> Iterator[Stage]:
    day = list(parts)
    begins = accumulate((seconds for seconds, _, _ in day), initial=0.0)
    for number, (begin, (seconds, low, high)) in enumerate(zip(begins, day, strict=False)):
        yield Stage(number, begin, seconds, low, high)
