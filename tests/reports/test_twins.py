"""A page in Chinese has what its English twin has: the same sections, the same rows, the same code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
SHORTER = {"load"}  # tells in Chinese what most people need, and says so
TWINS = sorted({path.name.removesuffix(".zh-CN.md") for path in DOCS.glob("*.zh-CN.md")} - SHORTER)
NAME = re.compile(r"^\| (`[^|]*`[^|]*?) \|", re.MULTILINE)
CODE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINES = re.compile(r"^#+ ", re.MULTILINE)


def both(name: str) -> tuple[str, str]:
    """The page in English and in Chinese."""
    return (DOCS / f"{name}.md").read_text("utf-8"), (DOCS / f"{name}.zh-CN.md").read_text("utf-8")


@pytest.mark.parametrize("name", TWINS)
def test_the_sections_are_as_many(name: str) -> None:
    english, chinese = both(name)

    assert len(LINES.findall(CODE.sub("", english))) == len(LINES.findall(CODE.sub("", chinese)))


@pytest.mark.parametrize("name", TWINS)
def test_every_row_has_its_twin(name: str) -> None:
    english, chinese = (
        [re.findall(r"`[^`]+`", row) for row in NAME.findall(CODE.sub("", text))] for text in both(name)
    )

    assert chinese == english


@pytest.mark.parametrize("name", TWINS)
def test_there_is_as_much_code(name: str) -> None:
    english, chinese = (CODE.findall(text) for text in both(name))

    assert [kind for kind, _ in chinese] == [kind for kind, _ in english]
