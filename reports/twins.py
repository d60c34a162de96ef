"""The Chinese twin of a sentence that a check, a wallet or a forgery says of itself.

A wallet or an adapter from elsewhere has sentences of its own; these have no twin and are shown as they are.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "chinese"
PATTERNS = "patterns"
"""The file whose sentences have parts that vary, in braces."""
LONGEST = 600
"""Characters of a sentence with parts; what is longer is a report of its own, and nobody's sentence."""

_PART = re.compile(r"\{(\w+)\}")
_WORDS = frozenset({"action", "state"})
"""Parts that are one word: whatever else stands there is another sentence."""


@cache
def area(name: str) -> Mapping[str, str]:
    """The twins of one file."""
    twins: dict[str, str] = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return twins


def areas() -> list[str]:
    """The names of all files."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def twin(english: str) -> str | None:
    """The same in Chinese; None where nobody has written it. Parts that vary are put in, in Chinese where they can."""
    text = " ".join(english.split())
    return _known().get(text) or _filled(text)


@cache
def _known() -> Mapping[str, str]:
    return {text: chinese for name in areas() if name != PATTERNS for text, chinese in area(name).items()}


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The wordiest first: it fits the fewest sentences."""
    known = sorted(area(PATTERNS).items(), key=lambda pair: -len(_PART.sub("", pair[0])))
    return [(_pattern(text), chinese) for text, chinese in known]


def _pattern(text: str) -> re.Pattern[str]:
    """A part may be empty, too."""
    literals = [re.escape(literal) for literal in _PART.split(text)[::2]]
    parts = [rf"(?P<{name}>\S+)" if name in _WORDS else f"(?P<{name}>.*?)" for name in _PART.findall(text)]
    return re.compile("".join(text for pair in zip(literals, [*parts, ""], strict=True) for text in pair))


def _filled(text: str) -> str | None:
    for pattern, chinese in _patterns() if len(text) <= LONGEST else ():
        if found := pattern.fullmatch(text):
            parts = {name: twin(value) or value.strip() for name, value in found.groupdict().items()}
            return _put_in(chinese, parts)
    return None


def _put_in(chinese: str, parts: Mapping[str, str]) -> str:
    """The sentence with its parts."""
    return _PART.sub(lambda place: parts[place[1]], chinese)
