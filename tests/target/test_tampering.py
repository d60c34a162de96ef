"""How a placing request is changed, and what its sum must be all the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fixtures.model import Inconclusive, Money, OrderState, View
from fixtures.target import contract
from fixtures.target.steps import Step
from fixtures.target.tampering import TAMPERINGS, gained, honest, tampered

PRICE = Money(1999, "USD")
WORDS = {"item": "book", "quantity": 1, "currency": "USD"}


def _step(**body: Any) -> Step:
    return Step(request="POST /orders", **body)


def _sent(step: Step, fields: dict[str, Any]) -> str:
    steps, words = tampered([step], fields)
    return contract.message(steps[0], {**WORDS, **words}, "http://shop.test").body.decode()


def test_a_field_that_the_file_fills_is_filled_otherwise() -> None:
    """A changed quantity stands where the file says {quantity}, with its type."""
    step = _step(json={"lines": [{"sku": "{item}", "count": "{quantity}"}]})

    assert json.loads(_sent(step, {"quantity": -1})) == {"lines": [{"sku": "book", "count": -1}]}


def test_another_field_is_added_to_every_table() -> None:
    """What the file does not fill is added at the top and inside."""
    step = _step(json={"lines": [{"sku": "{item}"}], "status": "new"})

    told = json.loads(_sent(step, {"status": "paid"}))

    assert told == {"lines": [{"sku": "book", "status": "paid"}], "status": "paid"}


def test_a_form_gets_the_field_too() -> None:
    """A form has one table."""
    assert _sent(_step(form={"item": "{item}"}), {"paid": True}) == "item=book&paid=true"


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda one: one.name)
def test_every_change_is_a_change(tampering: Any) -> None:
    """Each tampering changes the request."""
    step = _step(json={"item": "{item}", "quantity": "{quantity}", "currency": "{currency}"})

    assert _sent(step, dict(tampering.fields(PRICE))) != _sent(step, {})


def test_names_are_unique() -> None:
    """A name is a topic."""
    assert len({one.name for one in TAMPERINGS}) == len(TAMPERINGS)


@pytest.mark.parametrize(
    ("amount", "currency", "fits"),
    [
        (1999, "USD", True),
        (5997, "USD", True),
        (0, "USD", False),
        (-1999, "USD", False),
        (1998, "USD", False),
        (1999, "JPY", False),
        (1999, "EUR", False),
    ],
)
def test_a_sum_is_that_of_one_piece_or_several(amount: int, currency: str, fits: bool) -> None:
    """Whole pieces at the shelf's price, in its currency."""
    assert honest(Money(amount, currency), PRICE) is fits


def test_a_converted_sum_is_nothing_to_judge() -> None:
    """Nobody told the rate."""
    with pytest.raises(Inconclusive):
        honest(Money(3104, "JPY"), PRICE)


def test_what_was_won_is_told() -> None:
    """State, fulfilment, refund, and both sums."""
    assert gained(PRICE, View("1", state=OrderState.PENDING, amount=1999), PRICE) == "nothing"
    assert "nobody paid" in gained(PRICE, View("1", state=OrderState.PAID), None)
    assert "nobody paid" in gained(PRICE, View("1", fulfilments=1), None)
    assert "refunded" in gained(PRICE, View("1", refunded=-1), None)
    assert "payment of" in gained(PRICE, View("1", amount=1999), Money(1, "USD"))
    assert "order of" in gained(PRICE, View("1", amount=1), None)
