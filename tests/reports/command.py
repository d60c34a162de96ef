"""A command of ours, called as from a terminal."""

from __future__ import annotations

from collections.abc import Callable

import typer
from typer.testing import CliRunner, Result


def invoked(command: Callable[..., None], *words: str) -> Result:
    """What the command said and its exit code."""
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, list(words))
