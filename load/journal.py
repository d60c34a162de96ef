"""What a load run did, line by line, written by Locust's process and read by the one that audits the books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fixtures.model import Exchange, Order
from fixtures.wire import dump, load
from load.plan import Plan
from load.topics import PURCHASE


@dataclass(frozen=True, slots=True)
class Sample:
    """One step or story: when it began (Unix seconds), how long it took, and what went wrong."""

    topic: str
    setup: str
    at: float
    seconds: float
    problem: str | None = None
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is no fault of the target: a limit reached, an error of ours."""

    text: str
    ours: bool = False


@dataclass(slots=True)
class Record:
    """A journal that was read."""

    plan: Plan
    orders: list[Order] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def of(self, topic: str, setup: str | None = None) -> list[Sample]:
        """The samples of one topic."""
        return [one for one in self.samples if one.topic == topic and setup in (None, one.setup)]

    def unserved(self) -> set[str]:
        """The ids of orders whose buyer did not see them fulfilled."""
        served = {one.order for one in self.of(PURCHASE) if one.problem is None}
        return {order.id for order in self.orders} - served


_KINDS: dict[str, Any] = {"plan": Plan, "orders": Order, "exchanges": Exchange, "samples": Sample, "notes": Note}
_NAMES = {kind: name for name, kind in _KINDS.items()}


class Journal:
    """Appends to the file; a line that was written survives whatever happens to the process."""

    def __init__(self, path: Path, plan: Plan) -> None:
        self.path = path
        path.touch(mode=0o600)
        self._file = path.open("wb", buffering=0)
        self.write(plan)

    def write(self, entry: Plan | Order | Exchange | Sample | Note) -> None:
        """Adds one entry."""
        kind = type(entry)
        self._file.write(_NAMES[kind].encode() + b"\t" + dump(kind, entry) + b"\n")

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


def read_journal(path: Path) -> Record:
    """The journal, without a last line that was cut off. Raises ValueError for a file that is none."""
    entries = list(_entries(path.read_bytes().split(b"\n")[:-1]))
    if not entries or not isinstance(entries[0][1], Plan):
        raise ValueError(f"{path} is no journal of a load run")
    record = Record(entries[0][1])
    for name, entry in entries[1:]:
        getattr(record, name).append(entry)
    return record


def _entries(lines: Iterable[bytes]) -> Iterable[tuple[str, Any]]:
    for line in lines:
        name, _, text = line.partition(b"\t")
        yield name.decode(), load(_KINDS[name.decode()], text)
