"""What a payment costs the sandbox, beside what it costs the embedded merchant: whether the sandbox may hold up a run.

Both are told in seconds of processor time, which other work on the machine does not change much. The ratio says how
many such merchants, each with a core of its own, one core of the sandbox can serve.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import TypeVar

from fixtures.bench import Bench, Place
from fixtures.model import Order
from fixtures.preparing import prepare_embedded
from fixtures.session import bench_of

AIM = 1.0  # merchants at least, for the wallet that costs the sandbox most
TICKS = os.sysconf("SC_CLK_TCK")
MERCHANT = "fixtures.merchant"

T = TypeVar("T")


@dataclass(slots=True)
class Cost:
    """What happened meanwhile: gateway and control calls, seconds of processor time of the sandbox and the merchant."""

    gateway: int = 0
    control: int = 0
    sandbox: float = 0.0
    merchant: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One wallet. `life` is the cost of `orders` orders from placing to their last look, `calls` of gateway calls."""

    wallet: str
    orders: int
    life: Cost
    calls: Cost
    control: Cost

    @property
    def ratio(self) -> float:
        """How many merchants one core of the sandbox serves."""
        return self.life.merchant / self.life.sandbox

    def __str__(self) -> str:
        gateway, control = _rate(self.calls.gateway, self.calls), _rate(self.control.control, self.control)
        sandbox, merchant = (1000 * spent / self.orders for spent in (self.life.sandbox, self.life.merchant))
        return (
            f"{self.wallet:10} {gateway:>12} {control:>12} {sandbox:12.2f} {merchant:12.2f} "
            f"{1000 / merchant:12.0f} {self.ratio:8.1f}"
        )


HEAD = (
    f"{'wallet':10} {'gateway/s':>12} {'control/s':>12} {'sandbox ms':>12} {'merchant ms':>12} {'orders/s':>12} "
    f"{'ratio':>8}"
)


def _rate(calls: int, cost: Cost) -> str:
    return f"{calls / cost.sandbox:.0f}" if calls and cost.sandbox else "-"


class Meter:
    """Reads both processes' clocks."""

    def __init__(self, bench: Bench, merchant: int) -> None:
        self._bench, self._merchant = bench, merchant

    @contextmanager
    def meter(self, *costs: Cost) -> Iterator[None]:
        """Adds what happens within the block to the costs."""
        health, spent = self._bench.sandbox.health(), _processor(self._merchant)
        yield
        now = self._bench.sandbox.health()
        gateway = now["exchanges"] - health["exchanges"]
        for cost in costs:
            cost.gateway += gateway
            cost.control += now["served"] - health["served"] - gateway - 1  # the look itself
            cost.sandbox += now["busy"] - health["busy"]
            cost.merchant += _processor(self._merchant) - spent
        self._bench.flush()


def measure(bench: Bench, meter: Meter, setup: str, count: int) -> Row:
    """Plays orders of one wallet to their end, and others that are cancelled."""
    place = bench.place("benchmark", setup)
    _lived(place, [bench.target.place(setup)])  # whatever is made once
    bench.flush()
    life, calls, control = Cost(), Cost(), Cost()
    with meter.meter(life, calls):
        orders = [bench.target.place(setup) for _ in range(count)]
    with meter.meter(life, control):
        payments = [place.wallet.pay(order) for order in orders]
    with meter.meter(life):
        for payment in payments:
            place.wallet.prove(payment)
        for order in orders:
            bench.target.settled(order, paid=True)
    cancelled = [bench.target.place(setup) for _ in range(count)]
    with meter.meter(calls):
        _each(bench.target.cancel, cancelled)
    if "refund" in bench.target.capabilities and place.wallet.travel != "observed":
        with meter.meter(calls):
            _each(lambda order: bench.target.refund(order, order.price), orders)
    return Row(setup, count, life, calls, control)


def _lived(place: Place, orders: Sequence[Order]) -> None:
    for order in orders:
        place.wallet.prove(place.wallet.pay(order))
        place.bench.target.settled(order, paid=True)


def _each(act: Callable[[T], object], things: Iterable[T]) -> None:
    for thing in things:
        act(thing)


def _run(setups: Sequence[str], count: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="walletproof-") as folder, ExitStack() as stack:
        session = prepare_embedded(Path(folder), stack, seed=1, examples=0)
        bench = bench_of(session)
        bench.sandbox.begin()
        meter = Meter(bench, _child(MERCHANT))
        chosen = setups or sorted({wallet.name for wallet in bench.wallets.values()})
        rows = []
        for setup in chosen:
            rows.append(measure(bench, meter, setup, count))
            print(rows[-1], flush=True)
        return rows


def _processor(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _child(module: str) -> int:
    """The child of this process that runs the module."""
    for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split():
        if module in Path(f"/proc/{pid}/cmdline").read_text("ascii").split("\0"):
            return int(pid)
    raise RuntimeError(f"no child runs {module}")


def main() -> int:
    """Prints each run, then medians; 1 where the sandbox costs more than the merchant it serves."""
    parser = argparse.ArgumentParser(prog="python -m load.benchmarks.sandbox", description=__doc__)
    parser.add_argument("--orders", type=int, default=100, help="of each wallet and run (100)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--wallet", action="append", default=[], help="only this wallet (repeatable)")
    options = parser.parse_args()
    print("a second of one core: gateway calls, control calls; an order's whole life: ms of sandbox and merchant")
    runs: list[list[Row]] = []
    for number in range(options.runs):
        print(f"run {number + 1} of {options.runs}\n{HEAD}", flush=True)
        runs.append(_run(options.wallet, options.orders))
    ratios = {rows[0].wallet: median(row.ratio for row in rows) for rows in zip(*runs, strict=True)}
    least = min(ratios, key=lambda wallet: ratios[wallet])
    print("medians: " + ", ".join(f"{wallet} {ratio:.1f}" for wallet, ratio in ratios.items()))
    print(f"one core of the sandbox serves {fmean(ratios.values()):.1f} merchants, wallet by wallet in equal parts")
    print(f"fewest with {least}: {ratios[least]:.1f}, aim {AIM:g}: {'reached' if ratios[least] >= AIM else 'MISSED'}")
    return int(ratios[least] < AIM)


if __name__ == "__main__":
    sys.exit(main())
