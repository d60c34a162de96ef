"""The limits of a run, counted before anything is sent."""

from __future__ import annotations

import threading
import time

import pytest

from fixtures.model import Money
from fixtures.target.bounds import Bounds
from fixtures.target.budget import Budget, LimitReached


def test_requests_are_spaced_however_many_ask_at_once() -> None:
    budget = Budget(Bounds(None, 50.0, None, None))
    start = time.monotonic()

    threads = [threading.Thread(target=budget.request) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert time.monotonic() - start >= 5 / 50


def test_several_processes_share_a_limit_in_equal_parts() -> None:
    budget = Budget(Bounds(5, None, None, {"USD": 100}), workers=2)

    budget.order(Money(1, "USD"))
    budget.order(Money(1, "USD"))

    with pytest.raises(LimitReached, match=r"limits\.orders \(5, shared by 2 processes\)"):
        budget.order(Money(1, "USD"))
    budget.refund(Money(50, "USD"))
    with pytest.raises(LimitReached, match="shared by 2 processes"):
        budget.refund(Money(1, "USD"))


def test_a_currency_that_a_limit_does_not_name_is_not_allowed() -> None:
    budget = Budget(Bounds(None, None, {"USD": 100}, None))

    with pytest.raises(LimitReached, match="an order of 1 JPY is beyond"):
        budget.order(Money(1, "JPY"))
