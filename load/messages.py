"""What the processes of one load run tell each other, as lines of JSON.

Locust worker → its engine    Assignment (the first line), Start, then Stage lines, then Close
engine → Locust worker        Batch, as soon as it is ready, once a second, and once more at its end, with `over` set
Locust worker → master        the same batches, unchanged
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fixtures.wallets.interface import Keys
from fixtures.wire import dump, load
from load.plan import Plan


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the day in which the rate of arrivals goes evenly from `low` to `high` a second.

    `begin` counts in seconds from the beginning of the day. Stages follow each other without gaps; `number` counts
    from 0.
    """

    number: int
    begin: float
    seconds: float
    low: float
    high: float

    @property
    def end(self) -> float:
        """When it is over, in seconds from the beginning of the day."""
        return self.begin + self.seconds


@dataclass(frozen=True, slots=True)
class Assignment:
    """What one engine has to do: every arrival whose number is `index` modulo `of`.

    `session` is `Session.told()`, `began` the Unix time of second 0 of the day, unless Start says another.
    """

    session: Mapping[str, Any]
    keys: Mapping[str, Keys]
    plan: Plan
    began: float
    index: int = 0
    of: int = 1


@dataclass(frozen=True, slots=True)
class Start:
    """All engines are ready: second 0 of the day is at `began` (Unix time). Comes before the first Stage."""

    began: float


@dataclass(frozen=True, slots=True)
class Close:
    """Nobody comes in any more; who is inside is served. With `at_once` everybody is sent home."""

    reason: str = ""
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What happened in one engine since the batch before.

    Keys of `histograms` (HDR histograms of microseconds, encoded by hdrhistogram), `failures` (problem to number) and
    `counts` are "name/setup". The histograms hold every sample, those that failed too. `at` is Unix seconds. `inside`
    counts stories being told, `letters` those of them that a wallet began, `lag` is the worst of the generator since
    the batch before (seconds), `memory` is resident bytes, `processor` CPU seconds used so far, `sandbox` seconds spent
    waiting for the sandbox, `target` for the target. `entries` are lines of the journal.
    """

    engine: int
    at: float
    histograms: Mapping[str, str] = field(default_factory=dict)
    failures: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    inside: int = 0
    letters: int = 0
    lag: float = 0.0
    memory: int = 0
    processor: float = 0.0
    sandbox: float = 0.0
    target: float = 0.0
    entries: tuple[str, ...] = ()
    over: bool = False


Command = Start | Stage | Close
_KINDS: dict[str, type[Any]] = {
    "assignment": Assignment,
    "start": Start,
    "stage": Stage,
    "close": Close,
    "batch": Batch,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def line(message: Assignment | Command | Batch) -> bytes:
    """The message as one line, with its end."""
    return _NAMES[type(message)].encode() + b"\t" + dump(type(message), message) + b"\n"


def told(text: bytes) -> Assignment | Command | Batch:
    """The message of a line. Raises Malformed (a ValueError) for one that says something else."""
    name, _, body = text.partition(b"\t")
    kind = _KINDS.get(name.decode("ascii", "replace"))
    if kind is None:
        raise ValueError(f"a line begins with {name[:20]!r}")
    message: Assignment | Command | Batch = load(kind, body)
    return message
