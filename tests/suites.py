"""The suites run as a user runs them: pytest as a process of its own, judged by exit code, text and files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Ran:
    """A finished run: its exit code, everything it printed, and the folder of its reports."""

    code: int
    text: str
    out: Path

    @property
    def results(self) -> list[dict[str, Any]]:
        """The rows of results.json."""
        found: list[dict[str, Any]] = json.loads((self.out / "results.json").read_text(encoding="utf-8"))["results"]
        return found

    @property
    def verdicts(self) -> dict[str, str]:
        """The outcome of each topic × wallet × mode."""
        return {f"{row['topic']}/{row['wallet']}/{row['mode']}": row["outcome"] for row in self.results}

    def everything(self) -> str:
        """All that the run left behind for people to read, as one text."""
        files = [path for path in self.out.rglob("*") if path.is_file()] if self.out.exists() else []
        return "\n".join([self.text, *(path.read_bytes().decode("utf-8", "replace") for path in files)])


def run_suites(out: Path, *options: str, environment: Mapping[str, str] | None = None, deadline: float = 120.0) -> Ran:
    """Runs the suites and waits for the end. Raises subprocess.TimeoutExpired after `deadline` seconds."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--out={out}", *options]
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=deadline,
        check=False,
    )
    return Ran(ended.returncode, ended.stdout.decode("utf-8", "replace"), out)


def topics(*names: str) -> list[str]:
    """The options that select these topics."""
    return [f"--topic={name}" for name in names]
