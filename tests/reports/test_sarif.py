"""SARIF 2.1.0 as its schema requires it, stable over runs, and harmless with hostile names."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.results import SEVERITIES, Acceptance, Result, write_results
from reports.sarif import sarif, write_sarif
from tests.reports.examples import ALL, ERROR, FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED

KINDS = {"notApplicable", "pass", "fail", "review", "open", "informational"}
LEVELS = {"none", "note", "warning", "error"}
HOSTILE = "<script>alert(1)</script> | [x](javascript:1) \n@all \u202e \x00"


def run_of(*results: Result, target: str = "target.toml") -> dict[str, Any]:
    document = sarif(results, target=target, code=1)
    run: dict[str, Any] = document["runs"][0]
    return run


@pytest.mark.parametrize("results", [ALL, (), (replace(FAILED, message=HOSTILE, topic=HOSTILE, title=HOSTILE),)])
def test_the_required_structure(results: tuple[Result, ...], tmp_path: Path) -> None:
    write_sarif(results, tmp_path / "gate.sarif", target="target.toml", code=1)
    document = json.loads((tmp_path / "gate.sarif").read_text(encoding="utf-8"))

    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = document["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "walletproof"
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in LEVELS
        assert rule.get("helpUri", "https://").startswith("https://")
    for result in run["results"]:
        assert result["message"]["text"]
        assert result["kind"] in KINDS
        assert result["level"] in LEVELS
        assert result["kind"] == "fail" or result["level"] == "none"  # 3.27.10
        assert ids[result["ruleIndex"]] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"]
        assert place["region"]["startLine"] >= 1
        assert result["partialFingerprints"]["primaryLocationLineHash"]
    (invocation,) = run["invocations"]
    assert isinstance(invocation["executionSuccessful"], bool)
    for note in invocation["toolExecutionNotifications"]:
        assert note["message"]["text"]
        assert ids[note["associatedRule"]["index"]] == note["associatedRule"]["id"]


def test_findings_and_open_questions_alone_are_results() -> None:
    run = run_of(PASSED, NOT_APPLICABLE, FAILED, INCONCLUSIVE, ERROR)

    assert [(result["ruleId"], result["kind"]) for result in run["results"]] == [
        ("notify.repeat", "fail"),
        ("reconcile.books", "open"),
    ]
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].startswith("error of ours: ")
    assert not run["invocations"][0]["executionSuccessful"]


@pytest.mark.parametrize("severity", SEVERITIES)
def test_the_level_follows_the_severity(severity: Any) -> None:
    (result,) = run_of(replace(FAILED, severity=severity))["results"]

    expected = {"blocker": "error", "critical": "error", "normal": "warning"}
    assert result["level"] == expected.get(severity, "note")


def test_a_rule_cites_the_vendor_and_a_script_is_no_citation() -> None:
    assert run_of(FAILED)["tool"]["driver"]["rules"][0]["helpUri"] == FAILED.citation_url
    assert "helpUri" not in run_of(replace(FAILED, citation_url="javascript:alert(1)"))["tool"]["driver"]["rules"][0]


def test_a_fingerprint_is_the_check_not_what_it_says() -> None:
    one, other = (replace(FAILED, message=text, seconds=at) for text, at in (("a", 1.0), ("b", 2.0)))

    assert _prints(one) == _prints(other)
    assert _prints(one) != _prints(replace(one, mode="cert"))
    assert _prints(one) != _prints(one, target="other.toml")


def test_a_known_failure_is_suppressed_with_its_reason() -> None:
    (result,) = run_of(replace(FAILED, known=Acceptance("why", "who", "2027-01-01")))["results"]

    (suppression,) = result["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert "why" in suppression["justification"]


def test_the_place_is_the_target_file_or_the_line_in_the_results(tmp_path: Path) -> None:
    results = [replace(PASSED, topic="a.first"), FAILED]
    write_results(results, tmp_path / "results.json")

    (named,) = run_of(*results)["results"]
    write_sarif(results, tmp_path / "gate.sarif", target="https://shop.example", code=1)
    (unnamed,) = json.loads((tmp_path / "gate.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]

    assert _place(named) == ("target.toml", 1)
    file, line = _place(unnamed)
    assert FAILED.topic in (tmp_path / file).read_text(encoding="utf-8").splitlines()[line - 1]


def test_a_message_makes_no_links() -> None:
    (result,) = run_of(replace(FAILED, message="[click](https://evil.example)"))["results"]

    assert result["message"]["text"].endswith("\\[click\\](https://evil.example)")


def _prints(result: Result, target: str = "target.toml") -> Any:
    return run_of(result, target=target)["results"][0]["partialFingerprints"]


def _place(result: dict[str, Any]) -> tuple[str, int]:
    place = result["locations"][0]["physicalLocation"]
    return place["artifactLocation"]["uri"], place["region"]["startLine"]
