"""A finished, masked run as one file, from which every report can be written again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter

from reports.about import About
from reports.books import ShownBooks
from reports.known import Known
from reports.load import ShownLoad
from reports.results import SCHEMA, Result

DECLARED, PART = "declared wallets", "part of the checks"
"""Keys of the environment: the wallets of the target file (comma between them), and how a run was narrowed."""


@dataclass(frozen=True, slots=True)
class Run:
    """What the reports are made of, masked already. `books` is None where no audit was made, `load` without a load.

    `known` are the failures accepted in it. `absent` are identities of checks that stand in the target file and were
    not run; a check that was left out for a reason of its own has a result, not applicable.
    """

    target: str
    environment: Mapping[str, str]
    results: tuple[Result, ...]
    books: ShownBooks | None
    load: ShownLoad | None = None
    known: Known | None = None
    absent: tuple[str, ...] = ()
    about: About | None = None
    schema: int = SCHEMA


# A tuple around the run because only a plain container may say how bytes are written.
_RUN = TypeAdapter(tuple[Run], config=ConfigDict(ser_json_bytes="base64", val_json_bytes="base64"))


def write_run(run: Run, path: Path) -> None:
    """Writes run.json."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_RUN.dump_json((run,)))


def read_run(path: Path) -> Run:
    """The run of a run.json. Raises ValueError for another schema or form."""
    run = _RUN.validate_json(path.read_bytes())[0]
    if run.schema != SCHEMA:
        raise ValueError(f"{path}: schema is {run.schema!r}, this version reads {SCHEMA}")
    return run
