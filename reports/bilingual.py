"""What the page says, in English and in Chinese side by side: its style shows one of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from reports.twins import name, twin
from reports.words import LANGUAGES, WORDS, Text

_NUMBERED = re.compile(r"(\d+\. )?(.*)")
_COLON, _AND = Text(": ", "："), Text(", ", "、")
_CLAUSES = {text.en: text.zh for key, text in WORDS.items() if key.startswith("clause.")}


def words(key: str) -> Markup:
    """An interface text in both languages; the page shows one of them."""
    return spoken(WORDS[key])


def spoken(text: Text) -> Markup:
    """A text in both languages."""
    spans = (
        Markup('<span class="w-{0}" lang="{0}">{1}</span>').format(language, getattr(text, language))
        for language in LANGUAGES
    )
    return Markup("").join(spans)


def told(text: str) -> Markup:
    """What a check or a wallet says of itself in both languages; as it is where it has no twin."""
    text = text.strip()
    chinese = _CLAUSES.get(text) or twin(text)
    return escape(text) if chinese is None else spoken(Text(text, chinese))


def told_by_line(text: str) -> Markup:
    """The same of a text in which each line is a sentence, or a numbered one."""
    lines = (_NUMBERED.fullmatch(line) for line in text.strip().splitlines())
    return Markup("\n").join(escape(line[1] or "") + told(line[2]) for line in lines if line)


def told_in_parts(text: str) -> Markup:
    """The same of a text whose parts stand side by side."""
    return Markup(" · ").join(map(told, text.split(" · ")))


def told_with_note(text: str) -> Markup:
    """The same of what came back, with what was noted of it in brackets."""
    came, bracket, note = text.removesuffix(")").rpartition(" (")
    return Markup("{} ({})").format(told(came), told(note)) if bracket and text.endswith(")") else told(text)


def evidence(line: str) -> Markup:
    """Which breaches of a clause these are, whose order, and what is wrong with it."""
    which, _, breach = line.partition(": ")
    whose, _, what = breach.partition(": ")
    if not what:
        return escape(line)
    chosen = spoken(_AND).join(map(named, which.split(", ")))
    return spoken(_COLON).join([chosen, escape(whose), told(what)])


def named(english: str) -> Markup:
    """A name in both languages."""
    chinese = name(english)
    return escape(english) if chinese is None else spoken(Text(english, chinese))


TOLD: dict[str, Callable[[Any], Markup]] = {
    each.__name__: each for each in (spoken, told, told_by_line, told_in_parts, told_with_note, evidence, named)
}
"""The filters of the page's templates."""
