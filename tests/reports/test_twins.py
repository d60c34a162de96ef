"""A page in Chinese has what its English twin has: the same sections, rows and code. And every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TWINS = sorted(path.name.removesuffix(".zh-CN.md") for path in DOCS.glob("*.zh-CN.md"))
PAGES = sorted([*DOCS.glob("*.md"), *ROOT.glob("README*.md")])
NAME = re.compile(r"^\| (`[^|]*`[^|]*?) \|", re.MULTILINE)
CODE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINES = re.compile(r"^#+ ", re.MULTILINE)
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)")


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


@pytest.mark.parametrize("name", TWINS)
def test_twins_name_each_other(name: str) -> None:
    english, chinese = both(name)

    assert f"]({name}.zh-CN.md)" in english
    assert f"]({name}.md)" in chinese


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = LINK.findall(CODE.sub("", page.read_text("utf-8")))

    assert [link for link in links if not _leads(page, *link)] == []


@pytest.mark.parametrize("name", TWINS)
def test_a_page_in_chinese_leads_to_others_in_chinese(name: str) -> None:
    _, chinese = both(name)

    assert {path.removesuffix(".md") for path, _ in LINK.findall(chinese)} & set(TWINS) <= {name}


def _leads(page: Path, path: str, section: str) -> bool:
    there = page.parent / path if path else page
    return there.exists() and (not section or section in _sections(there.read_text("utf-8")))


def _sections(text: str) -> set[str]:
    """The headings as GitHub names them in an address."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(CODE.sub("", text))
    }
