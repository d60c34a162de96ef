"""Allure result files say the same as the results, and a result keeps its identity from run to run."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixtures.model import Outcome
from reports.allure import write_allure
from reports.categories import Kind, categories
from reports.results import Result
from tests.reports.examples import ALL, ERROR, FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED


def written(directory: Path, *results: Result, target: str = "shop") -> list[dict[str, Any]]:
    """What the directory holds after writing, one document per result."""
    write_allure(results, directory, target=target, environment={"seed": "7"}, variables={})
    return [json.loads(path.read_text(encoding="utf-8")) for path in directory.glob("*-result.json")]


def labels(document: dict[str, Any], name: str) -> list[str]:
    """The values of one label."""
    return [label["value"] for label in document["labels"] if label["name"] == name]


@pytest.mark.parametrize(
    ("result", "status", "category"),
    [
        (PASSED, "passed", None),
        (FAILED, "failed", Kind.GOODS),
        (INCONCLUSIVE, "broken", Kind.OPEN),
        (ERROR, "broken", Kind.OURS),
        (NOT_APPLICABLE, "skipped", Kind.ABSENT),
    ],
)
def test_each_outcome_has_its_status_and_category(
    tmp_path: Path, result: Result, status: str, category: Kind | None
) -> None:
    [document] = written(tmp_path, result)

    message = document.get("statusDetails", {}).get("message", "")
    matching = [
        each["name"]
        for each in categories()
        if document["status"] in each["matchedStatuses"] and re.fullmatch(each.get("messageRegex", "(?s).*"), message)
    ]
    assert document["status"] == status
    assert matching == ([category] if category else [])


def test_every_outcome_is_mapped(tmp_path: Path) -> None:
    assert len(written(tmp_path, *(replace(PASSED, outcome=outcome) for outcome in Outcome))) == len(Outcome)


def test_a_result_says_what_it_is(tmp_path: Path) -> None:
    [document] = written(tmp_path, PASSED)

    assert document["name"] == PASSED.title
    assert document["fullName"] == "notify.repeat/alipay/key"
    assert document["stop"] - document["start"] == 250
    assert document["links"] == [
        {"type": "link", "url": PASSED.citation_url, "name": "alipay: notify.repeat (read 2026-10-01)"}
    ]
    assert labels(document, "severity") == ["critical"]
    assert labels(document, "epic") == labels(document, "parentSuite") == ["conformance"]
    assert labels(document, "feature") == ["notify.repeat"]
    assert labels(document, "story") == ["alipay key"]
    assert labels(document, "suite") == ["conformance/test_notify.py"]
    assert labels(document, "subSuite") == ["alipay key"]
    assert labels(document, "tag") == ["alipay", "key", "level 3"]
    assert [step["name"] for step in document["steps"]] == list(PASSED.steps)


def test_identity_is_the_targets_and_outlives_file_and_wording(tmp_path: Path) -> None:
    [before] = written(tmp_path, PASSED)
    [after] = written(tmp_path, replace(PASSED, file="conformance/test_other.py", title="Other words."))
    [elsewhere] = written(tmp_path, PASSED, target="another shop")

    assert before["historyId"] == before["testCaseId"] == after["historyId"]
    assert elsewhere["historyId"] != before["historyId"]


def test_each_run_has_uuids_of_its_own_and_a_report_written_again_the_same(tmp_path: Path) -> None:
    [first], [again] = written(tmp_path, FAILED), written(tmp_path, FAILED)
    [later] = written(tmp_path, replace(FAILED, started=FAILED.started + 86_400))

    assert first == again
    assert later["uuid"] != first["uuid"]
    assert later["historyId"] == first["historyId"]


def test_two_tables_of_one_wallet_in_one_mode_are_two_results(tmp_path: Path) -> None:
    documents = written(tmp_path, PASSED, replace(PASSED, setup="alipay-second"))

    assert len({document["historyId"] for document in documents}) == 2


def test_the_history_of_earlier_reports_stays(tmp_path: Path) -> None:
    trend = tmp_path / "history" / "history-trend.json"
    trend.parent.mkdir()
    trend.write_text("[]", encoding="utf-8")
    written(tmp_path, *ALL)

    assert trend.read_text(encoding="utf-8") == "[]"


def test_a_failure_carries_its_letter_and_its_exchanges(tmp_path: Path) -> None:
    [document] = written(tmp_path, FAILED)

    attachment, archive = document["attachments"]
    assert document["statusDetails"]["message"] == "Goods lost: fulfilled 3 times"
    assert "Expected       fulfilments = 1" in document["statusDetails"]["trace"]
    assert attachment["type"] == "text/plain"
    assert "curl -sS" in (tmp_path / attachment["source"]).read_text(encoding="utf-8")
    assert archive["type"] == "application/json"
    assert archive["source"].endswith(".har")
    assert len(json.loads((tmp_path / archive["source"]).read_text(encoding="utf-8"))["log"]["entries"]) == 2
    assert [step["status"] for step in document["steps"]] == ["passed", "passed", "failed"]


def test_a_passed_result_attaches_nothing(tmp_path: Path) -> None:
    [document] = written(tmp_path, replace(PASSED, exchanges=FAILED.exchanges))

    assert "attachments" not in document
    assert not list(tmp_path.glob("*-attachment.*"))


def test_the_directory_is_cleaned_at_the_start(tmp_path: Path) -> None:
    written(tmp_path, *ALL)

    assert len(written(tmp_path, PASSED)) == 1


def test_environment_and_executor_stand_beside_the_results(tmp_path: Path) -> None:
    write_allure([], tmp_path, target="http://shop", environment={"a key": "茶 = tea\\1", "seed": "7"}, variables={})

    properties = (tmp_path / "environment.properties").read_text(encoding="latin-1")
    assert properties == "target = http://shop\na\\ key = \\u8336 = tea\\\\1\nseed = 7\n"
    assert json.loads((tmp_path / "executor.json").read_text(encoding="utf-8"))["name"] == "walletproof"
    assert json.loads((tmp_path / "categories.json").read_text(encoding="utf-8")) == categories()


def test_both_allures_find_their_settings_and_the_history(tmp_path: Path) -> None:
    write_allure(ALL, tmp_path / "allure-results", target="shop", environment={}, variables={})

    settings = json.loads((tmp_path / "allurerc.json").read_text(encoding="utf-8"))
    assert settings["resultsDir"] == "allure-results"
    assert settings["historyPath"] == "allure-history.jsonl"
    assert settings["categories"] == categories()
