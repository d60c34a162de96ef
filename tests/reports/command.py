"""A command of ours, called as from a terminal."""

from __future__ import annotations

import typer
from typer.testing import CliRunner, Result


def invoked(command: typer.Typer, *words: str) -> Result:
    """What the command said and its exit code."""
    return CliRunner().invoke(command, list(words))
