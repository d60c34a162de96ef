"""The sandbox's share of a run's time."""

from __future__ import annotations

import pytest

from load.shares import Share, sandbox_share


def test_what_lies_between_two_looks_counts() -> None:
    share = sandbox_share({"served": 10, "busy": 0.7}, {"served": 110, "busy": 1.7}, seconds=4.0)

    assert share.calls == 100
    assert share.busy == pytest.approx(1.0)
    assert share.part == pytest.approx(0.25)
    assert share.rate == pytest.approx(100.0)
    assert not share.saturated
    assert str(share) == "sandbox busy for 25% of the time, 100 calls, at most 100 a second"


def test_a_sandbox_without_a_free_moment_is_saturated() -> None:
    assert Share(1000, busy=9.5, seconds=10.0).saturated


def test_nothing_measured_is_nothing_claimed() -> None:
    nothing = Share(0, busy=0.0, seconds=0.0)

    assert (nothing.part, nothing.rate, nothing.saturated) == (0.0, 0.0, False)
