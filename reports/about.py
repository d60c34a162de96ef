"""What a reader must know of a run beside its results: how the target was described, and what nobody looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from reports.masking import Mask

HIDDEN = '"[masked]"'
_SECRET = re.compile(
    r"""(?ix)(\b[\w.-]*(?:secret|token|passw|passphrase|api[_-]?key|private[_-]?key)[\w.-]*"?\s*=\s*)
    ("(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
)
_VALUE = re.compile(r"""(=\s*)("(?:[^"\\\n]|\\.)*"|'[^'\n]*')""")
_TABLE = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]", re.MULTILINE)
_PRIVATE = re.compile(r"^authentication\.buyers(\.|$)|\.credentials$")
_REFERENCE = re.compile(r"""["']\$\{\w+\}["']""")


@dataclass(frozen=True, slots=True)
class Untested:
    """Something of a wallet that no check looks at, and why."""

    wallet: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class About:
    """`file` is the text of the target file, empty where there is none; `untested` is by wallet, in order."""

    file: str = ""
    untested: tuple[Untested, ...] = ()


def masked(about: About | None, mask: Mask) -> About | None:
    """The same as it may be shown: a literal secret is hidden by the key's name or table even if the mask is too short.

    Names of environment variables stay: they say where a secret comes from, not what it is.
    """
    return about and replace(about, file=mask.text(hidden(about.file)))


def hidden(file: str) -> str:
    """A target file without the texts of its private tables and keys."""
    starts = [0, *(found.start() for found in _TABLE.finditer(file)), len(file)]
    return "".join(_part(file[start:end]) for start, end in pairwise(starts))


def _part(text: str) -> str:
    header = _TABLE.match(text)
    rule = _VALUE if header and _PRIVATE.search(header[1].replace('"', "")) else _SECRET
    return rule.sub(lambda found: found[1] + (found[2] if _REFERENCE.fullmatch(found[2]) else HIDDEN), text)
