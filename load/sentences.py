"""What each story must come to, and what it costs where it does not, as a reader of the report sees it."""

from __future__ import annotations

from load.topics import (
    ABANDON,
    BROWSE,
    DECLINE,
    FORGERY,
    KNOCK,
    LETTER,
    OUTAGE,
    PURCHASE,
    REFUND,
    RELOAD,
    REPEAT,
    STORM,
)

TITLES = {
    PURCHASE: "Every buyer who pays is served, however many come.",
    ABANDON: "A buyer who leaves without paying gets no goods, under load either.",
    DECLINE: "A payment that the wallet declines brings no goods, under load either.",
    RELOAD: "A buyer who reloads the return page while the notification arrives is served once.",
    REFUND: "A refund that a buyer asks for under load is made.",
    BROWSE: "Orders can be placed and looked at, however many come.",
    STORM: "A storm of the same notification is taken, and the goods leave once.",
    OUTAGE: "After an outage of the notification path, the repeats that arrive all at once are taken.",
    REPEAT: "A notification that comes again although it was acknowledged brings no more goods.",
    FORGERY: "A forged notification stays refused under load.",
    KNOCK: "The notification path is alive, and shut to whoever has no key.",
    LETTER: "Every notification is acknowledged, however many come.",
}
"""By story; one that is not here is told by its name."""

COSTS = {
    PURCHASE: "A buyer who paid and waits asks for her money back, or never comes again.",
    ABANDON: "Goods leave that nobody has paid for.",
    DECLINE: "Goods leave that nobody has paid for.",
    RELOAD: "Goods leave twice, or the buyer who sees no receipt pays again.",
    REFUND: "The buyer turns to her bank, which takes the money back and a fee.",
    STORM: "Goods leave several times for one payment.",
    OUTAGE: "What the wallet gives up after its last repeat is paid, and nobody knows.",
    REPEAT: "Goods leave again for every repeat.",
    FORGERY: "On the busiest day, goods leave for whoever can write a notification.",
    KNOCK: "Nobody notices that paid orders no longer come in, or that anybody may say they are paid.",
    LETTER: "A notification that stays unacknowledged is given up by the wallet; the order is paid and nobody knows.",
}


def title(story: str) -> str:
    """The requirement."""
    return TITLES.get(story, f"The story {story} comes to its end, however many come.")


def cost(story: str) -> str:
    """What a failure costs; empty where nobody has said."""
    return COSTS.get(story, "")
