"""A watch from its beginning to its end: it hears what the engines tell, and is shown where the options say."""

from __future__ import annotations

import importlib.util
import os
import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Literal, Self

from fixtures.model import Order
from fixtures.target.problems import ConfigurationError
from fixtures.target.settings import Settings
from load.figures import Figures
from load.journal import entries
from load.messages import Batch
from load.mix import mix
from load.plan import Plan
from load.watching.prometheus import Address, address, serve
from load.watching.rounds import Own, Rounds
from load.watching.watch import Watch

if TYPE_CHECKING:
    from load.watching.telemetry import Telemetry

_ORDER = "order\t"  # how an order begins among the entries of a batch


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a watch is shown: at an address for Prometheus, by OpenTelemetry, both, or nowhere."""

    prometheus: Address | None = None
    telemetry: Literal["otlp", "console"] | None = None

    @classmethod
    def of(cls, prometheus: str | None, telemetry: str | None) -> Self:
        """What the options `--prometheus` and `--telemetry` say. Raises ConfigurationError."""
        try:
            where = address(prometheus) if prometheus else None
        except ValueError as problem:
            raise ConfigurationError(str(problem)) from None
        match telemetry or None:
            case None:
                return cls(where)
            case "otlp" | "console" as destination:
                if importlib.util.find_spec("opentelemetry") is None:
                    raise ConfigurationError(
                        "--telemetry: OpenTelemetry is missing; install walletproof with its extra `telemetry`"
                    )
                return cls(where, destination)
        raise ConfigurationError(f"--telemetry: found {telemetry!r}; wanted otlp or console")

    def require_address(self) -> None:
        """Raises ConfigurationError where the address for Prometheus cannot be had, before anything is begun."""
        if self.prometheus is not None:
            try:
                family = socket.AF_INET6 if ":" in self.prometheus.host else socket.AF_INET
                socket.create_server(self.prometheus, family=family).close()
            except OSError as problem:
                raise _taken(self.prometheus, problem) from None

    def __bool__(self) -> bool:
        """Whether it is shown anywhere."""
        return self.prometheus is not None or self.telemetry is not None


class Monitor:
    """Begun with a run, or before it. `figures` gives those of the run that is on, None between two.

    Raises ConfigurationError where the address for Prometheus cannot be had.
    """

    def __init__(self, settings: Settings, figures: Callable[[], Figures | None], shown: Shown) -> None:
        self._watch, self._own, self._stack = Watch(figures, _expected(settings)), Own(), ExitStack()
        self._telemetry: Telemetry | None = None
        self.address: Address | None = None
        """Where Prometheus may ask."""
        if shown.prometheus is not None:
            self.address = self._serve(shown.prometheus)
            print(f"walletproof: measures at {self.address.url}", flush=True)
        if shown.telemetry is not None:
            from load.watching.telemetry import Telemetry, reader  # an extra that nobody else has to install

            self._telemetry = Telemetry(self._watch, reader(shown.telemetry))
            self._stack.callback(self._telemetry.close)
        self._stack.callback(Rounds(settings, self._watch, self._own).close)

    def add(self, batch: Batch) -> None:
        """What one engine told."""
        self._watch.add(batch)
        for order in entries(line for line in batch.entries if line.startswith(_ORDER)):
            if isinstance(order, Order):
                self._own.add(order.id)
        if self._telemetry is not None:
            self._telemetry.add(batch)

    def close(self) -> None:
        """Ends the looks at the target, exports for the last time, and gives the address back."""
        self._stack.close()

    def _serve(self, at: Address) -> Address:
        try:
            taken, close = serve(self._watch, at)
        except OSError as problem:
            raise _taken(at, problem) from None
        self._stack.callback(close)
        return taken


def _taken(at: Address, problem: OSError) -> ConfigurationError:
    return ConfigurationError(f"--prometheus: {at.host}:{at.port} cannot be had: {os.strerror(problem.errno or 0)}")


def _expected(settings: Settings) -> frozenset[tuple[str, str]]:
    """The stories that a heartbeat tells at this target, each with its wallet table."""
    told = mix(Plan.of({"shape": "heartbeat"}, 0), settings)
    return frozenset(product(told.weights, told.setups)) - told.unfit
