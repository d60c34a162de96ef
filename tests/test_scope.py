"""What a run was asked to look at is told apart from what there is."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.scope import absent, known, narrowed
from tests.reports.examples import PASSED

ROOT = Path(__file__).parents[1]
SUITES = [ROOT / "conformance", ROOT / "security"]


def asked(*paths: str, **options: object) -> Any:
    """A pytest configuration, as much of it as is looked at."""
    told: dict[str, object] = {
        "wallet": [],
        "topic": [],
        "keyword": "",
        "markexpr": "",
        "story": None,
        "depth": "usual",
        "known": None,
    }
    return SimpleNamespace(option=SimpleNamespace(**(told | options)), args=list(paths))


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (asked(str(ROOT / "conformance"), str(ROOT / "security")), ""),
        (asked(str(ROOT)), ""),
        (asked(str(ROOT / "security")), "security"),
        (
            asked(str(ROOT / "security" / "test_forgery.py") + "::test_x", str(ROOT / "conformance")),
            "test_forgery.py::test_x conformance",
        ),
        (asked(str(ROOT), wallet=["stripe", "alipay"], topic=["pay"]), "--wallet stripe --wallet alipay --topic pay"),
        (asked(str(ROOT), keyword="repeat", markexpr="slow"), "-k repeat -m slow"),
        (asked(str(ROOT), depth="smoke"), "--depth smoke"),
        (asked(str(ROOT), story="order,pay"), "--story order,pay"),
    ],
)
def test_what_leaves_checks_out_is_named(config: Any, told: str) -> None:
    assert narrowed(config, SUITES) == told


def test_what_was_planned_and_has_no_result_is_absent() -> None:
    assert absent({PASSED.identity, "pay.success/alipay/key"}, [PASSED]) == {"pay.success/alipay/key"}


def test_without_the_option_nothing_is_known() -> None:
    assert known(asked(), whole=True) is None
