"""Interface texts are complete in both languages, and the page knows a word for all it may show."""

from __future__ import annotations

import re

import pytest

from fixtures.audit import CLAUSES, Verdict
from fixtures.check import registered
from fixtures.model import Outcome
from fixtures.trial import import_suites
from reports.page import TEMPLATES
from reports.results import SEVERITIES
from reports.verdict import GROUPS
from reports.words import WORDS

CHINESE = re.compile(r"[\u4e00-\u9fff]")
TEMPLATE = "".join(file.read_text(encoding="utf-8") for file in sorted(TEMPLATES.glob("*.html")))


@pytest.mark.parametrize("key", WORDS)
def test_every_text_has_its_twin(key: str) -> None:
    text = WORDS[key]

    assert text.en.strip() == text.en != ""
    assert text.zh.strip() == text.zh != ""
    if key != "language":  # names the other language
        assert CHINESE.search(text.zh)
        assert not CHINESE.search(text.en)


@pytest.mark.parametrize("key", WORDS)
def test_chinese_texts_use_chinese_punctuation(key: str) -> None:
    assert not re.search(r"[\u4e00-\u9fff][,;:.!?]", WORDS[key].zh)


@pytest.mark.parametrize(
    "key",
    [
        *(f"outcome.{outcome}" for outcome in Outcome),
        *(f"severity.{severity}" for severity in SEVERITIES),
        *(f"group.{group}" for group in GROUPS),
        *(f"clause.{name}" for name in CLAUSES),
        *(f"verdict.clause.{verdict}" for verdict in Verdict),
        *(f"level.{level}" for level in range(5)),
        *(
            f"verdict.{kind}{more}"
            for kind in ("sound", "findings", "inconclusive", "nothing")
            for more in ("", ".more")
        ),
    ],
)
def test_whatever_the_page_may_show_has_a_word(key: str) -> None:
    assert key in WORDS


def test_the_template_uses_known_words_and_every_word_is_used() -> None:
    quoted = set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)*)"', TEMPLATE))
    composed = ("outcome.", "severity.", "group.", "clause.", "verdict.", "level.", "load.", "party.")

    assert {key for key in WORDS if not key.startswith(composed)} <= quoted
    assert set(re.findall(r't\("([^"]+)"\)', TEMPLATE)) <= set(WORDS)


@pytest.mark.parametrize("name", CLAUSES)
def test_a_clause_says_the_same_in_the_audit_and_on_the_page(name: str) -> None:
    assert WORDS[f"clause.{name}"].en == CLAUSES[name].__doc__


def test_every_group_of_checks_has_a_word() -> None:
    import_suites()

    assert {check.topic.split(".", maxsplit=1)[0] for check in registered()} <= set(GROUPS)
