"""The cards of the checks are those of today, in both languages."""

from __future__ import annotations

import re

import pytest

from fixtures.check import registered
from reports.words import LANGUAGES
from tests.cards import PAGES, TEXTS, page

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_published_cards_are_those_of_today(language: str) -> None:
    assert PAGES[language].read_text(encoding="utf-8") == page(language), "python -m tests.cards writes them again"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_has_its_card(language: str) -> None:
    cards = page(language)

    assert cards.count("\n### `") == len(registered())
    assert cards.count("```python") >= len(registered())


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_of_a_card_has_its_twin(key: str) -> None:
    assert TEXTS[key].en
    assert CHINESE.search(TEXTS[key].zh)
