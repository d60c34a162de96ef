"""What a buyer tries in a story when no payment is there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures.counterpart.stories import StorySide
from fixtures.model import Inconclusive, Order, OrderState, Payment


class Nobody(StorySide):
    """A buyer at a wallet that was never told of any payment, and what the shop shows her of the order."""

    def __init__(self, state: OrderState) -> None:
        self._target = cast("Any", SimpleNamespace(read=lambda order: SimpleNamespace(state=state)))

    def payment(self, order: Order) -> Payment:
        raise Inconclusive("no gateway call reached the sandbox")


def order(redirect: str | None) -> Order:
    """An order that is paid at that page of the wallet."""
    return cast("Order", SimpleNamespace(given=SimpleNamespace(redirect=redirect)))


def test_whoever_comes_to_the_page_after_the_orders_end_cannot_pay() -> None:
    assert Nobody(OrderState.CANCELLED).attempt(order("https://wallet.example/page"), "pay") is None


@pytest.mark.parametrize(
    ("state", "redirect"),
    [(OrderState.PENDING, "https://wallet.example/page"), (OrderState.CANCELLED, None)],
)
def test_a_payment_that_should_be_there_and_is_not_proves_nothing(state: OrderState, redirect: str | None) -> None:
    with pytest.raises(Inconclusive):
        Nobody(state).attempt(order(redirect), "pay")
