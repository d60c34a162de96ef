"""Which checks take much longer than in the baseline.

A machine with much else to do is slow in every check, so the median of all that both runs have is taken out first: a
target that is slower throughout is seen by a load, not here. One slow check is an accident more often than not.
"""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median_low

from fixtures.model import Outcome
from reports.gate.rules import Slower
from reports.lines import one_line
from reports.load import duration
from reports.results import Result

SHORTEST = 0.05
"""Seconds that a check must have taken to tell anything of the pace: shorter ones are all overhead."""


def slower(before: Iterable[Result], after: Iterable[Result], limits: Slower) -> list[str]:
    """The checks that passed both times and now take more than `limits` allow, in words, the worst first."""
    earlier = {result.identity: result.seconds for result in before if result.outcome is Outcome.PASSED}
    pairs = [
        (result.identity, earlier[result.identity], result.seconds)
        for result in after
        if result.outcome is Outcome.PASSED and result.identity in earlier
    ]
    pace = max(1.0, median_low([now / was for _, was, now in pairs if was >= SHORTEST] or [1.0]))
    much = [
        (now - was * pace, one_line(f"{identity} took {duration(now)}, was {duration(was)}"))
        for identity, was, now in pairs
        if now > limits.times * was * pace and now - was * pace > limits.seconds
    ]
    return [told for _, told in sorted(much, key=lambda one: -one[0])]
