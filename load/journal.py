"""What a load run did, line by line: written while it runs, read by the one that audits the books."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fixtures.model import Exchange, Order
from fixtures.wire import dump, load
from load.capacity import Capacity
from load.figures import Figures
from load.messages import Batch
from load.notes import Note, Sample
from load.plan import Plan
from load.shares import Share


@dataclass(frozen=True, slots=True)
class Beginning:
    """The plan of the run, and the Unix time of second 0 of its day."""

    plan: Plan
    began: float


Entry = Order | Exchange | Note | Sample | Capacity | Share
"""What stands in a journal by itself, or among the entries of a batch."""

_KINDS: dict[str, Any] = {
    "beginning": Beginning,
    "batch": Batch,
    "order": Order,
    "exchange": Exchange,
    "note": Note,
    "sample": Sample,
    "capacity": Capacity,
    "share": Share,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


@dataclass(slots=True)
class Record:
    """A journal that was read.

    `samples` are what went wrong and what took longest, as far as it was kept; `share` is what the sandbox had to do.
    """

    plan: Plan
    began: float
    figures: Figures
    orders: list[Order] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    capacity: Capacity | None = None
    share: Share | None = None

    def add(self, value: Any) -> None:
        """Takes one entry of the journal in, a batch with all that it holds."""
        match value:
            case Batch():
                self.figures.add(value)
                for each in entries(value.entries):
                    self.add(each)
            case Order():
                self.orders.append(value)
            case Exchange():
                self.exchanges.append(value)
            case Note():
                self.notes.append(value)
            case Sample():
                self.samples.append(value)
            case Capacity():
                self.capacity = value
            case Share():
                self.share = value


class Journal:
    """Appends to the file; a line that was written survives whatever happens to the process.

    `began` is the Unix time of second 0 of the day: now, where nothing else is said.
    """

    def __init__(self, path: Path, plan: Plan, began: float | None = None) -> None:
        self.path = path
        path.touch(mode=0o600)
        self._file = path.open("wb", buffering=0)
        self._write(Beginning(plan, time.time() if began is None else began))

    def write(self, value: Batch | Entry) -> None:
        """Adds one batch or entry."""
        self._write(value)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _write(self, value: Any) -> None:
        self._file.write(entry(value).encode() + b"\n")


def entry(value: Any) -> str:
    """One line of a journal, without its end."""
    kind = type(value)
    return f"{_NAMES[kind]}\t{dump(kind, value).decode()}"


def entries(lines: Iterable[str]) -> Iterator[Any]:
    """What the lines say. Raises ValueError for one that says something else."""
    for line in lines:
        name, _, text = line.partition("\t")
        if name not in _KINDS:
            raise ValueError(f"a line of a journal begins with {name[:20]!r}")
        yield load(_KINDS[name], text.encode())


def read_journal(path: Path) -> Record:
    """The journal, without a last line that was cut off. Raises ValueError for a file that is none."""
    with path.open("rb") as file:
        told = entries(line[:-1].decode() for line in file if line.endswith(b"\n"))
        beginning = next(told, None)
        if not isinstance(beginning, Beginning):
            raise ValueError(f"{path} is no journal of a load run")
        record = Record(beginning.plan, beginning.began, Figures(beginning.began))
        for value in told:
            record.add(value)
    return record
