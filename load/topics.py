"""What is measured and counted, by name."""

from __future__ import annotations

PURCHASE, ABANDON, DECLINE, RELOAD, REFUND, BROWSE = "purchase", "abandon", "decline", "reload", "refund", "browse"
"""Stories of buyers: from the instant at which she meant to come until she saw what she came for, or went home."""

LETTER = "notification"
"""From the payment until the wallet held an acknowledgement, or gave up."""

STORM, OUTAGE, REPEAT, FORGERY, KNOCK = "storm", "outage", "repeat", "forgery", "knock"
"""Stories of wallets: many notifications at once, a burst of repeats after an outage, one that comes again although it
was acknowledged, a notification of a thief, and one that nobody may believe, to see whether the path is alive."""

FULFILMENT = "fulfilment"
"""From the acknowledged notification (a presented or observed proof counts as one) until the order shows its goods."""

PLACE, PAY, READ, ACCEPT = "order.place", "order.pay", "order.read", "notification.accept"
CANCEL, REFUNDING, RETURN = "order.cancel", "order.refund", "order.return"
"""Single steps: the time of service, from the request until its whole answer. PAY is the buyer at the wallet."""

LAG = "lag"
"""How late the generator itself was: from when somebody meant to come until the first request was handed over; of the
letters of a burst, the latest."""

PROBE = "stage"
"""`stage.N`: every story that began in stage N of the day, from its intended start."""

STORIES = (PURCHASE, ABANDON, DECLINE, RELOAD, REFUND, BROWSE, STORM, OUTAGE, REPEAT, FORGERY, KNOCK)
STEPS = (PLACE, PAY, READ, ACCEPT, CANCEL, REFUNDING, RETURN)
METRICS = (*STORIES, LETTER, FULFILMENT, *STEPS)
"""What a service level of the target file may name."""

CAME, LEFT, TURNED_AWAY = "came", "left", "turned-away"
PLACED, PAID, ACKNOWLEDGED, REFUSED, FULFILLED = "placed", "paid", "acknowledged", "refused", "fulfilled"
DOUBLED, LOST, DECLINED, ABANDONED, REFUNDED = "doubled", "lost", "declined", "abandoned", "refunded"
FORGED, BELIEVED = "forged", "believed"
COUNTS = (
    *(CAME, LEFT, TURNED_AWAY, PLACED, PAID, ACKNOWLEDGED, REFUSED, FULFILLED),
    *(DOUBLED, LOST, DECLINED, ABANDONED, REFUNDED, FORGED, BELIEVED),
)
"""What is counted: PAID is money that moved at the wallet, FULFILLED an order seen with its goods, DOUBLED one seen
with more than were bought, LOST a paid one without goods after timing.reconcile, BELIEVED a forgery that had an
effect."""
