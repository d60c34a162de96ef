"""The templates for CI servers are sound files, and every command in them exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

import walletproof

ROOT = Path(walletproof.__file__).parent
TEMPLATES = sorted((ROOT / "templates").glob("*.yml"))
COMMAND = re.compile(r"(?<![\w/-])walletproof ([a-z]+) ")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_can_be_read_and_names_known_commands(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert yaml.safe_load(text)
    assert {"test", "load", "gate", "quiet"} <= set(COMMAND.findall(text)) <= set(walletproof.COMMANDS)


def test_the_page_on_pipelines_names_known_commands() -> None:
    named = set(COMMAND.findall((ROOT / "docs" / "ci.md").read_text(encoding="utf-8")))

    assert named <= set(walletproof.COMMANDS)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_secret_stands_in_a_template(path: Path) -> None:
    assert not re.search(r"TOKEN: (?!\$\{\{ secrets\.)", path.read_text(encoding="utf-8"))
