"""Which cells can tell a mutant from the merchant: those in which the merchant runs a step that the mutant changes.

Elsewhere the two are one and the same program, so that such a cell says of the mutant what it says of the merchant.
Every cell is played once with `tests.traced`, which tells the steps; they are kept until a file of the project changes.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

from fixtures.merchant.integrations import INTEGRATIONS
from fixtures.merchant.pages.pages import Pages
from fixtures.merchant.shop import Shop
from fixtures.mutants.mutant import Mutant
from tests.cells import Task

TRACED = "Traced"
"""The name of the merchant that tells its steps, among the mutants of `tests.traced`."""

STEPS = "/steps"
"""Where it tells those that it ran since the last request."""

ANYWHERE = "*"
"""The step of a mutant that changes what no step stands for, like a door or a layer before it."""

_DOORS = {"open_doors", "around", "__init__"}
_NOTHING = {"_abc_impl"}  # every abstract class has one of its own
_SOURCES = ("fixtures", "conformance", "security", "tests")

Steps = dict[str, list[str]]
"""By cell and setup, the steps that the merchant ran in it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What each cell makes the merchant do; `steps` as `tests.traced` tells them."""

    steps: Steps

    def meets(self, mutant: type[Mutant], task: Task) -> bool:
        """Whether the cell runs anything that the mutant changes. A target of its own is not traced: there it may."""
        changed = changes(mutant)
        if ANYWHERE in changed or "restart" in task.check.needs:
            return True
        return any(_among(step, changed) for step in _own(task, self.steps[key(task)]))


def key(task: Task) -> str:
    """The name of a cell at one setup."""
    return f"{task.cell.topic} × {task.cell.wallet} at {task.setup}"


def _own(task: Task, steps: Iterable[str]) -> Iterator[str]:
    """The steps without those of a watcher that looks at another wallet's chain: it goes on whatever is played."""
    for told in steps:
        setup, _, step = told.rpartition(":")
        if not setup or task.cell.wallet in (setup.partition("-")[0], "-"):
            yield step


def _among(step: str, changed: frozenset[str]) -> bool:
    return step in changed or f"{step.partition('.')[0]}.{ANYWHERE}" in changed


def changes(mutant: type[Mutant]) -> frozenset[str]:
    """The steps that a mutant changes, ANYWHERE among them if it changes more than steps.

    A method or class that the reference merchant does not know is only run by a step that is changed, too.
    """
    found: set[str] = set()
    for kind in mutant.__mro__[: mutant.__mro__.index(Mutant)]:
        for name in vars(kind):
            found |= _changed(mutant, name)
    return frozenset(found)


def _changed(mutant: type[Mutant], name: str) -> set[str]:
    if name == "integration_types":
        return {step for each in mutant.integration_types for step in _of_integration(mutant, each)}
    if name == "pages_type":
        return _of_class(mutant.pages_type, Pages, "pages")
    if name in _DOORS:
        return {ANYWHERE}
    if name in vars(Mutant) or name.startswith("__") or not hasattr(Shop, name):
        return set()
    return {name} if _is_step(Shop, name) else {ANYWHERE}


def _of_integration(mutant: type[Mutant], named: str) -> set[str]:
    wallet = named.partition("/")[0]
    return _of_class(mutant.integration_types[named], INTEGRATIONS.get(named, INTEGRATIONS[wallet]), wallet)


def _of_class(kind: type, reference: type, prefix: str) -> set[str]:
    if not issubclass(kind, reference):
        return {f"{prefix}.{ANYWHERE}"}
    own = [each for each in kind.__mro__ if each not in reference.__mro__]
    names = {name for each in own for name in vars(each) if hasattr(reference, name)} - _NOTHING
    ours = {name for name in names if name == "__init__" or not name.startswith("__")}
    return {f"{prefix}.{name if _is_step(reference, name) else ANYWHERE}" for name in ours}


def _is_step(kind: type, name: str) -> bool:
    step = inspect.getattr_static(kind, name)
    return name != "__init__" and (inspect.isfunction(step) or isinstance(step, classmethod | staticmethod | property))


@contextmanager
def kept(folder: Path) -> Iterator[Path]:
    """The file of the steps of this very code, while nobody else makes it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        flock(lock, LOCK_EX)
        yield folder / f"reach-{_digest()}.json"


def _digest() -> str:
    files = sorted(file for source in _SOURCES for file in Path(source).rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def read(file: Path) -> Reach:
    """The steps as `write` left them."""
    return Reach(json.loads(file.read_text(encoding="utf-8")))


def write(steps: Steps, file: Path) -> None:
    """Keeps the steps."""
    file.write_text(json.dumps(steps, ensure_ascii=False), encoding="utf-8")
