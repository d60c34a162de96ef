"""The Chinese twin of a sentence that a check, a wallet, a load or a story says of itself.

A wallet or an adapter from elsewhere has sentences of its own; these have no twin and are shown as they are.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

from reports.words import WORDS

FOLDER = Path(__file__).parent / "chinese"
PATTERNS = "patterns"
"""The file whose sentences have parts that vary, in braces."""
NAMES = "names"
"""The file of what stands in sentences, tables and plots by itself, and is no sentence."""
LONGEST = 600
"""Characters of a sentence with parts; what is longer is a report of its own, and nobody's sentence."""

MOST, WITHIN, DEEPEST = 30, 3, 12
"""Sentences in a text, joints within one of them, and sentences within sentences: what has more is no text of ours, and
would take long to read."""

_PART = re.compile(r"\{(\w+)\}")
_WORDS = (
    "action bad end good growth impact lag least letter limit new number old percentile rate rule samples seconds "
    "share state took"
)
"""Parts that are one word: whatever else stands there is another sentence."""
_CLAUSES = (
    *(key.removeprefix("clause.") for key in WORDS if key.startswith("clause.")),
    "asked-for",
    "never-backwards",
)
_SHAPES = {
    "broken": "[^;]*?",
    "clause": "|".join(_CLAUSES),
    "label": r"[A-Z]+ \S+",
    "status": r"-?\d+",
    **dict.fromkeys(_WORDS.split(), r"\S+"),
}
"""What such a part looks like; every other may be anything, or nothing."""
_NAMED = frozenset(
    {"again", "impact", "metric", "news", "place", "process", "reply", "seen", "shape", "side", "story", "stranger"}
    | {"sum", "told", "trouble", "word"}
)
"""Parts that may be a name."""
_LABEL = re.compile(r"(?:[A-Z]+ )?\S+")
"""An id or a request line, and what is said of it stands behind a colon."""


@cache
def area(name: str) -> Mapping[str, str]:
    """The twins of one file."""
    twins: dict[str, str] = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return twins


def areas() -> list[str]:
    """The names of all files."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@lru_cache(4096)
def twin(english: str) -> str | None:
    """The same in Chinese; None where nobody has written it. Parts that vary are put in, in Chinese where they can.

    A text may be several sentences, joined by "; "; those without a twin stay as they are.
    """
    return _twin(" ".join(english.split()), DEEPEST)


def name(english: str) -> str | None:
    """The Chinese name of a metric, an axis or the like; None for what has none."""
    return area(NAMES).get(english)


def _twin(text: str, left: int) -> str | None:
    return _one(text, left) or _several(text.split("; "), left)


def _one(text: str, left: int) -> str | None:
    known = _known().get(text)
    return known if known or not left else _filled(text, left - 1) or _labelled(text, left - 1)


def _several(sentences: Sequence[str], left: int) -> str | None:
    """A sentence may have the joint within it: the longest one that is known counts."""
    found = list(_apart(sentences, left)) if 1 < len(sentences) <= MOST else []
    return "；".join(chinese or text for text, chinese in found) if any(chinese for _, chinese in found) else None


def _apart(sentences: Sequence[str], left: int) -> Iterator[tuple[str, str | None]]:
    while sentences:
        longest = min(len(sentences), WITHIN + 1)
        tried = (("; ".join(sentences[:number]), number) for number in range(longest, 0, -1))
        found = ((text, number, _one(text, left)) for text, number in tried)
        text, number, chinese = next((each for each in found if each[2]), (sentences[0], 1, None))
        yield text, chinese
        sentences = sentences[number:]


def _labelled(text: str, left: int) -> str | None:
    """What is said of somebody or something, which stands in front of it."""
    label, colon, rest = text.partition(": ")
    known = _known().get(label) or (label if _LABEL.fullmatch(label) else None)
    said = _twin(rest, left) if colon and known else None
    return f"{known}：{said}" if said else None


@cache
def _known() -> Mapping[str, str]:
    return {text: chinese for file in areas() if file not in (PATTERNS, NAMES) for text, chinese in area(file).items()}


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The wordiest first: it fits the fewest sentences."""
    known = sorted(area(PATTERNS).items(), key=lambda pair: -len(_PART.sub("", pair[0])))
    return [(_pattern(text), chinese) for text, chinese in known]


def _pattern(text: str) -> re.Pattern[str]:
    literals = [re.escape(literal) for literal in _PART.split(text)[::2]]
    parts = [f"(?P<{part}>{_SHAPES.get(part, '.*?')})" for part in _PART.findall(text)]
    return re.compile("".join(text for pair in zip(literals, [*parts, ""], strict=True) for text in pair))


def _filled(text: str, left: int) -> str | None:
    for pattern, chinese in _patterns() if len(text) <= LONGEST else ():
        if found := pattern.fullmatch(text):
            return _put_in(chinese, {part: _part(part, value, left) for part, value in found.groupdict().items()})
    return None


def _part(part: str, value: str, left: int) -> str:
    return (name(value) if part in _NAMED else None) or _twin(" ".join(value.split()), left) or value.strip()


def _put_in(chinese: str, parts: Mapping[str, str]) -> str:
    """The sentence with its parts."""
    return _PART.sub(lambda place: parts[place[1]], chinese)
