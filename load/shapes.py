"""How a day goes, for Locust. Locust counts users; the schedule counts arrivals, so a shape only keeps enough at hand."""

from __future__ import annotations

from locust import LoadTestShape

from load.users import Postman, Shopper

AHEAD = 2.5  # seconds for which buyers are at hand; Locust asks a shape once a second
SPAWN_RATE = 100  # users a second: the fastest that Locust does without a warning


class Day(LoadTestShape):
    """As many users as are inside, about to come, or carrying letters; nobody is sent away before the end."""

    abstract = True
    most = 0

    def tick(self) -> tuple[int, float] | None:
        """The users wanted now; None when the day is over."""
        floor = Shopper.floor
        if self.get_run_time() >= floor.plan.seconds or floor.closed:
            return None
        postmen = sum(kind.fixed_count for kind in self.runner.user_classes if issubclass(kind, Postman))
        self.most = max(self.most, floor.seats(AHEAD), 1)
        return self.most + postmen, SPAWN_RATE

    def reset_time(self) -> None:
        """A new day."""
        super().reset_time()
        self.most = 0
