"""The model of a payment, and the stories drawn from it."""

from __future__ import annotations

from random import Random

import pytest

from fixtures.stories.course import ORDER, RULES, Course, Plot, follow, read, spelt, split
from fixtures.strategies.lifecycle import stories
from fixtures.wallets.interface import Event

EVENTS: frozenset[Event] = frozenset({"paid", "failed", "pending", "closed", "refunded"})
ONE_EVENT: frozenset[Event] = frozenset({"paid"})


@pytest.mark.parametrize(
    ("drawn", "told"),
    [
        ("", "order"),
        ("pay,notify", "order,pay,notify"),
        ("notify,pay", "order,pay"),
        ("pay,pend", "order,pay"),
        ("clear,pend,clear", "order,pend,clear"),
        ("refund,pay,refund", "order,pay,refund"),
        ("repeat,pay,repeat,notify,repeat", "order,pay,notify,repeat"),
        ("pay,notify-last,decline", "order,pay"),
        ("decline,pay,notify-last", "order,decline,pay,notify-last"),
        ("decline,drop,pay", "order,decline,pay"),
        ("pay,drop,notify", "order,pay,drop"),
        ("give-up,pay", "order,give-up"),
        ("cancel,pay", "order,cancel,pay"),
        ("decline,expire-by-shop,cancel,pay", "order,decline,expire-by-shop,pay"),
        ("pay,expire-by-shop", "order,pay"),
        ("pay2,order2,pay2,order2", "order,order2,pay2"),
        ("pay,outage,lost-answer", "order,pay"),
        ("outage,outage,pay", "order,outage,pay"),
        ("pay,unheard,unheard,notify", "order,pay,unheard,unheard,notify"),
    ],
)
def test_what_cannot_happen_is_left_out(drawn: str, told: str) -> None:
    assert spelt(follow(read(drawn), EVENTS)) == told


def test_a_wallet_tells_only_what_it_tells() -> None:
    assert spelt(follow(read("decline,notify,pay,notify"), ONE_EVENT)) == "order,decline,pay,notify"


def test_a_course_knows_the_letters_on_their_way() -> None:
    plot = Plot(EVENTS)
    for step in ("decline", "pay", "notify-last"):
        assert plot.add(step)

    assert plot.can("notify")
    assert not plot.can("notify-last")
    assert not plot.can("drop")


def test_a_story_is_spelt_and_read_again() -> None:
    story = ("order", "pay", "order2", "notify2")

    assert read(spelt(story)) == story
    assert split("notify2") == ("notify", 1)


def test_a_step_that_there_is_not_is_named() -> None:
    with pytest.raises(ValueError, match="'nutify' is no step"):
        read("order,pay,nutify")


@pytest.mark.parametrize("events", [EVENTS, ONE_EVENT])
@pytest.mark.parametrize("able", [frozenset(RULES), frozenset({"pay", "notify", "repeat"}), frozenset({"pay"})])
def test_drawn_stories_can_happen(able: frozenset[str], events: frozenset[Event]) -> None:
    drawn = list(stories(Random(7), able, events, 8, 40))

    assert len(drawn) == 40
    for story in drawn:
        assert story[0] == ORDER
        assert {split(step)[0] for step in story} <= {ORDER, *able}
        assert follow(story[1:], events) == story


def test_drawn_stories_are_the_same_for_the_same_seed_and_differ() -> None:
    first, again, other = (list(stories(Random(seed), frozenset(RULES), EVENTS, 8, 40)) for seed in (1, 1, 2))

    assert first == again
    assert first != other
    assert len(set(first)) == 40


def test_every_step_is_drawn() -> None:
    drawn = {split(step)[0] for story in stories(Random(3), frozenset(RULES), EVENTS, 8, 300) for step in story}

    assert drawn == {ORDER, *RULES}


def test_nothing_follows_the_end() -> None:
    over = Course(EVENTS, phase="over")

    assert [step for step in ("pay", "decline", "pend", "clear", "refund", "notify") if RULES[step](over)] == []
