"""Bytes on a page: nothing is lost, nothing acts, and the marked byte is the one that was meant."""

from __future__ import annotations

import pytest

from fixtures.sandbox.dashboard.visible import AROUND, WHOLE, Piece, visible


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"a\nb", [Piece("a", "text"), Piece("↵\n", "control"), Piece("b", "text")]),
        (b"\t\x00\x1b", [Piece("⇥\t␀␛", "control")]),
        (b"\xff\xe9", [Piece("\\xff\\xe9", "control")]),
        ("é€😀".encode(), [Piece("é€😀", "text")]),
        ("\u202e\ufeff\u0085".encode(), [Piece("\\u{202e}\\u{feff}\\u{85}", "control")]),
        (b"", []),
    ],
)
def test_what_cannot_be_seen_is_drawn(data: bytes, shown: list[Piece]) -> None:
    assert visible(data) == shown


@pytest.mark.parametrize(
    ("data", "at", "marked"),
    [
        (b"abc", 1, "b"),
        ("a€c".encode(), 2, "€"),
        (b"a\nb", 1, "↵\n"),
        (b"abc", 3, "∎"),
        (b"", 0, "∎"),
        (b"\xff\xfe", 1, "\\xfe"),
    ],
)
def test_the_character_of_the_byte_is_marked(data: bytes, at: int, marked: str) -> None:
    assert [piece.text for piece in visible(data, at) if piece.kind == "marked"] == [marked]


@pytest.mark.parametrize("at", [0, 10, WHOLE, WHOLE * 5])
def test_what_is_long_is_shown_around_the_mark(at: int) -> None:
    data = b"x" * (WHOLE * 5 + 1)

    pieces = visible(data, at)

    left_out = sum(int(piece.text) for piece in pieces if piece.kind == "left out")
    seen = sum(len(piece.text) for piece in pieces if piece.kind in ("text", "marked"))
    assert seen + left_out == len(data) and seen <= 3 * AROUND
    assert [piece.text for piece in pieces if piece.kind == "marked"] == ["x"]
