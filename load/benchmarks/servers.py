"""Small shops of which the truth is known: `python -m load.benchmarks.servers`. They take orders and show them.

`flat` serves `--limit` orders a second, one after the other, each in the same time, and takes no processor time for
it: up to the limit every answer takes the same, above it a queue grows. `stalls` answers at once, but stands still for
`--stall` seconds in every `--every`, its whole process with it.

With `--log FILE` each finished visit is a line: the word by which the order was told apart when it was placed, and when
its buyer was shown it (Unix seconds). One core is enough for some thousand orders a second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, TextIO

import uvloop

from fixtures.processes import announce, die_with_parent

ALONE = 0.005  # seconds that a flat server takes for an order when nobody waits
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)

DESCRIPTION = """\
base_url = "{url}"
capabilities = ["load"]

[order.place]
request = "POST /orders"
json = {{ item = "{{item}}", unique = "{{unique}}" }}
capture = {{ id = "id", reference = "reference" }}

[order.read]
request = "GET /orders/{{id}}"
capture = {{ state = "state" }}

[order.states]
pending = ["pending"]

[wallets.{wallet}]
notify = "/notify"

[[shelf]]
item = "tea"
price = 1250
currency = "CNY"

[load.stories]
browse = 1
{nothing_else}
"""


class Flat:
    """One order after the other, `limit` a second."""

    def __init__(self, limit: float) -> None:
        self._each, self._free = 1 / limit, 0.0

    def ready(self, now: float) -> float:
        """When an order that comes now (seconds of any clock) is placed."""
        start = max(now, self._free)
        self._free = start + self._each
        return start + ALONE


class Desk:
    """What is known of the orders."""

    def __init__(self, flat: Flat | None, log: TextIO | None) -> None:
        self._flat, self._log = flat, log
        self._numbers = count(1)
        self._open: dict[str, str] = {}

    def place(self, body: bytes, answer: Callable[[bytes], None]) -> None:
        """Takes an order, and answers when it is placed."""
        number = str(next(self._numbers))
        self._open[number] = json.loads(body)["unique"]
        text = json.dumps({"id": number, "reference": f"r{number}"}).encode()
        if self._flat is None:
            answer(text)
            return
        loop = asyncio.get_running_loop()
        loop.call_at(self._flat.ready(loop.time()), answer, text)

    def read(self, number: str, answer: Callable[[bytes], None]) -> None:
        """Shows an order."""
        unique = self._open.pop(number, "")
        answer(json.dumps({"state": "pending"}).encode())
        if self._log is not None:
            self._log.write(f"{unique} {time.time():.6f}\n")


class Counter(asyncio.Protocol):
    """One connection, kept alive; its client asks one thing after the other."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._heard = desk, b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, end, rest = self._heard.partition(b"\r\n\r\n")
        found = LENGTH.search(head)
        length = int(found[1]) if found else 0
        if not end or len(rest) < length:
            return
        self._heard = b""
        method, path, _ = head.split(b" ", 2)
        if method == b"POST":
            self._desk.place(rest, self._answer)
        else:
            self._desk.read(path.rpartition(b"/")[2].decode(), self._answer)

    def _answer(self, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


async def serve(desk: Desk, announcement: Path, stall: float, every: float) -> None:
    """Serves until SIGTERM."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    server = await loop.create_server(lambda: Counter(desk), "127.0.0.1", 0, backlog=4096)
    announce(announcement, {"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"})
    if stall:
        _stand_still(loop, stall, every)
    await over.wait()
    server.close()


def _stand_still(loop: asyncio.AbstractEventLoop, stall: float, every: float) -> None:
    def still() -> None:
        time.sleep(stall)
        loop.call_later(every - stall, still)

    loop.call_later(every - stall, still)


def main() -> None:
    """Runs one server."""
    parser = argparse.ArgumentParser(prog="python -m load.benchmarks.servers", description=__doc__)
    parser.add_argument("kind", choices=("flat", "stalls"))
    parser.add_argument("--limit", type=float, default=200.0, metavar="N")
    parser.add_argument("--stall", type=float, default=1.0, metavar="S")
    parser.add_argument("--every", type=float, default=10.0, metavar="S")
    parser.add_argument("--log", type=Path, default=None, metavar="FILE")
    parser.add_argument("--core", type=int, default=None, metavar="N", help="run on this core alone")
    parser.add_argument("--announce", type=Path, required=True, metavar="FILE")
    parser.add_argument("--parent", type=int, required=True, metavar="PID")
    options = parser.parse_args()
    die_with_parent(options.parent)
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    flat = Flat(options.limit) if options.kind == "flat" else None
    stall = options.stall if options.kind == "stalls" else 0.0
    log = options.log.open("w", encoding="utf-8") if options.log else None
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(Desk(flat, log), options.announce, stall, options.every))
    finally:
        if log is not None:
            log.close()


if __name__ == "__main__":
    main()
