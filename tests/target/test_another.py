"""A buyer asks for another payment of her order: its number and what she is given are its own, or there is none."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from fixtures.model import Given, NotApplicable
from tests.target.conftest import Bench, Shop

Make = Callable[..., Bench]

ATTEMPT = """[order.attempt]
request = "POST /orders/{id}/attempts"
json = { wallet = "{setup}" }
capture = { reference = "ref", redirect = "pay.url" }

[order.list]
"""


def test_another_payment_has_a_number_and_a_page_of_its_own(bench: Make, shop: Shop) -> None:
    target = bench(("[order.list]\n", ATTEMPT)).target
    order = target.place("toypay")
    body = json.dumps({"ref": "R-1-2", "pay": {"url": "https://pay.example/2"}}).encode()
    shop.script[f"/orders/{order.id}/attempts"] = lambda: (200, {"Content-Type": "application/json"}, body)

    again = target.another(order)

    assert again is not None
    assert (again.id, again.reference) == (order.id, "R-1-2")
    assert again.given == Given(redirect="https://pay.example/2")


def test_a_target_that_names_nothing_new_means_the_same_payment(bench: Make, shop: Shop) -> None:
    target = bench(("[order.list]\n", ATTEMPT)).target
    order = target.place("toypay")
    shop.script[f"/orders/{order.id}/attempts"] = lambda: (200, {"Content-Type": "application/json"}, b"{}")

    assert target.another(order) == order


def test_a_refusal_means_that_there_is_none(bench: Make, shop: Shop) -> None:
    target = bench(("[order.list]\n", ATTEMPT)).target
    order = target.place("toypay")
    shop.script[f"/orders/{order.id}/attempts"] = lambda: (409, {}, b"")

    assert target.another(order) is None


def test_without_the_operation_it_is_not_applicable(bench: Make) -> None:
    target = bench().target

    with pytest.raises(NotApplicable, match="attempt"):
        target.another(target.place("toypay"))
