"""Every failure comes with advice in both languages."""

from __future__ import annotations

import re

import pytest

from fixtures.audit import CLAUSES
from fixtures.check import registered
from fixtures.trial import import_suites
from load.topics import STORIES
from reports.remedies import REMEDIES, remedy

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("topic", REMEDIES)
def test_every_remedy_has_its_twin(topic: str) -> None:
    text = REMEDIES[topic]

    assert text.en.endswith(".")
    assert text.zh.endswith("。")
    assert not CHINESE.search(text.en)
    assert not re.search(r"[\u4e00-\u9fff][,;:.!?]", text.zh)


def test_every_topic_has_a_remedy() -> None:
    import_suites()
    topics = {check.topic for check in registered()} | {f"audit.{name}" for name in CLAUSES}

    assert sorted(topic for topic in topics if remedy(topic) is None) == []


def test_the_nearest_remedy_counts() -> None:
    assert remedy("notify.repeat") is REMEDIES["notify.repeat"]
    assert remedy("notify.extra-fields") is REMEDIES["notify"]
    assert remedy("openapi-leaks.GET /orders") is REMEDIES["openapi"]
    assert remedy("load.storm") is REMEDIES["notify.repeat"]
    assert remedy("load.outage") is REMEDIES["load"]
    assert remedy("novelty.first") is None


def test_no_remedy_is_left_over() -> None:
    import_suites()
    topics = {check.topic for check in registered()} | {"audit", *(f"load.{story}" for story in STORIES)}

    assert [known for known in REMEDIES if not any(f"{topic}.".startswith(f"{known}.") for topic in topics)] == []
