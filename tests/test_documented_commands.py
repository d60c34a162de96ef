"""What the documentation tells a reader to type is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from walletproof import COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("README*.md")])
BLOCK = re.compile(r"^ *```(?:sh|yaml)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
TYPED = re.compile(r"(?:^ *|[/ ])walletproof ([a-z]+)", re.MULTILINE)
QUOTED = re.compile(r"`walletproof ([a-z]+)[^`\n]*`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    named = {*QUOTED.findall(text), *(word for block in BLOCK.findall(text) for word in TYPED.findall(block))}

    assert named <= set(COMMANDS)


def test_both_languages_type_the_same() -> None:
    english, chinese = (
        [re.sub(r" *#.*", "", block) for block in BLOCK.findall((ROOT / name).read_text("utf-8"))]
        for name in ("README.md", "README.zh-CN.md")
    )

    assert chinese == english
