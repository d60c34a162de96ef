"""A sound shop is left in peace, however little it has in common with the embedded one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.model import Outcome
from tests.openapi.probing import probe
from tests.openapi.shops import Shop, bookshop, kiosk, stall

SHOPS = [bookshop, kiosk, stall]


@pytest.mark.parametrize("shop", SHOPS)
def test_a_sound_shop_raises_no_alarm(shop: Callable[[], Shop], tmp_path: Path) -> None:
    found = probe(shop(), tmp_path)

    assert {topic: found.messages[topic] for topic in found.failed} == {}
    assert Outcome.INCONCLUSIVE not in found.outcomes.values()
    assert found.outcomes["openapi-links"] is not Outcome.ERROR


@pytest.mark.parametrize(
    ("shop", "operation"),
    [
        (bookshop, "GET /orders"),
        (bookshop, "GET /orders/{orderNo}"),
        (kiosk, "GET /cart/{id}"),
        (stall, "GET /orders/{id}"),
    ],
)
def test_what_is_closed_is_proven_to_be(shop: Callable[[], Shop], operation: str, tmp_path: Path) -> None:
    found = probe(shop(), tmp_path, only="openapi-access")

    assert found.outcomes[f"openapi-access.{operation}"] is Outcome.PASSED
