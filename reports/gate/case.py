"""A finished run as the gate sees it: read from its folder, known failures marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from fixtures.target.problems import ConfigurationError
from reports.finish import results_with_books
from reports.known import GROUP, Entry, Known, Lapse, accepted, lapses
from reports.load import Line
from reports.results import Result, read_results
from reports.run import DECLARED, PART, Run, read_run


@dataclass(frozen=True, slots=True)
class Case:
    """A run. `wallets` are those of its target file, `part` is how it was narrowed, `absent` what did not run."""

    folder: Path
    target: str
    environment: Mapping[str, str]
    results: tuple[Result, ...]
    lapses: tuple[Lapse, ...] = ()
    absent: tuple[str, ...] = ()
    stories: tuple[Line, ...] = ()

    @property
    def wallets(self) -> tuple[str, ...]:
        """The declared wallets; empty where the run does not say."""
        return tuple(filter(None, self.environment.get(DECLARED, "").split(", ")))

    @property
    def part(self) -> str:
        """The filters that left checks out; empty for a whole run."""
        return self.environment.get(PART, "")


def read_case(folder: Path, entries: Sequence[Entry] | None = None, today: date | None = None) -> Case:
    """The run in a folder: run.json, or results.json where that is all there is.

    `entries` are accepted failures in place of those that the run itself was given. Raises ConfigurationError.
    """
    run = _read(folder)
    # known.toml is judged here anew: days have passed, or another file is given.
    results = [result for result in results_with_books(run) if result.group != GROUP]
    known = run.known if entries is None else Known(tuple(entries), whole=_whole(run))
    return Case(
        folder=folder,
        target=run.target,
        environment=run.environment,
        results=tuple(accepted(results, known, today)),
        lapses=tuple(lapses(results, known, today)),
        absent=run.absent,
        stories=run.load.stories if run.load else (),
    )


def _whole(run: Run) -> bool:
    """Whether all checks were to run; a load alone was to run none of them. Where nothing is known, it is assumed."""
    return PART not in run.environment and (DECLARED in run.environment or not run.environment)


def _read(folder: Path) -> Run:
    try:
        if (folder / "run.json").exists():
            return read_run(folder / "run.json")
        read = read_results(folder / "results.json")
        return Run("", {}, tuple(replace(result, known=None) for result in read), None)
    except FileNotFoundError:
        raise ConfigurationError(
            f"{folder}: found neither run.json nor results.json; wanted the folder of a finished run (--out of pytest)"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        told = " ".join(str(problem).split())[:300]
        raise ConfigurationError(f"{folder}: no run can be read from it: {told}") from None
