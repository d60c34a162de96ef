"""The busiest hour of the year. Buyers come as a peak brings them, pay, and look until the goods have left; wallets
notify, and repeat what was not acknowledged.

The run is good when every buyer was served within the service levels *and* the books balance afterwards.
Arrivals are open up to the generator's own capacity; beyond it the lag turns the run inconclusive, not red.
"""

from __future__ import annotations

from locust import task

from load import hooks
from load.shapes import Day
from load.users import Postman, Shopper

__all__ = ["Buyer", "Peak", "Wallet", "hooks"]


class Buyer(Shopper):
    """Places an order, pays at the wallet, and reads the order until it is fulfilled."""

    loses_every = 5
    """Every fifth notification's acknowledgement is lost on its way back, so that the wallet repeats it."""

    @task
    def buy(self) -> None:
        """One purchase."""
        self.shop()


class Wallet(Postman):
    """Notifies the target of payments, by the wallet's own schedule in short."""

    fixed_count = 10
    """Notifications that can be on their way at the same time; more wait, and count as lag of the generator."""

    @task
    def notify(self) -> None:
        """One notification."""
        self.carry()


class Peak(Day):
    """A long climb, a plateau, and the way back (`load.arrivals.peak`)."""
