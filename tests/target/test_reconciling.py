"""The step by which a target has a wallet's bill read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fixtures.model import NotApplicable
from fixtures.target import ConfigurationError, TargetUnwell
from tests.target.conftest import Bench, Shop

Make = Callable[..., Bench]
STEP = """[reconcile]
request = "POST /bills?of={setup}&day={date}"
headers = { Authorization = "Bearer books" }
"""


def answering(status: int) -> dict[str, Callable[[], tuple[int, dict[str, str], bytes]]]:
    return {"/bills": lambda: (status, {}, b"{}")}


def test_the_step_says_whose_bill_and_which_day_without_a_buyer(bench: Make, shop: Shop) -> None:
    shop.script = answering(202)
    target = bench(extra=STEP).target

    target.reconcile("toypay", "2026-01-31")

    assert "bill" in target.capabilities
    asked = shop.requests[-1]
    assert (asked.query, asked.headers["authorization"]) == ("of=toypay&day=2026-01-31", "Bearer books")


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_target_that_reads_no_bill_is_not_judged(bench: Make, shop: Shop, status: int) -> None:
    shop.script = answering(status)

    with pytest.raises(NotApplicable, match="reads no bill"):
        bench(extra=STEP).target.reconcile("toypay", "2026-01-31")


@pytest.mark.parametrize("status", [401, 409, 500])
def test_a_refusal_says_nothing_of_the_target(bench: Make, shop: Shop, status: int) -> None:
    shop.script = answering(status)

    with pytest.raises(TargetUnwell, match=rf"reading the bill of 2026-01-31 \(toypay\): step 1 was answered {status}"):
        bench(extra=STEP).target.reconcile("toypay", "2026-01-31")


def test_without_the_step_there_is_nothing_to_ask(bench: Make) -> None:
    target = bench().target

    assert "bill" not in target.capabilities
    with pytest.raises(NotApplicable, match="'bill'"):
        target.reconcile("toypay", "2026-01-31")


@pytest.mark.parametrize(("old", "new"), [("{date}", "{id}"), ('"POST /bills', '"POST http://evil.example/bills')])
def test_a_step_that_cannot_be_kept_to_is_refused(bench: Make, old: str, new: str) -> None:
    with pytest.raises(ConfigurationError, match="reconcile"):
        bench(extra=STEP.replace(old, new))
