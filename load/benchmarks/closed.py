"""Plain Locust for the benchmark of stalls: each user orders, looks, and comes again at an even pace, when she can.

The same visit as the story `browse`, at the same rate together; but who waits for an answer does not come meanwhile.
"""

from __future__ import annotations

import time
from typing import Any

from locust import FastHttpUser, constant_throughput, events, task

from load.topics import BROWSE


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]
def add_options(parser: Any) -> None:
    """How often each user comes."""
    parser.add_argument("--each", type=float, default=1.0, metavar="N", help="visits a second of one user")


class Buyer(FastHttpUser):
    """Somebody who comes again and again."""

    def wait_time(self) -> float:
        """Seconds until she comes again; after an answer that took longer she comes at once."""
        seconds: float = constant_throughput(self.environment.parsed_options.each)(self)
        return seconds

    @task
    def browse(self) -> None:
        """One visit, told to Locust's table as one."""
        begun = time.perf_counter()
        placed = self.client.post("/orders", json={"item": "tea", "unique": "closed"})
        self.client.get(f"/orders/{placed.json()['id']}", name="/orders/:id")
        self.environment.events.request.fire(
            request_type="visit",
            name=BROWSE,
            response_time=(time.perf_counter() - begun) * 1000,
            response_length=0,
            exception=None,
            context={},
        )
