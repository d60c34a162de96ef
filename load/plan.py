"""What a load run shall do, its options and its ceilings. Refused before anything is sent where it goes too far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from fixtures.model import NotApplicable
from fixtures.seating import setups_of
from fixtures.target.adapter import adapter_class, observed, operations
from fixtures.target.capabilities import capabilities
from fixtures.target.problems import ConfigurationError
from fixtures.target.settings import Settings
from fixtures.target.shelf import choose
from fixtures.wallets import discover
from load.arrivals import Arrival, expected, peak, schedule
from load.topics import METRICS

EVERY = "every"
MOST_RATE = 200.0  # buyers a second
MOST_SECONDS = 3600.0
MOST_BUYERS = 2000  # at the same time: each holds two connections
MOST_ORDERS = 20_000  # what the sandbox's history can hold whole, so that the audit sees everything
REQUESTS_PER_BUYER = 3  # placed, notified, read: the fewest a purchase takes


@dataclass(frozen=True, slots=True)
class Option:
    """One option of the command, of Locust's command line and, with `asked`, of the form in its web UI."""

    flag: str
    default: Any
    help: str
    metavar: str | None = None
    choices: tuple[str, ...] | None = None
    asked: bool = True
    kind: type | None = None

    def arguments(self) -> dict[str, Any]:
        """What argparse is told."""
        if self.default is False:
            return {"action": "store_true", "help": self.help}
        kind = {} if self.default is None and self.kind is None else {"type": self.kind or type(self.default)}
        shown = {"choices": self.choices} if self.choices else {"metavar": self.metavar}
        return {"default": self.default, "help": self.help, **kind, **shown}


PACE = (
    Option("--rate", 5.0, f"buyers a second at the peak (at most {MOST_RATE:g})", "N"),
    Option("--seconds", 60.0, f"how long buyers come (at most {MOST_SECONDS:g})", "S"),
    Option("--buyers", 200, f"most buyers in the shop at the same time (at most {MOST_BUYERS})", "N"),
    Option("--wallet", EVERY, "only this wallet", choices=(EVERY, *sorted(discover()))),
)
TARGET = (
    Option("--target", None, "target.toml of the integration under test", "FILE", asked=False),
    Option("--target-url", None, "base URL of a target that speaks the canonical contract", "URL", asked=False),
)
OUTPUT = (
    Option("--seed", None, "seed of every drawn choice (printed at the start)", "N", asked=False, kind=int),
    Option("--out", "reports/out", "where results and reports go", "FOLDER", asked=False),
    Option("--append", False, "join the results to those that stand there", asked=False),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """The pace of one run. `rate` is buyers a second at the peak, `buyers` the most at the same time."""

    rate: float
    seconds: float
    buyers: int
    wallet: str
    seed: int

    @classmethod
    def of(cls, options: Mapping[str, Any], seed: int) -> Self:
        """The plan that the options describe."""
        names = ("rate", "seconds", "buyers", "wallet")
        return cls(**{name: options[name] for name in names}, seed=seed)

    def flags(self) -> list[str]:
        """The plan as Locust's command line."""
        given = asdict(self)
        return [part for option in PACE for part in (option.flag, str(given[option.flag.removeprefix("--")]))]

    def setups(self, settings: Settings) -> list[str]:
        """The wallet tables that buyers pay with: the first mode of each wallet that sends notifications."""
        found = setups_of(settings, every_mode=False, only=() if self.wallet == EVERY else (self.wallet,))
        return [setup for setup in found if discover()[settings.wallets[setup].wallet or setup].travel == "pushed"]

    def arrivals(self, settings: Settings) -> tuple[Arrival, ...]:
        """Who comes when."""
        return schedule(peak, self.setups(settings), rate=self.rate, seconds=self.seconds, seed=self.seed)

    def permit(self, settings: Settings) -> None:
        """Raises ConfigurationError unless the target's owner consents to this load and the ceilings allow it."""
        problems = [*_consent(settings), *_service_levels(settings), *self._ceilings(), *self._limits(settings)]
        if problems:
            raise ConfigurationError("\n".join(problems))

    def _ceilings(self) -> list[str]:
        ranges = {"rate": MOST_RATE, "seconds": MOST_SECONDS, "buyers": MOST_BUYERS}
        given = asdict(self)
        problems = [
            f"--{name}: found {given[name]:g}; wanted more than 0 and at most {most:g}"
            for name, most in ranges.items()
            if not 0 < given[name] <= most
        ]
        known = next(option.choices for option in PACE if option.flag == "--wallet")
        if known and self.wallet not in known:
            problems.append(f"--wallet: found {self.wallet!r}; wanted one of {', '.join(known)}")
        return problems

    def _limits(self, settings: Settings) -> list[str]:
        if not self.setups(settings):
            wanted = "one that sends notifications and has a table in the target file"
            return [f"--wallet: found {self.wallet}; wanted {wanted}"]
        count = expected(peak, rate=self.rate, seconds=self.seconds)
        orders, pace = settings.bounds.orders, settings.bounds.requests_per_second
        problems = [problem for setup in self.setups(settings) if (problem := _unplayable(settings, setup))]
        if count > min(orders or MOST_ORDERS, MOST_ORDERS):
            allowed = "limits.orders" if orders and orders < MOST_ORDERS else "a run"
            problems.append(
                f"--rate, --seconds: found {count} orders; wanted at most {min(orders or MOST_ORDERS, MOST_ORDERS)}, "
                f"which is what {allowed} allows"
            )
        if pace is not None and self.rate * REQUESTS_PER_BUYER > pace:
            needed = self.rate * REQUESTS_PER_BUYER
            problems.append(f"--rate: found {needed:g} requests a second; wanted limits.requests_per_second, {pace:g}")
        return problems


def _consent(settings: Settings) -> list[str]:
    """What the target file lacks for a load to be allowed and to show anything."""
    adapter = adapter_class(settings)
    have = capabilities(settings, operations(adapter), observed(adapter))
    where = settings.where("capabilities")
    problems = []
    if "load" not in have:
        found = "no consent to load" + ("" if settings.capabilities else " (a URL alone consents to nothing)")
        problems.append(f'{where}: found {found}; wanted capabilities = ["load"] in a target file, from its owner')
    if "orders" not in have:
        problems.append(f"{where}: found no way to place and read orders; wanted order.place and order.read")
    elif not have & {"state", "fulfilments"}:
        problems.append(f"{where}: found neither state nor fulfilments in order.read; wanted one, to see who is served")
    return problems


def _unplayable(settings: Settings, setup: str) -> str | None:
    """Why a purchase with that wallet table cannot be played, None if it can."""
    table = settings.wallets[setup]
    docs = discover()[table.wallet or setup].docs
    if table.notify is None:
        return f"{settings.where('wallets', setup)}: found no notify; wanted the path at which notifications get in"
    try:
        choose(settings.goods, table.currencies or docs.currencies, docs, settings.bounds)
    except NotApplicable as lack:
        return f"{settings.where('shelf')}: {lack}"
    return None


def _service_levels(settings: Settings) -> list[str]:
    """Metrics that nothing measures."""
    known = ", ".join(METRICS)
    return [
        f"{settings.where('service_levels', index, 'metric')}: found {level.metric!r}; wanted one of {known}"
        for index, level in enumerate(settings.service_levels)
        if level.metric not in METRICS
    ]
