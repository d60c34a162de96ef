"""Every word that a page of the sandbox says is there in English and in Chinese, and none is left that no page says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

import pytest

from fixtures.sandbox.pages.languages import LANGUAGES, Text, spoken

SANDBOX = Path(__file__).parents[3] / "fixtures" / "sandbox"
MODULES = tuple(
    ".".join(("fixtures.sandbox", *file.relative_to(SANDBOX).with_suffix("").parts))
    for file in sorted(SANDBOX.rglob("*words.py"))
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SAME_IN_BOTH = frozenset({"language"})
"""Words that stand in the other language on purpose."""


def tables(module: str) -> Iterator[tuple[str, Mapping[str, Text]]]:
    """Every table of words that a module holds."""
    for name, value in vars(import_module(module)).items():
        if isinstance(value, Mapping) and value and all(isinstance(text, Text) for text in value.values()):
            yield name, value


@pytest.mark.parametrize("module", MODULES)
def test_every_word_has_its_twin(module: str) -> None:
    found = list(tables(module))

    assert found, f"{module} holds no words"
    for table, words in found:
        for name, text in words.items():
            assert text.en.strip() and text.zh.strip(), f"{module}.{table}[{name!r}] lacks a language"
            if name not in SAME_IN_BOTH:
                assert not CHINESE.search(text.en), f"{module}.{table}[{name!r}] speaks Chinese in English"
                assert CHINESE.search(text.zh), f"{module}.{table}[{name!r}] speaks no Chinese"


@pytest.mark.parametrize("module", MODULES)
def test_no_table_hides_a_word_behind_a_method(module: str) -> None:
    """A template that asks a mapping for `copy` gets its method."""
    for table, words in tables(module):
        assert not [name for name in words if table == "WORDS" and hasattr(dict, name)]


def test_all_languages_are_spoken() -> None:
    assert [spoken({"a": Text("x", "甲")}, language) for language in LANGUAGES] == [{"a": "x"}, {"a": "甲"}]


@pytest.mark.parametrize("package", ["dashboard"])
def test_templates_ask_for_words_that_there_are_and_no_word_is_left_over(package: str) -> None:
    words = import_module(f"fixtures.sandbox.{package}.words").WORDS
    shared = import_module("fixtures.sandbox.pages.words").WORDS
    folder = SANDBOX / package
    templates = "\n".join(file.read_text(encoding="utf-8") for file in (folder / "templates").glob("*.html"))
    code = "\n".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py") if file.name != "words.py")

    asked = set(re.findall(r"\bwords\.(\w+)", templates))
    assert asked <= set(words) and set(re.findall(r"\bshared\.(\w+)", templates)) <= set(shared)
    unsaid = {name for name in words if name not in asked and f'"{name}"' not in code and not name.startswith("do_")}
    assert not unsaid
