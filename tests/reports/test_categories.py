"""Every result is of one kind of trouble, and Allure recognises it by the word with which its message begins."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.audit import CLAUSES
from fixtures.check import registered
from fixtures.model import Outcome
from fixtures.trial import import_suites
from reports.categories import Kind, categories, kind_of, kind_of_topic
from reports.results import Acceptance
from tests.reports.examples import ALL, ERROR, FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("refund.over", Kind.MONEY),
        ("notify.repeat", Kind.GOODS),
        ("forgery.wrong-key", Kind.BELIEVED),
        ("notify.acknowledge", Kind.STUCK),
        ("access.read", Kind.LEAK),
        ("load.service-level", Kind.SLOW),
        ("audit.nothing-stuck", Kind.STUCK),
        ("novelty.first", Kind.STUCK),
    ],
)
def test_a_failure_is_of_the_kind_of_its_topic(topic: str, kind: Kind) -> None:
    assert kind_of(replace(FAILED, topic=topic)) is kind


def test_what_did_not_fail_is_of_its_outcomes_kind() -> None:
    kinds = [kind_of(result) for result in (PASSED, INCONCLUSIVE, ERROR, NOT_APPLICABLE)]

    assert kinds == [None, Kind.OPEN, Kind.OURS, Kind.ABSENT]


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.INCONCLUSIVE])
def test_a_target_that_says_nothing_is_down(outcome: Outcome) -> None:
    silent = replace(FAILED, outcome=outcome, message="the target did not answer a notification: timed out")

    assert kind_of(silent) is Kind.DOWN


def test_an_accepted_failure_is_a_kind_of_its_own() -> None:
    accepted = replace(FAILED, known=Acceptance("the new checkout does it", "payments", "2026-12-31"))

    assert kind_of(accepted) is Kind.KNOWN


def test_no_topic_is_left_to_chance() -> None:
    import_suites()

    topics = [check.topic for check in registered()] + [f"audit.{name}" for name in CLAUSES]
    assert [topic for topic in topics if kind_of_topic(topic) is None] == []


def test_every_message_falls_into_exactly_one_category() -> None:
    for result in ALL[1:]:
        message, status = f"{kind_of(result)}: {result.message}", {"failed": "failed", "not_applicable": "skipped"}
        found = [
            each["name"]
            for each in categories()
            if status.get(result.outcome, "broken") in each["matchedStatuses"]
            and re.fullmatch(each["messageRegex"], message)
        ]
        assert found == [kind_of(result)]


def test_every_category_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "results.md").read_text(encoding="utf-8")

    assert [kind for kind in Kind if kind not in page] == []
