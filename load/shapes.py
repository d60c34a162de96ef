"""How a day goes, for Locust: the engines keep the schedule, the shape only says whether the run is on."""

from __future__ import annotations

from locust import LoadTestShape, User, constant, task

from load.conductor import Conductor


class Crowd(User):
    """Stands for an engine on Locust's page; the buyers and the wallets' notifications are in the engine."""

    wait_time = constant(60)

    @task
    def stay(self) -> None:
        """Stays until the run is over."""


class Day(LoadTestShape):
    """Locust's users stay until everybody inside an engine has been served, and the run ends with them."""

    conductor: Conductor

    def tick(self) -> tuple[int, float] | None:
        """The users wanted now; None when the run is over."""
        return self.conductor.users()
