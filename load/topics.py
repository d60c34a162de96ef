"""What is measured, by name."""

from __future__ import annotations

PLACE, PAY, READ, ACCEPT = "order.place", "order.pay", "order.read", "notification.accept"
"""Single steps: the time of service."""

PURCHASE = "purchase"
"""From the instant at which the buyer meant to come until she saw her order fulfilled, or went home."""

LETTER = "notification"
"""From the payment until the wallet held an acknowledgement, or gave up."""

BUYER_LAG, LETTER_LAG = "lag.buyer", "lag.notification"
"""How late the generator itself was."""

METRICS = (PURCHASE, LETTER, PLACE, PAY, READ, ACCEPT)
"""What a service level of the target file may name."""
