"""What stands in the journal beside orders, exchanges and figures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is no fault of the target: a limit reached, an error of ours."""

    text: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """One step or story worth telling by itself: it went wrong, or nothing took longer.

    `at` is when it was over (Unix seconds), `seconds` how long it took, `order` the target's id of its order.
    """

    metric: str
    setup: str
    at: float
    seconds: float
    problem: str | None = None
    order: str | None = None
