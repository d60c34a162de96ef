"""What a load run shall do, and the options that say so. Whether it may is decided by `load.consent`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

from fixtures.seating import setups_of
from fixtures.target.problems import ConfigurationError
from fixtures.target.settings import Settings
from fixtures.wallets import discover
from load.recorded import busiest, instants_of

Shape = Literal["peak", "spike", "step", "soak", "heartbeat", "capacity"]
Process = Literal["poisson", "constant", "recorded"]

EVERY = "every"
FOREVER = 10 * 365 * 86_400.0
"""Seconds after which a heartbeat ends that was given no end: ten years."""

MOST_RATE = 2000.0  # stories a second
MOST_SECONDS: Mapping[Shape, float] = {"soak": 86_400.0, "heartbeat": FOREVER}
MOST_SECONDS_ELSE = 3600.0
MOST_BUYERS = 10_000  # at the same time: they have a gigabyte of memory between them
RATES: Mapping[Shape, float] = {"heartbeat": 1 / 60, "capacity": MOST_RATE}
RATE_ELSE = 5.0
SECONDS: Mapping[Shape, float] = {"heartbeat": FOREVER, "capacity": 180.0}
SECONDS_ELSE = 60.0


@dataclass(frozen=True, slots=True)
class Option:
    """One option of the command, of Locust's command line and, with `asked`, of the form in its web UI.

    Without a default, what is left out depends on the shape.
    """

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
    Option("--shape", "peak", "how the day goes", choices=get_args(Shape)),
    Option(
        "--rate",
        None,
        f"stories a second where there are most (5; heartbeat: one a minute; capacity: where the search ends; at most "
        f"{MOST_RATE:g})",
        "N",
        kind=float,
    ),
    Option(
        "--seconds",
        None,
        "how long somebody comes (60; heartbeat: until it is interrupted; capacity: the longest search, 180)",
        "S",
        kind=float,
    ),
    Option("--buyers", 2000, f"most stories told at the same time; more are turned away (at most {MOST_BUYERS})", "N"),
    Option("--wallet", EVERY, "only this wallet", choices=(EVERY, *sorted(discover()))),
    Option(
        "--arrivals",
        None,
        "poisson, constant, or a CSV file of real arrivals: one instant a line, in seconds or ISO 8601 (poisson; "
        "heartbeat and capacity: constant)",
        "PROCESS|FILE.csv",
    ),
)
TARGET = (
    Option("--target", None, "target.toml of the integration under test", "FILE", asked=False),
    Option("--target-url", None, "base URL of a target that speaks the canonical contract", "URL", asked=False),
)
OUTPUT = (
    Option("--seed", None, "seed of every drawn choice (printed at the start)", "N", asked=False, kind=int),
    Option("--out", "reports/out", "where results and reports go", "FOLDER", asked=False),
    Option("--known", None, "known.toml: failures that are known and accepted", "FILE", asked=False),
    Option("--prometheus", None, "where Prometheus may ask for live figures: PORT or HOST:PORT", "PORT", asked=False),
    Option("--telemetry", None, "exports live figures by OpenTelemetry", choices=("otlp", "console"), asked=False),
    Option("--append", False, "join the results to those that stand there", asked=False),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """The pace of one run.

    `rate` is stories a second where there are most (for `capacity` the highest that is tried), `seconds` how long
    somebody comes (for `capacity` the longest search), `buyers` the most stories told at once, `wallet` a name or
    "every", `instants` the seconds since the first arrival of a `recorded` process, which were read from `file`.
    """

    rate: float
    seconds: float
    buyers: int
    wallet: str
    seed: int
    shape: Shape = "peak"
    process: Process = "poisson"
    instants: tuple[float, ...] = ()
    file: str = ""

    @classmethod
    def of(cls, options: Mapping[str, Any], seed: int) -> Self:
        """The plan that the options describe; one that is missing has its default. Raises ConfigurationError."""
        given = {name: value for name, value in options.items() if value is not None and value != ""}
        shape = _word("shape", given.get("shape", "peak"), get_args(Shape))
        buyers, wallet = _number("buyers", given, _default("--buyers"), whole=True), str(given.get("wallet", EVERY))
        process = given.get("arrivals", "constant" if shape in {"heartbeat", "capacity"} else "poisson")
        common = {"buyers": int(buyers), "wallet": wallet, "seed": seed, "shape": shape}
        if process not in {"poisson", "constant"}:
            return cls._recorded(process, given, common)
        rate = _number("rate", given, RATES.get(shape, RATE_ELSE))
        seconds = _number("seconds", given, SECONDS.get(shape, SECONDS_ELSE))
        return cls(rate=rate, seconds=seconds, process=process, **common)

    @classmethod
    def _recorded(cls, file: str, given: Mapping[str, Any], common: Mapping[str, Any]) -> Self:
        """Real arrivals have a pace of their own; only how many seconds of them are played may be chosen."""
        instants = instants_of(file)
        for name in ("rate", "shape"):
            if name in given and (name, given[name]) != ("shape", "peak"):
                raise ConfigurationError(f"--{name}: found it beside --arrivals {file}; wanted one of the two")
        seconds = _number("seconds", given, instants[-1] + 1.0)
        played = tuple(at for at in instants if at < seconds)
        most = float(busiest(played))
        return cls(rate=most, seconds=seconds, process="recorded", instants=played, file=file, **common)

    @property
    def endless(self) -> bool:
        """Whether it goes on until it is interrupted."""
        return self.seconds >= FOREVER

    def flags(self) -> list[str]:
        """The plan as Locust's command line."""
        given = {"shape": self.shape, "buyers": self.buyers, "wallet": self.wallet, "seconds": self.seconds}
        given |= {"arrivals": self.file} if self.file else {"arrivals": self.process, "rate": self.rate}
        return [part for name, value in given.items() for part in (f"--{name}", str(value))]

    def setups(self, settings: Settings) -> list[str]:
        """The wallet tables that are played: the first mode of each wallet."""
        return setups_of(settings, every_mode=False, only=() if self.wallet == EVERY else (self.wallet,))


def _default(flag: str) -> Any:
    return next(option.default for option in PACE if option.flag == flag)


def _word(name: str, found: Any, wanted: tuple[str, ...]) -> Any:
    if found not in wanted:
        raise ConfigurationError(f"--{name}: found {found!r}; wanted one of {', '.join(wanted)}")
    return found


def _number(name: str, given: Mapping[str, Any], default: float, *, whole: bool = False) -> float:
    """A number of the command line, or the text of a form."""
    found = given.get(name, default)
    try:
        return int(found) if whole else float(found)
    except ValueError:
        raise ConfigurationError(f"--{name}: found {found!r}; wanted a {'whole ' * whole}number") from None
