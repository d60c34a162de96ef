"""The documentation of the gate says what the code does, and its examples are valid."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from reports.gate.judging import RULES
from reports.gate.rules import Rules
from reports.known import read_known

PAGE = (Path(__file__).parents[2] / "docs" / "gate.md").read_text(encoding="utf-8")
SETTINGS, KNOWN = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def test_every_rule_is_documented_in_its_own_words() -> None:
    assert re.findall(r"^\| `(\w+)` \| ([A-Z].*\.) \|$", PAGE, re.MULTILINE) == [
        (rule.name, rule.requirement) for rule in RULES
    ]


def test_the_documented_settings_are_all_there_are() -> None:
    plain = tomllib.loads(SETTINGS)

    assert set(plain) == set(Rules.model_fields)
    assert Rules.model_validate(plain)


def test_the_documented_entry_is_valid(tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text(KNOWN, encoding="utf-8")

    assert read_known(tmp_path / "known.toml")[0].owner == "payments"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_what_must_hold_and_what_to_do(rule: object) -> None:
    for text in (getattr(rule, "requirement", ""), getattr(rule, "remedy", "")):
        assert re.fullmatch(r"[A-Z].*\.", text)
