"""The kill matrix: for each mutant which checks claim it, which caught it, which stayed green, which cried wolf."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SCHEMA = 1


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """A topic for one wallet; `ran` says what was run for it (the check's node id, or how many examples)."""

    topic: str
    wallet: str
    ran: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One mutant. `bugs` are ids of the catalogue of real bugs, `claims` the cells that must catch it.

    `caught` are the cells that failed with it as they should, `stayed_green` the other cells that were run and passed,
    `false_alarms` cells that failed though nobody expects it. A claimed cell that is not among the caught escaped.
    A blunt mutant claims nothing; what caught it is listed all the same.
    """

    mutant: str
    bugs: tuple[str, ...]
    claims: tuple[Cell, ...]
    caught: tuple[Cell, ...]
    stayed_green: tuple[Cell, ...]
    false_alarms: tuple[Cell, ...]

    @property
    def sound(self) -> bool:
        """Whether every claim was kept, at least one was made, and nothing else failed."""
        kept = {(cell.topic, cell.wallet) for cell in self.caught}
        claimed = {(cell.topic, cell.wallet) for cell in self.claims}
        return bool(kept) and claimed <= kept and not self.false_alarms


def row(
    mutant: str, bugs: Iterable[str], claims: Iterable[Cell], failed: Iterable[Cell], passed: Iterable[Cell] = ()
) -> Row:
    """The row of a mutant from what it claims, what failed and what passed; a cell is told by topic and wallet."""
    fell = {(cell.topic, cell.wallet): cell for cell in failed}
    claimed = {(cell.topic, cell.wallet): cell for cell in claims}
    return Row(
        mutant=mutant,
        bugs=tuple(sorted(bugs)),
        claims=tuple(sorted(claimed.values())),
        caught=tuple(sorted(cell for key, cell in fell.items() if key in claimed)),
        stayed_green=tuple(sorted(cell for cell in passed if (cell.topic, cell.wallet) not in claimed)),
        false_alarms=tuple(sorted(cell for key, cell in fell.items() if key not in claimed)),
    )


def write_kill_matrix(rows: Iterable[Row], path: Path) -> None:
    """Writes kill-matrix.json, ordered by mutant so that two matrices compare by line."""
    lines = ",\n".join(json.dumps(asdict(each), ensure_ascii=False) for each in sorted(rows, key=lambda r: r.mutant))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{{"schema": {SCHEMA}, "mutants": [\n{lines}\n]}}\n', encoding="utf-8")


def read_kill_matrix(path: Path) -> list[Row]:
    """The rows of a kill-matrix.json. Raises ValueError for another schema."""
    document = json.loads(path.read_text(encoding="utf-8"))
    if document.get("schema") != SCHEMA:
        raise ValueError(f"{path}: schema is {document.get('schema')!r}, this version reads {SCHEMA}")
    return [_read(entry) for entry in document["mutants"]]


def _read(entry: dict[str, Any]) -> Row:
    cells = {name: tuple(Cell(**cell) for cell in entry[name]) for name in _CELLS}
    return Row(mutant=entry["mutant"], bugs=tuple(entry["bugs"]), **cells)


_CELLS = ("claims", "caught", "stayed_green", "false_alarms")
