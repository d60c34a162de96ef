"""How far a long run is: said seldom, honestly, and only where somebody looks."""

from __future__ import annotations

import pytest

from fixtures.progress import INTERVAL, Progress, shown


def test_a_line_comes_every_interval_and_not_between() -> None:
    progress = Progress(begun=0.0)
    progress.total = 100

    assert progress.line(INTERVAL) is None, "nothing is done, so nothing can be said"
    progress.done = 10
    assert progress.line(INTERVAL - 1) is None
    assert progress.line(INTERVAL) == "walletproof: 10 of 100 done, about 2 min left"
    progress.done = 11
    assert progress.line(INTERVAL + 1) is None


def test_an_uneven_pace_is_told_as_a_span() -> None:
    progress = Progress(begun=0.0)
    progress.total, progress.done = 100, 50
    progress.line(10.0)
    progress.done = 60

    assert progress.line(20.0) == "walletproof: 60 of 100 done, 13 to 40 s left"


@pytest.mark.parametrize(
    ("terminal", "verbosity", "environ", "wanted"),
    [
        (True, 0, {}, True),
        (False, 0, {}, False),
        (True, -1, {}, False),
        (True, 0, {"CI": "true"}, False),
        (True, 1, {"CI": ""}, True),
    ],
)
def test_only_somebody_at_a_terminal_is_told(
    terminal: bool, verbosity: int, environ: dict[str, str], wanted: bool
) -> None:
    assert shown(terminal, verbosity, environ) is wanted
