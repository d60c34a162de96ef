"""How much of a run its own sandbox took: where that was busy all the time, the run measured it and not the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SATURATED = 0.9
"""The part of its one core above which the sandbox no longer answers at once."""


@dataclass(frozen=True, slots=True)
class Share:
    """What the sandbox did in so many seconds: requests answered, and seconds for which its one core was busy."""

    calls: int
    busy: float
    seconds: float

    @property
    def part(self) -> float:
        """The part of the time for which it was busy, from 0 to 1."""
        return self.busy / self.seconds if self.seconds > 0 else 0.0

    @property
    def saturated(self) -> bool:
        """Whether it may have kept the target waiting, so that times of a run say nothing about the target."""
        return self.part > SATURATED

    @property
    def rate(self) -> float:
        """How many requests a second it can answer with the whole of its core; 0 where nothing was measured."""
        return self.calls / self.busy if self.busy > 0 else 0.0

    def __str__(self) -> str:
        return f"sandbox busy for {self.part:.0%} of the time, {self.calls} calls, at most {self.rate:.0f} a second"


def sandbox_share(before: Mapping[str, Any], after: Mapping[str, Any], seconds: float) -> Share:
    """What lies between two looks at `SandboxClient.health()`, `seconds` apart."""
    return Share(after["served"] - before["served"], after["busy"] - before["busy"], seconds)
