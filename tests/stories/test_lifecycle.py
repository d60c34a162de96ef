"""Shrinking, judging and telling, without a target."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import strategies

from fixtures.model import Inconclusive, NotApplicable, OrderState
from fixtures.stories.course import read, spelt
from fixtures.stories.examples import Storyteller
from fixtures.stories.judging import backwards
from fixtures.stories.lifecycle import End, Lifecycle, StoryFailed, able, share, shortest
from fixtures.wallets.interface import Event

EVENTS: frozenset[Event] = frozenset({"paid", "failed", "pending", "closed", "refunded"})
LONG = "order,outage,decline,pay,notify-last,return,refund-part,notify,repeat-first,cancel"


def _needs(*steps: str) -> Callable[[tuple[str, ...]], bool]:
    def ends_badly(story: tuple[str, ...]) -> bool:
        rest = iter(story)
        return all(step in rest for step in steps)

    return ends_badly


@pytest.mark.parametrize(
    ("needed", "left"),
    [
        ((), "order"),
        (("pay",), "order,pay"),
        (("decline", "pay", "notify-last"), "order,decline,pay,notify-last"),
        (("pay", "refund-part", "notify"), "order,pay,refund-part,notify"),
        (("cancel",), "order,cancel"),
    ],
)
def test_a_story_is_shrunk_to_what_its_end_needs(needed: tuple[str, ...], left: str) -> None:
    found = shortest(read(LONG), EVENTS, _needs(*needed))

    assert len(found) <= len(read(left))
    assert _needs(*needed)(found)


@pytest.mark.parametrize(("modes", "shares"), [(1, (40,)), (2, (30, 10)), (3, (20, 10, 10)), (5, (20, 5, 5, 5, 5))])
def test_the_stories_of_a_wallet_are_shared_among_its_modes(modes: int, shares: tuple[int, ...]) -> None:
    assert tuple(share(40, modes, first=number == 0) for number in range(modes)) == shares


def test_every_story_is_tried_once_while_shrinking() -> None:
    tried: list[str] = []

    def ends_badly(story: tuple[str, ...]) -> bool:
        tried.append(spelt(story))
        return "pay" in story

    assert spelt(shortest(read(LONG), EVENTS, ends_badly)) == "order,pay"
    assert len(tried) < 12


@pytest.mark.parametrize(
    ("states", "steps"),
    [
        ("pending paid refunded", 0),
        ("pending failed paid", 0),
        ("pending paid cancelled refunded", 0),
        ("pending paid pending paid", 1),
        ("paid failed", 1),
        ("refunded paid", 1),
    ],
)
def test_a_state_that_goes_back_is_seen(states: str, steps: int) -> None:
    assert len(list(backwards([OrderState(state) for state in states.split()]))) == steps


def test_a_story_is_told_in_numbered_sentences() -> None:
    end = End(
        ("The buyer orders tea for 12.50 CNY.", "She pays."), (("fulfilled-once", "the order: fulfilled 2 times"),)
    )

    assert end.text.splitlines() == [
        "1. The buyer orders tea for 12.50 CNY.",
        "2. She pays.",
        "In the end: the order: fulfilled 2 times (fulfilled-once).",
    ]


def _lifecycle(ends_badly: Callable[[tuple[str, ...]], bool], again: str | None = None) -> Lifecycle:
    """The machine over a target that is a function from a story to whether it ends badly."""

    class Played(Lifecycle):
        def _play(self, story: tuple[str, ...]) -> End:
            return End(story, (("fulfilled-once", "twice"),) if ends_badly(story) else ())

    target: Any = SimpleNamespace(capabilities=frozenset({"cancel", "refund", "reconcile", "return"}))
    wallet: Any = SimpleNamespace(docs=SimpleNamespace(not_applicable={}), travel="pushed", events=EVENTS)
    judge: Any = SimpleNamespace(patience=1.0)
    return Played(
        target=target,
        wallet=wallet,
        judge=judge,
        random=Random(1),
        examples=40,
        most=8,
        begin=lambda: None,
        again=None if again is None else read(again),
    )


def test_a_target_without_a_bug_ends_every_story_well() -> None:
    assert _lifecycle(lambda story: False).tell() == 40


def test_the_shortest_bad_story_is_told_with_its_command() -> None:
    with pytest.raises(StoryFailed) as failed:
        _lifecycle(_needs("pay", "notify", "refund-part", "refund-part")).tell()

    assert failed.value.again == "--topic lifecycle.story --story order,pay,notify,refund-part,refund-part"
    assert failed.value.brief == "twice (fulfilled-once)"


def test_a_story_that_ends_otherwise_when_told_again_is_inconclusive() -> None:
    calls: list[tuple[str, ...]] = []

    def once(story: tuple[str, ...]) -> bool:
        calls.append(story)
        return len(calls) == 1

    with pytest.raises(Inconclusive, match="ended differently"):
        _lifecycle(once).tell()


def test_one_story_is_told_again_and_no_other() -> None:
    calls: list[tuple[str, ...]] = []

    def note(story: tuple[str, ...]) -> bool:
        calls.append(story)
        return False

    assert _lifecycle(note, "pay,notify").tell() == 1
    assert calls == [("order", "pay", "notify")]


def test_a_story_that_cannot_happen_is_not_applicable() -> None:
    with pytest.raises(NotApplicable, match="only this can happen: order,pay"):
        _lifecycle(lambda story: False, "order,notify,pay").tell()


@pytest.mark.parametrize(
    ("travel", "reasons", "capabilities", "missing"),
    [
        ("pushed", {}, {"cancel", "refund", "reconcile", "return"}, set()),
        ("pushed", {"refund": "none"}, {"cancel", "reconcile", "return"}, {"refund", "refund-part", "refund-outside"}),
        ("pushed", {"pay.pending": "none"}, {"cancel", "refund", "reconcile", "return"}, {"pend", "clear", "fail"}),
        ("observed", {}, {"cancel", "refund", "reconcile", "return"}, {"notify", "repeat", "unheard", "drop"}),
        ("presented", {}, {"cancel", "refund", "reconcile", "return"}, {"drop", "give-up", "anew"}),
        ("pushed", {}, set(), {"cancel", "refund", "refund-part", "drop", "wait", "return"}),
    ],
)
def test_a_story_keeps_to_what_wallet_and_target_can_do(
    travel: str, reasons: dict[str, str], capabilities: set[str], missing: set[str]
) -> None:
    wallet = SimpleNamespace(docs=SimpleNamespace(not_applicable=reasons), travel=travel)
    steps = able(cast("Any", SimpleNamespace(capabilities=capabilities)), cast("Any", wallet))

    assert "pay" in steps
    assert not steps & missing


def test_an_error_of_ours_ends_the_telling_and_is_not_shrunk() -> None:
    calls: list[int] = []

    def story(value: int) -> None:
        calls.append(value)
        raise LookupError("ours")

    with pytest.raises(LookupError, match="ours"):
        Storyteller(1, 20, lambda: None).tell(story, strategies.integers())
    assert len(calls) == 1
