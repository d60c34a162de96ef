"""Foreign text in one line that a terminal may show: no control characters, no direction marks, no more than asked."""

from __future__ import annotations

import unicodedata

_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def one_line(text: str, longest: int = 200) -> str:
    """The text with every run of spaces and of what cannot be shown as one space."""
    shown = "".join(" " if unicodedata.category(letter) in _UNSHOWN else letter for letter in text)
    line = " ".join(shown.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
