"""What the courier does on the way: pieces, halves, and everything at its time."""

from __future__ import annotations

import time

import pytest

from fixtures.counterpart.courier import DRIP, PIECES, _dripped, _driven, _half, _unheard
from fixtures.delivery import Letter, Plan, deliver, together
from fixtures.model import Answer, Message
from fixtures.target.client import HungUp

BODY = bytes(range(101))


def letter(name: str) -> Letter:
    return Letter(lambda _: Message("POST", f"/{name}"), lambda answer: answer.body.decode() or None, about=name)


def test_a_dripped_body_comes_whole_and_slowly() -> None:
    begun = time.monotonic()

    pieces = list(_dripped(BODY))

    assert (b"".join(pieces), len(pieces)) == (BODY, PIECES)
    assert time.monotonic() - begun >= PIECES * DRIP


def test_half_a_body_is_followed_by_nothing() -> None:
    pieces = _half(BODY)

    assert next(pieces) == BODY[:50]
    with pytest.raises(HungUp):
        next(pieces)


def test_a_whole_body_is_sent_before_hanging_up() -> None:
    pieces = _unheard(BODY)

    assert next(pieces) == BODY
    with pytest.raises(HungUp):
        next(pieces)


def test_the_acknowledged_never_comes_again_and_the_rest_does() -> None:
    carried: list[tuple[int, str]] = []

    def carry(number: int, _: Message, about: str) -> Answer | None:
        carried.append((number, about))
        return Answer(200) if (number, about) not in [(1, "a"), (4, "a")] else Answer(200, (), b"busy")

    rounds = together([deliver(letter(name), 0.0, Plan(schedule=(1, 2, 4))) for name in ("a", "b", "c")])
    receipts = _driven(rounds, carry)

    assert carried == [(1, "a"), (2, "b"), (3, "c"), (4, "a"), (5, "a")]
    assert [receipt.acknowledged for receipt in receipts] == [True, True, True]


def test_nothing_is_carried_before_its_time() -> None:
    due = time.time() + 0.05
    at: list[float] = []

    def carry(*_: object) -> Answer | None:
        at.append(time.time())
        return Answer(200)

    _driven(together([deliver(letter("a"), due)]), carry)

    assert at[0] >= due
