"""Numbers that look alike are other numbers."""

from __future__ import annotations

import pytest

from fixtures.strategies.numbers import LOOKALIKES, Lookalike


@pytest.mark.parametrize("lookalike", LOOKALIKES, ids=str)
@pytest.mark.parametrize("number", ["12345678901234567890", "2611237BFXJKMHY8RV6G2U", "a-b_c"])
def test_a_lookalike_is_another_number(lookalike: Lookalike, number: str) -> None:
    assert lookalike.of(number) != number


def test_no_two_lookalikes_share_a_name_or_a_number() -> None:
    assert len({one.name for one in LOOKALIKES}) == len(LOOKALIKES)
    assert len({one.of("123456789012") for one in LOOKALIKES}) == len(LOOKALIKES)
