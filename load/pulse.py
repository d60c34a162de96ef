"""Whether the target still answers. Pure."""

from __future__ import annotations

from load.figures import Figures
from load.topics import ACCEPT, CANCEL, PLACE, READ, REFUNDING, RETURN

DEAD_AFTER = 5.0  # seconds without a single step that went well
LEAST = 10  # steps that failed meanwhile; fewer are no proof
ASKED = (PLACE, READ, ACCEPT, CANCEL, REFUNDING, RETURN)
"""The steps that the target answers; a payment is made at the wallet."""


class Pulse:
    """A target is dead when nothing it was asked went well for DEAD_AFTER seconds, and at least LEAST steps failed."""

    def __init__(self) -> None:
        self._good, self._bad, self._since = -1, 0, 0.0

    def dead(self, figures: Figures, now: float) -> bool:
        """To be asked again and again; `now` in seconds of any clock."""
        bad = sum(figures.failures(step) for step in ASKED)
        good = sum(figures.samples(step) for step in ASKED) - bad
        if good != self._good:
            self._good, self._bad, self._since = good, bad, now
        return now - self._since >= DEAD_AFTER and bad - self._bad >= LEAST
