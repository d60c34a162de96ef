"""Exchanges as curl lines that send the requests again. Expects masked exchanges."""

from __future__ import annotations

from collections.abc import Sequence

from fixtures.curl import curl
from fixtures.model import Exchange
from reports.timeline import in_order, outcome, timeline


def transcript(exchanges: Sequence[Exchange]) -> str:
    """The timeline, then each exchange as a curl line with its answer."""
    parts = [timeline(exchanges)]
    for exchange in in_order(exchanges):
        parts.append(f"# {exchange.source} → {exchange.destination}: {outcome(exchange)}\n{curl(exchange)}")
    return "\n\n".join(filter(None, parts)) + "\n"
