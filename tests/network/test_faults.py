"""Faults as data: each says when its call takes effect, and only what could hit a call is taken."""

from __future__ import annotations

from typing import get_args

import pytest

from fixtures.network.faults import EFFECT, KINDS, Effect, Fault, Kind
from fixtures.network.troubles import TROUBLES, fault_topics, troubles


def test_every_kind_says_when_the_call_takes_effect() -> None:
    assert set(EFFECT) == set(KINDS)
    assert set(EFFECT.values()) == set(get_args(Effect))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.endswith("-after")])
def test_what_comes_after_comes_after_the_effect(kind: Kind) -> None:
    assert EFFECT[kind] == "first"


@pytest.mark.parametrize(("kind", "of"), [("stale", None), ("garbage", "order-1")])
def test_a_stale_answer_alone_needs_another_order(kind: Kind, of: str | None) -> None:
    with pytest.raises(ValueError, match=r"^of: "):
        Fault(wallet="toy", operation="query", kind=kind, of=of)


@pytest.mark.parametrize(("kind", "seconds"), [("silent", 10.0), ("drip", 1.0), ("slow", 1.0), ("cut", 0.0)])
def test_a_kind_that_waits_has_a_time_of_its_own(kind: Kind, seconds: float) -> None:
    assert Fault(wallet="toy", operation="query", kind=kind).duration == seconds
    assert Fault(wallet="toy", operation="query", kind=kind, seconds=0.5).duration == 0.5


@pytest.mark.parametrize(
    ("operation", "reference", "hit"),
    [("query", "mine", True), ("create", "mine", False), ("query", "other", False), ("query", None, False)],
)
def test_a_fault_concerns_its_operation_and_order(operation: str, reference: str | None, hit: bool) -> None:
    assert Fault(wallet="toy", operation="query", kind="cut", reference="mine").concerns(operation, reference) is hit


def test_a_gateway_is_tried_only_at_what_it_knows() -> None:
    assert troubles("faults.create", frozenset({"query"})) == ()
    assert {one.operation for one in troubles("faults.create", frozenset({"create", "query"}))} == {"create"}
    assert troubles("pay.success", frozenset({"create"})) == ()


@pytest.mark.parametrize("topic", list(TROUBLES))
def test_each_trouble_of_a_topic_has_a_name_of_its_own(topic: str) -> None:
    names = fault_topics(topic)

    assert len(set(names)) == len(names)
    assert all(name.startswith(f"{topic}.") for name in names)
