"""A program for a keeper: it serves nothing, but says who it is."""

from __future__ import annotations

import argparse
import os
import signal
from pathlib import Path

from fixtures.processes import announce


def main() -> None:
    """Announces its process and its port, and waits for its end."""
    parser = argparse.ArgumentParser()
    for name in ("--settings", "--port", "--announce", "--parent"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    Path(options.settings).write_text(f"{os.getpid()} {options.port}")
    announce(Path(options.announce), {"pid": os.getpid()})
    signal.pause()
