"""Ordinary Locust users tell the same stories."""

from __future__ import annotations

import json
import subprocess
import sys

from fixtures.processes import ROOT


def test_an_ordinary_locust_user_takes_every_step() -> None:
    """Requests as they are, time, work in a thread, stories beside, and errors thrown in."""
    command = [sys.executable, "-m", "tests.load.stories.ordinary"]

    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == [
        [r"302 b'\x00told'/-", None],
        ["nobody/-", "no answer"],
        ["work beside/-", None],
        ["error in everything/-", None],
        ["beside/-", None],
    ]
