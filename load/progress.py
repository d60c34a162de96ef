"""A line every few seconds, for whoever looks at a terminal."""

from __future__ import annotations

import time
from typing import TextIO

from load.course import Course
from load.topics import CAME, FULFILLED, PURCHASE

EVERY = 3.0  # seconds


class Progress:
    """Says how the run goes; nothing where nobody looks."""

    def __init__(self, out: TextIO) -> None:
        self._out = out if out.isatty() else None
        self._next = 0.0

    def show(self, course: Course, now: float) -> None:
        """Writes the next line when it is time for it; `now` in Unix seconds."""
        if self._out is not None and now >= max(self._next, course.began):
            self._next = now + EVERY
            self._out.write(said(course, now) + "\n")


def said(course: Course, now: float) -> str:
    """How the run goes, in a line."""
    figures = course.figures
    passed = time.strftime("%H:%M:%S" if now - course.began >= 3600 else "%M:%S", time.gmtime(now - course.began))
    slow = figures.percentile(PURCHASE, 95)
    parts = [
        f"{figures.count(CAME)} came",
        f"{figures.count(FULFILLED)} fulfilled",
        f"{figures.inside} inside",
        "no purchase yet" if slow is None else f"purchase p95 {slow:.3f} s",
        f"lag {figures.lag * 1000:.0f} ms",
    ]
    if course.reason is not None:
        parts.append("nobody comes in any more")
    return f"{passed}  " + " · ".join(parts)
