"""The kill matrix: for each mutant which checks claim it, which caught it, which stayed green, which cried wolf."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SCHEMA = 2


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
    A blunt mutant claims nothing; what caught it is listed all the same. `alike` is how many cells were spared because
    the merchant does nothing in them that the mutant changes.
    """

    mutant: str
    bugs: tuple[str, ...]
    claims: tuple[Cell, ...]
    caught: tuple[Cell, ...]
    stayed_green: tuple[Cell, ...]
    false_alarms: tuple[Cell, ...]
    alike: int = 0

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
    return Row(mutant=entry["mutant"], bugs=tuple(entry["bugs"]), alike=entry["alike"], **cells)


def summary(rows: Iterable[Row], day: str, extent: str) -> str:
    """The matrix of a day (ISO date), played to that extent, as Markdown: a line for each mutant."""
    known = sorted(rows, key=lambda each: each.mutant)
    cells = [len(each.claims) for each in known], [_kept(each) for each in known]
    sound, blunt = sum(each.sound for each in known), sum(not each.claims for each in known)
    lines = [
        f"# The kill matrix of {day}",
        "",
        f"{len(known)} mutants of the reference merchant, {sum(cells[0])} cells (topic × wallet) that must catch them: "
        f"{sum(cells[1])} did. {sound} rows are sound: every claim was kept and nothing else failed. {blunt} mutants "
        f"are blunt: they claim nothing, and no forgery check took them for secure.{_spared(known)}",
        "",
        f"Made by `pytest tests/test_matrix.py --matrix {extent}` and `python -m reports.kill_matrix`.",
        "",
        "| mutant | bug | caught | stayed green | false alarms |",
        "| --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*lines, *map(_line, known)]) + "\n"


def _spared(rows: Iterable[Row]) -> str:
    alike = sum(each.alike for each in rows)
    if not alike:
        return ""
    return (
        " Beside the claimed cells every check was played with every mutant, in a cell drawn by lot, save those that "
        "the mutant lists as consequences and those that kill their target. Left out, too, is where nothing can "
        f"differ: in {alike} cells the merchant runs no step that the mutant changes, so that the two are one "
        "and the same program there (`tests/reach.py`)."
    )


def _kept(row: Row) -> int:
    caught = {(cell.topic, cell.wallet) for cell in row.caught}
    return sum((cell.topic, cell.wallet) in caught for cell in row.claims)


def _line(row: Row) -> str:
    alarms = ", ".join(f"{cell.topic} × {cell.wallet}" for cell in row.false_alarms) if row.claims else ""
    caught = f"{_kept(row)} of {len(row.claims)}" if row.claims else "blunt"
    return f"| `{row.mutant}` | {', '.join(row.bugs)} | {caught} | {len(row.stayed_green)} | {alarms} |"


def main() -> None:
    """Prints the summary of a kill-matrix.json."""
    parser = argparse.ArgumentParser(prog="python -m reports.kill_matrix", description=main.__doc__)
    parser.add_argument("matrix", type=Path)
    parser.add_argument("--day", required=True, metavar="YYYY-MM-DD")
    parser.add_argument("--extent", choices=["claims", "full"], required=True, help="how much of it was played")
    options = parser.parse_args()
    print(summary(read_kill_matrix(options.matrix), options.day, options.extent), end="")


_CELLS = ("claims", "caught", "stayed_green", "false_alarms")

if __name__ == "__main__":
    main()
