"""The whole life of a payment: whatever happens in whatever order, money and goods end where they belong."""

from __future__ import annotations

from fixtures.check import check
from fixtures.stories.lifecycle import Lifecycle


@check(
    "lifecycle.story",
    severity="blocker",
    modes="thorough",
    needs="orders state fulfilments gateway",
    costs="Money or goods are lost in a way that nobody thought of.",
)
def test_no_story_of_a_payment_costs_money(lifecycle: Lifecycle) -> None:
    """Whatever buyer, wallet and network do to a payment: goods leave once for money that is kept, and never else."""
    assert lifecycle.tell() > 0


@check(
    "lifecycle.permuted",
    severity="critical",
    needs="orders state fulfilments refunded gateway",
    depth="full",
    costs="What an order is in the end depends on which message was quicker.",
)
def test_the_order_of_messages_does_not_matter(lifecycle: Lifecycle) -> None:
    """In whatever order the genuine messages about one payment arrive, the order ends in the same state."""
    assert lifecycle.dissenters() == {}
