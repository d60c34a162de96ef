"""The postman keeps each wallet's habits: when it sends again, when it stops, what overtakes what."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import TypeVar

import pytest

from fixtures.delivery import LOST, NO_ANSWER, Letter, Plan, Receipt, Send, deliver, together
from fixtures.model import Answer, Message

T = TypeVar("T")

TAKEN = Answer(200, (), b"success")
REFUSED = Answer(200, (), b"fail")


def letter(name: str = "a") -> Letter:
    return Letter(
        write=lambda at: Message("POST", f"/{name}", (("time", f"{at:g}"),)),
        refusal=lambda answer: None if answer.body == b"success" else "not the word success",
    )


def drive(
    round: Generator[Send, Answer | None, T], carry: Callable[[int, Send], Answer | None]
) -> tuple[list[Send], T]:
    """Carries each letter at once and answers what `carry` says of the n-th (from 1)."""
    sent: list[Send] = []
    answer: Answer | None = None
    while True:
        try:
            sent.append(round.send(answer) if sent else next(round))
        except StopIteration as end:
            return sent, end.value
        answer = carry(len(sent), sent[-1])


def test_an_acknowledged_letter_goes_out_once() -> None:
    sent, receipt = drive(deliver(letter(), 100.0, Plan(schedule=(5, 5))), lambda *_: TAKEN)

    assert [send.at for send in sent] == [100.0]
    assert receipt.acknowledged


def test_a_refused_letter_follows_the_schedule_to_its_end() -> None:
    sent, receipt = drive(deliver(letter(), 100.0, Plan(schedule=(15, 30, 180))), lambda *_: REFUSED)

    assert [send.at for send in sent] == [100.0, 115.0, 145.0, 325.0]
    assert not receipt.acknowledged
    assert {attempt.refusal for attempt in receipt.attempts} == {"not the word success"}


def test_the_schedule_is_compressed_by_the_factor() -> None:
    sent, _ = drive(deliver(letter(), 100.0, Plan(schedule=(15, 30), factor=10)), lambda *_: None)

    assert [send.at for send in sent] == [100.0, 101.5, 104.5]


def test_the_letter_is_signed_anew_for_each_attempt() -> None:
    sent, _ = drive(deliver(letter(), 100.0, Plan(schedule=(15,))), lambda *_: REFUSED)

    assert [send.message.header("time") for send in sent] == ["100", "115"]


def test_it_stops_at_the_first_acknowledgement_after_refusals() -> None:
    sent, receipt = drive(
        deliver(letter(), 0.0, Plan(schedule=(1, 1, 1, 1))), lambda number, _: TAKEN if number == 3 else None
    )

    assert [send.at for send in sent] == [0.0, 1.0, 2.0]
    assert [attempt.refusal for attempt in receipt.attempts] == [NO_ANSWER, NO_ANSWER, None]


def test_copies_go_out_although_acknowledged() -> None:
    sent, receipt = drive(deliver(letter(), 0.0, Plan(schedule=(4,), copies=3)), lambda *_: TAKEN)

    assert [send.at for send in sent] == [0.0, 4.0, 4.0]
    assert receipt.acknowledged


def test_a_copy_that_is_refused_at_the_end_of_the_schedule_is_the_last() -> None:
    answers = iter([TAKEN, REFUSED, REFUSED])

    sent, receipts = drive(
        together([deliver(letter(), 0.0, Plan(schedule=(1.0, 2.0), copies=3))]), lambda *_: next(answers)
    )

    assert [send.at for send in sent] == [0.0, 1.0, 3.0]
    assert receipts[0].acknowledged


def test_a_lost_acknowledgement_brings_the_letter_again() -> None:
    sent, receipt = drive(deliver(letter(), 0.0, Plan(schedule=(2, 2), lost=frozenset({1}))), lambda *_: TAKEN)

    assert [send.at for send in sent] == [0.0, 2.0]
    assert [attempt.refusal for attempt in receipt.attempts] == [LOST, None]


def test_a_delayed_letter_is_overtaken() -> None:
    rounds = [deliver(letter("failed"), 0.0, Plan(delay=3)), deliver(letter("paid"), 0.0)]

    sent, receipts = drive(together(rounds), lambda *_: TAKEN)

    assert [send.message.url for send in sent] == ["/paid", "/failed"]
    assert [receipt.attempts[0].message.url for receipt in receipts] == ["/failed", "/paid"]


def test_rounds_take_turns_by_time_and_keep_the_given_order_at_one_instant() -> None:
    rounds = [deliver(letter(name), 0.0, Plan(schedule=(2, 2))) for name in "ab"]

    sent, _ = drive(together(rounds), lambda *_: REFUSED)

    assert [(send.message.url, send.at) for send in sent] == [
        *[("/a", 0.0), ("/b", 0.0)],
        *[("/a", 2.0), ("/b", 2.0)],
        *[("/a", 4.0), ("/b", 4.0)],
    ]


def test_each_letter_says_what_it_is_about() -> None:
    rounds = [deliver(replace(letter(name), about=f"order {name}"), 0.0) for name in "ab"]

    sent, _ = drive(together(rounds), lambda *_: TAKEN)

    assert [(send.message.url, send.about) for send in sent] == [("/a", "order a"), ("/b", "order b")]


def test_no_rounds_have_no_receipts() -> None:
    assert drive(together([]), lambda *_: TAKEN) == ([], ())


def test_a_receipt_without_attempts_is_no_acknowledgement() -> None:
    assert not Receipt(()).acknowledged


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (lambda: Plan(factor=0), "factor"),
        (lambda: Plan(copies=0), "copies"),
        (lambda: Plan(delay=-1), "delay"),
        (lambda: Plan(schedule=(1, -1)), "schedule"),
    ],
)
def test_a_plan_that_cannot_be_kept_is_refused(wrong: Callable[[], Plan], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        wrong()
