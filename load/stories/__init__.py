"""Every story that a day may hold, by name. One more is a file beside these and a line here.

house · speaker · shopping · proving · paying · scene    of what stories are made
kind                                                     what the plan must know of a story
beside · bursts                                          letters that come beside each other
the others                                               one story each
"""

from __future__ import annotations

from collections.abc import Mapping

from load.stories.abandon import ABANDONING
from load.stories.browse import BROWSING
from load.stories.decline import DECLINING
from load.stories.forgery import FORGING
from load.stories.kind import Kind
from load.stories.knock import KNOCKING
from load.stories.outage import OUTING
from load.stories.purchase import PURCHASING
from load.stories.refund import REFUNDING
from load.stories.reload import RELOADING
from load.stories.repeat import REPEATING
from load.stories.storm import STORMING

STORIES: Mapping[str, Kind] = {
    "purchase": PURCHASING,
    "abandon": ABANDONING,
    "decline": DECLINING,
    "reload": RELOADING,
    "refund": REFUNDING,
    "browse": BROWSING,
    "storm": STORMING,
    "outage": OUTING,
    "repeat": REPEATING,
    "forgery": FORGING,
    "knock": KNOCKING,
}

__all__ = ["STORIES", "Kind"]
