"""Reads a text in every way in which a secret might be read out of it, independently of how secrets are masked."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote, unquote_plus

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){8,}")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}


def leaks(texts: Iterable[str], secrets: Iterable[str]) -> list[str]:
    """The secrets that can be read out of the texts, and how each was met."""
    known = [secret for secret in secrets if len(secret) >= 6]
    found = set()
    for text in texts:
        for how, reading in readings(text):
            found |= {f"{secret} ({how})" for secret in known if secret in reading}
    return sorted(found)


def written(folder: Path) -> Iterator[str]:
    """The texts of all files below a folder, and their names."""
    for file in folder.rglob("*"):
        yield str(file.relative_to(folder))
        if file.is_file():
            yield file.read_bytes().decode("utf-8", "replace")


def readings(text: str) -> Iterator[tuple[str, str]]:
    """The text as it is, decoded once, and decoded twice."""
    first = {"plain": text, **_decoded(text)}
    yield from first.items()
    for how, once in first.items():
        if how != "plain" and once != text:
            yield from ((f"{how}, {again}", twice) for again, twice in _decoded(once).items() if twice != once)


def _decoded(text: str) -> dict[str, str]:
    return {
        "HTML": html.unescape(text),
        "URL": unquote(text),
        "form": unquote_plus(text),
        "JSON": _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _PLAIN.get(found[2], found[2]), text),
        "base64": "\n".join(_from_base64(run) for run in _BASE64.findall(text)),
        "hexadecimal": "\n".join(bytes.fromhex(run).decode("utf-8", "replace") for run in _HEX.findall(text)),
    }


def _from_base64(run: str) -> str:
    plain = run.replace("-", "+").replace("_", "/")
    return "\n".join(_bytes(plain[offset:]).decode("utf-8", "replace") for offset in range(4))


def _bytes(letters: str) -> bytes:
    whole = letters[: len(letters) // 4 * 4]
    rest = letters[len(whole) :]
    try:
        return base64.b64decode(whole) + (base64.b64decode(rest + "=" * (4 - len(rest))) if len(rest) > 1 else b"")
    except binascii.Error:
        return b""
