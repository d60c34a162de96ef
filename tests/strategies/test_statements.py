"""What changes a statement changes a copy of it, and what lies about it does not tell the truth."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from fixtures.strategies.statements import AMOUNTS, Again, less, lies_about, nested
from fixtures.wallets.fuzzing import Facts, placed, without

STATEMENT: dict[str, Any] = {"order": "12", "amount": {"total": 1250, "currency": "CNY"}, "note": None}


@pytest.mark.parametrize("amount", [1250, "12.50", 12.5, "0.00020834"])
def test_less_is_one_smallest_unit_less_in_the_same_type(amount: Any) -> None:
    made = less(amount)

    assert type(made) is type(amount)
    assert Decimal(str(made)) < Decimal(str(amount))


@pytest.mark.parametrize("name", AMOUNTS)
@pytest.mark.parametrize("amount", [1250, "12.50", 19.99])
def test_no_lie_about_an_amount_is_the_amount(name: str, amount: Any) -> None:
    told = AMOUNTS[name](amount)

    assert type(told) is not type(amount) or told != amount


def test_a_field_may_stand_twice_in_the_json() -> None:
    written = json.dumps(Again(0, "13")(STATEMENT))

    assert written.count('"order"') == 2
    assert json.loads(written)["order"] == "13"
    assert json.dumps(STATEMENT).count('"order"') == 1


def test_what_is_nested_is_as_deep_as_asked() -> None:
    assert json.dumps(nested(6)).count("[") == 3


def test_facts_are_changed_where_they_stand_and_the_statement_stays() -> None:
    paths = (("amount", "total"), ("amount", "nowhere"), ("nowhere", "total"), ("order", "too", "deep"))

    changed = placed(STATEMENT, paths, lambda value: value - 1)

    assert changed == {**STATEMENT, "amount": {"total": 1249, "currency": "CNY"}}
    assert STATEMENT["amount"]["total"] == 1250


def test_what_is_optional_can_be_left_out() -> None:
    assert without(STATEMENT, [("note",), ("amount", "currency")]) == {"order": "12", "amount": {"total": 1250}}


def test_a_wallet_lies_only_about_facts_it_states() -> None:
    lies = lies_about(Facts(amounts=(("amount", "total"),)))

    assert {lie.name.partition(":")[0] for lie in lies} == {"amount"}
