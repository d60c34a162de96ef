"""A day of your own with Locust's ordinary users: locust -f examples/locustfile.py --headless -u 5 -t 20s

Without a target file it is played against the embedded merchant.
"""

from __future__ import annotations

from typing import Any

from locust import between, events, task

from load.arrivals import Arrival
from load.stories import Kind
from load.stories.scene import Scene
from load.story import Story
from load.users import StoryUser, open_shop


@events.init.add_listener
def begin(environment: Any, **_: Any) -> None:
    """Starts what the day stands on."""
    open_shop(environment, target=None)


def curious(scene: Scene, arrival: Arrival, due: float) -> Story:
    """A story of your own, made of the same parts: a buyer who looks at her unpaid order twice."""
    with scene.judged("curious", due):
        order = yield from scene.place(arrival.setup)
        yield from scene.untouched(order)
        yield from scene.untouched(order)


class Shopper(StoryUser):
    """Buys most of the time."""

    wait_time = between(0.2, 1)

    @task(8)
    def buys(self) -> None:
        """With each wallet in turn."""
        self.tell("purchase")

    @task(1)
    def abandons(self) -> None:
        """Always with the same."""
        self.tell("abandon", setup="stripe")

    @task(1)
    def looks_twice(self) -> None:
        """In her own way."""
        self.tell(Kind(curious, weight=1.0))
