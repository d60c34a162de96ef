"""Has every cell played by the traced merchant, once for the same code."""

from __future__ import annotations

from pathlib import Path

import httpx

from fixtures.mutants import discover
from tests.playing import FEW, Stage, perform, stage
from tests.reach import STEPS, TRACED, Reach, Steps, kept, key, read, write


def traced(folder: Path) -> Reach:
    """What each cell makes the merchant do; kept in the folder."""
    with kept(folder) as file:
        if not file.exists():
            with stage(examples=FEW, module="tests.traced") as running:
                write(_trace(running), file)
        return read(file)


def _trace(running: Stage) -> Steps:
    """The steps of every cell, at every setup at which a mutant is played."""
    bench, found = running.bench(TRACED), dict[str, list[str]]()
    address = f"{running.session.embedded_url}/m/{TRACED}{STEPS}"
    with httpx.Client(trust_env=False) as client:
        for at in sorted({"", *(mutant.setup for mutant in discover().values())}):
            tasks = running.tasks(bench, at)
            for cell, task in tasks.items():
                if key(task) in found or "restart" in task.check.needs:
                    continue
                client.post(address)
                perform(bench, tasks, cell)
                found[key(task)] = client.post(address).raise_for_status().json()
    return found
