"""Whoever is refused too often waits; nobody else does."""

from __future__ import annotations

import pytest

from fixtures.merchant import throttle
from fixtures.merchant.throttle import Throttle, Tries


def test_a_budget_is_used_up_and_looking_at_it_costs_nothing() -> None:
    budget = Throttle(burst=2, seconds=3600.0)

    assert not budget.spent()
    assert [budget.allow() for _ in range(3)] == [True, True, False]
    assert budget.spent()


def test_refusals_count_for_whom_they_concern() -> None:
    tries = Tries(burst=2, seconds=3600.0)
    for _ in range(3):
        tries.refused("eve/coupon")

    assert tries.spent("eve/coupon")
    assert not tries.spent("alice/coupon")


def test_who_was_refused_long_ago_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "KEPT", 2)
    tries = Tries(burst=1, seconds=3600.0)
    for who in ("a", "b", "a", "c"):
        tries.refused(who)

    assert [tries.spent(who) for who in ("a", "b", "c")] == [True, False, True]
