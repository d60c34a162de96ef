"""Operations without sockets: what is sent, in which order, and what comes of it."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.model import Answer, Message
from fixtures.target.hosts import Hosts
from fixtures.target.redirects import MOST_REDIRECTS, EndlessRedirects
from fixtures.target.scripts import Place, Ran, carry_out, play
from fixtures.target.steps import Step

PLACE = Place("http://shop", Hosts(("shop",)), {"token": "t"}, (("Authorization", "Bearer t"),))


def step(**fields: Any) -> Step:
    return Step.model_validate(fields)


def carried(steps: list[Step], *answers: Answer) -> tuple[Ran, list[tuple[Message, bool]]]:
    """What came of the steps, and what was sent; the last answer is given again and again."""
    left, sent = list(answers), list[tuple[Message, bool]]()

    def send(sending: tuple[Message, bool]) -> Answer:
        sent.append(sending)
        return left.pop(0) if len(left) > 1 else left[0]

    return play(carry_out(steps, {"id": 7}, PLACE), send), sent


def moved(location: str) -> Answer:
    return Answer(302, (("Location", location),))


def test_each_step_may_use_what_the_earlier_ones_captured() -> None:
    steps = [step(request="POST /cart", capture={"cart": "no"}), step(request="POST /cart/{cart}/{id}")]

    ran, sent = carried(steps, Answer(200, (), b'{"no": "c1"}'), Answer(201))

    assert [(message.url, last) for message, last in sent] == [
        ("http://shop/cart", False),
        ("http://shop/cart/c1/7", True),
    ]
    assert ran.done.accepted and ran.step == 2 and ran.captured == {"cart": "c1"}
    assert all(message.header("Authorization") == "Bearer t" for message, _ in sent)


def test_an_operation_ends_at_the_first_step_that_is_refused() -> None:
    ran, sent = carried([step(request="GET /a"), step(request="GET /b")], Answer(403))

    assert (ran.done.accepted, ran.step, len(sent)) == (False, 1, 1)


def test_redirects_are_followed_within_the_allowed_hosts() -> None:
    ran, sent = carried([step(request="GET /a")], moved("/b"), moved("http://elsewhere/"))

    assert [message.url for message, _ in sent] == ["http://shop/a", "http://shop/b"]
    assert ran.done.answer.status == 302


def test_a_redirect_that_the_step_expects_is_its_answer() -> None:
    _, sent = carried([step(request="GET /a", capture={"to": "header:Location"})], moved("/b"))

    assert len(sent) == 1


def test_endless_redirects_end() -> None:
    with pytest.raises(EndlessRedirects, match="redirected more than 5 times"):
        carried([step(request="GET /a")], moved("/a"))

    assert MOST_REDIRECTS == 5
