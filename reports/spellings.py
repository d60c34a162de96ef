"""The spellings in which a secret travels, and where a text holds one of them."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

SHORTEST = 6  # masking shorter values would tear ordinary words apart
SHORTEST_PIECE = 8  # what is left of a secret that was cut off counts from so many characters on
LONGEST_PIECE = 400
MOST_CUTS = 1000  # in one text; it is our own tools that cut
_CUT = re.compile(r"\.{3,}|…+")
LAYERS = 4  # escapes within escapes that are undone: a JSON text in a JSON text in a form
_ESCAPED = re.compile(
    r"(?P<bytes>(?:%[0-9A-Fa-f]{2})+|(?:\\{1,16}x[0-9A-Fa-f]{2})+)|\\{1,16}u(?P<code>[0-9A-Fa-f]{4})|\\{1,16}(?P<plain>[\"'\\/nrt])"
    r"|&(?:#\d{1,6}|#[xX][0-9A-Fa-f]{1,5}|[A-Za-z]{2,8});"
)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}

Place = tuple[int, int, str]
"""From, to, and what stands there instead."""


class Spellings:
    """Finds known texts in others. `marks` says what each of them is replaced by."""

    def __init__(self, marks: Mapping[str, str]) -> None:
        self._begun: dict[str, list[str]] = {}
        self._ended: dict[str, list[str]] = {}
        self._marks = {form: mark for value, mark in marks.items() for form in spelt(value) if len(form) >= SHORTEST}
        for form in sorted(self._marks, key=len, reverse=True):
            self._begun.setdefault(form[:SHORTEST], []).append(form)
            self._ended.setdefault(form[-SHORTEST:], []).append(form)

    def masked(self, text: str) -> str:
        """The text with every known one replaced; of those that overlap, the longest gives the mark."""
        parts, done = [], 0
        for begin, end, mark in _joined(self._places(text)):
            parts += [text[done:begin], mark]
            done = end
        return "".join([*parts, text[done:]])

    def _places(self, text: str) -> Iterator[Place]:
        """In the text as it is, and below one escape after another."""
        begun = list(range(len(text) + 1))
        for _ in range(LAYERS):
            for begin, end, mark in (*self._whole(text), *self._pieces(text)):
                yield begun[begin], begun[end], mark
            plain, where = unescaped(text)
            if plain == text:
                return
            text, begun = plain, [begun[at] for at in where]

    def _whole(self, text: str) -> Iterator[Place]:
        # A look at each position instead of a search for each spelling: there are tens of thousands of them.
        for at in range(len(text) - SHORTEST + 1):
            for form in self._begun.get(text[at : at + SHORTEST], ()):
                if text.startswith(form, at):
                    yield at, at + len(form), self._marks[form]
                    break

    def _pieces(self, text: str) -> Iterator[Place]:
        """The beginning of a secret before the place where a text was cut, and its end behind it."""
        for cut in (*islice(_CUT.finditer(text), MOST_CUTS), None):
            before = cut.start() if cut else len(text)
            yield from self._beginning(text, before)
            if cut:
                yield from self._ending(text, cut.end())

    def _beginning(self, text: str, cut: int) -> Iterator[Place]:
        for at in range(max(0, cut - LONGEST_PIECE), cut - SHORTEST_PIECE + 1):
            for form in self._begun.get(text[at : at + SHORTEST], ()):
                if form.startswith(text[at:cut]):
                    yield at, cut, self._marks[form]
                    return

    def _ending(self, text: str, cut: int) -> Iterator[Place]:
        for end in range(min(len(text), cut + LONGEST_PIECE), cut + SHORTEST_PIECE - 1, -1):
            for form in self._ended.get(text[end - SHORTEST : end], ()):
                if form.endswith(text[cut:end]):
                    yield cut, end, self._marks[form]
                    return


def spelt(value: str) -> Iterator[str]:
    """The value plain, as a form writes its spaces, hexadecimal, and in base64 at any offset.

    A key file is known without its frame, too, and by each of its longer lines.
    """
    for plain in (value, value.replace("\n", "\r\n"), *_unframed(value)):
        yield from (plain, plain.replace(" ", "+"))
    raw = value.encode()
    yield from (raw.hex(), raw.hex().upper())
    for encoded in _in_base64(raw):
        yield from (encoded, encoded.replace("+", "-").replace("/", "_"))


def unescaped(text: str) -> tuple[str, list[int]]:
    """The text with the escapes of URLs, JSON, Python and HTML undone once, and where in it each letter began."""
    letters: list[str] = []
    begun: list[int] = []
    done = 0
    for found in _ESCAPED.finditer(text):
        letters += text[done : found.start()]
        begun += range(done, found.start())
        for letter, begin in _letters(found):
            letters.append(letter)
            begun.append(begin)
        done = found.end()
    return "".join([*letters, text[done:]]), [*begun, *range(done, len(text) + 1)]


def _letters(found: re.Match[str]) -> Iterator[tuple[str, int]]:
    run, code, plain = found["bytes"], found["code"], found["plain"]
    if run is None:
        told = chr(int(code, 16)) if code else _PLAIN.get(plain, plain) if plain else html.unescape(found[0])
        yield from ((letter, found.start()) for letter in told)
        return
    raw = bytes.fromhex(re.sub(r"%|\\{1,16}x", "", run))
    at, width = found.start(), len(run) // len(raw)
    for letter in raw.decode("utf-8", "surrogateescape"):
        yield letter, at
        at += width * len(letter.encode("utf-8", "surrogateescape"))


def _in_base64(raw: bytes) -> Iterator[str]:
    for offset in range(3):
        # Three bytes become four letters: the letters that also depend on the neighbours are left out at both ends.
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        first, last = (offset * 4 + 2) // 3, (offset + len(raw)) * 4 // 3
        yield encoded[first:last]


def _unframed(value: str) -> Iterator[str]:
    lines = [line for line in value.splitlines() if line and not line.startswith("-----")]
    if len(lines) > 1:
        yield "".join(lines)
        yield from (line for line in lines if len(line) >= 40)


def _joined(places: Iterable[Place]) -> list[Place]:
    """The places in order, those that overlap made one under the mark of the longest."""
    out: list[Place] = []
    longest = 0
    for begin, end, mark in sorted(places):
        if out and begin < out[-1][1]:
            first, last, known = out[-1]
            out[-1] = (first, max(last, end), mark if end - begin > longest else known)
            longest = max(longest, end - begin)
        else:
            out.append((begin, end, mark))
            longest = end - begin
    return out
