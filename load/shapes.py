"""How a day goes, for Locust: it counts users, the schedule counts arrivals; a shape only keeps enough at hand."""

from __future__ import annotations

from collections.abc import Callable

from locust import LoadTestShape

from load.floor import Floor
from load.users import Guest, Postman

AHEAD = 2.5  # seconds for which buyers are at hand; Locust asks a shape once a second
SPAWN_RATE = 100  # users a second: the fastest that Locust does without a warning


class Day(LoadTestShape):
    """As many users as are inside, about to come, or carrying letters; nobody is sent away before the end."""

    abstract = True
    opening: Callable[[], Floor | None]
    """Opens the floor of a new run, None where the run is refused; Locust's first tick comes before `test_start`."""

    floor: Floor | None = None
    most = 0

    def reset_time(self) -> None:
        """A new day."""
        super().reset_time()  # type: ignore[no-untyped-call]
        self.floor, self.most = type(self).opening(), 0
        if self.floor is not None:
            Guest.floor = self.floor

    def tick(self) -> tuple[int, float] | None:
        """The users wanted now; None when the day is over."""
        if self.floor is None or self.floor.over or self.runner is None:
            return None
        postmen = sum(kind.fixed_count for kind in self.runner.user_classes if issubclass(kind, Postman))
        self.most = max(self.most, self.floor.seats(AHEAD), 1)
        return self.most + postmen, SPAWN_RATE
