"""The buyer's way from cart to paid, as measured in a browser, and what stood in the way of some buyers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """`pages` that she saw, what she clicked, `fields` that she filled or chose, `seconds` and `requests` to the shop.

    `barriers` are what an accessibility check found, a line each; a result that measured nothing else has no pages.
    """

    pages: int = 0
    clicks: int = 0
    fields: int = 0
    seconds: float = 0.0
    requests: int = 0
    barriers: tuple[str, ...] = ()
