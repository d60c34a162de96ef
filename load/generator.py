"""What the generator did itself: came its stories in time, what did it cost, and where it was late, what held it up."""

from __future__ import annotations

from load.figures import Figures
from load.shares import Share
from load.topics import LAG

LAG_PERCENTILE, LAG_LIMIT = 95.0, 0.5
"""Where its own lag (seconds) is beyond the limit, it is not the target that was measured."""

BUSY = 0.85
"""The part of a core above which an engine no longer comes to everything in time."""

MOSTLY = 0.5
"""The part of all waiting that makes whoever was waited for the one that holds the run up."""


def lag(figures: Figures) -> float | None:
    """How late it was (seconds, at LAG_PERCENTILE); None when nobody came."""
    return figures.percentile(LAG, LAG_PERCENTILE)


def saturated(figures: Figures) -> str | None:
    """Why it was no measure of the target; None when everybody came in time."""
    late = lag(figures)
    if late is None or late <= LAG_LIMIT:
        return None
    return f"the generator was late: p{LAG_PERCENTILE:g} of its lag is {late:.3f} s, the limit {LAG_LIMIT:g} s"


def processor(figures: Figures) -> float:
    """The part of a core that an engine used on average, in the second in which they used most."""
    engines = max(1, len(figures.engines))
    return max((slot.processor / slot.seconds / engines for slot in figures.series), default=0.0)


def waited_for_sandbox(figures: Figures) -> float:
    """The part of all waiting for answers that was for the sandbox, from 0 to 1."""
    sandbox = sum(slot.sandbox for slot in figures.series)
    target = sum(slot.target for slot in figures.series)
    return sandbox / (sandbox + target) if sandbox else 0.0


def culprit(figures: Figures, share: Share | None) -> str:
    """What held a late generator up, as far as can be seen from here."""
    used, waited = processor(figures), waited_for_sandbox(figures)
    if used > BUSY:
        return f"its own processor was the limit ({used:.0%} of a core); use more workers, or a faster machine"
    if share is not None and share.saturated:
        return f"the sandbox was the limit ({share}); give it a core of its own"
    if waited > MOSTLY:
        return f"the sandbox was the limit ({waited:.0%} of the time waited was for it); give it a core of its own"
    return "neither its processor nor the sandbox was the limit: the machine was busy with something else"


def facts(figures: Figures, share: Share | None) -> list[tuple[str, str]]:
    """Its own numbers: name (`load.NAME` in the page's words) and value."""
    late = lag(figures)
    memory = max((slot.memory for slot in figures.series), default=0)
    engines = len(figures.engines)
    lags = f"p{LAG_PERCENTILE:g} {(late or 0.0) * 1000:.1f} ms, worst {figures.lag * 1000:.1f} ms"
    told = [
        ("lag", "nobody came" if late is None else lags),
        ("processor", f"{processor(figures):.0%} of a core at most; engines: {engines}"),
        ("memory", f"{memory / 2**20:.0f} MiB at most"),
        ("sandbox", f"{waited_for_sandbox(figures):.0%} of the time waited for answers"),
    ]
    return [*told, ("sandbox-busy", str(share))] if share is not None else told
