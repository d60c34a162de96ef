"""Results survive the way to another process and to a file, and decide the exit code."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.model import Call, Money, Outcome
from reports.results import SUMMARY_FIELDS, Result, exit_code, from_plain, read_results, to_plain, write_results
from tests.reports.examples import ALL, ERROR, FAILED, INCONCLUSIVE, NOT_APPLICABLE, NOTIFICATION, PASSED

AUDIT_PROVED = replace(PASSED, topic="audit.payee", wallet="-", mode="-", file="")


def test_a_result_is_known_by_topic_wallet_and_mode() -> None:
    assert PASSED.identity == "notify.repeat/alipay/key"
    assert PASSED.group == "notify"


@pytest.mark.parametrize(
    ("file", "topic", "area"),
    [
        ("security/test_forgery.py", "forgery.unsigned", "security"),
        ("conformance/test_pay.py", "pay.success", "conformance"),
        ("", "forgery.unsigned", "security"),
        ("", "pay.success", "conformance"),
        ("", "audit.payee", "audit"),
    ],
)
def test_the_area_is_the_folder_and_else_told_by_the_topic(file: str, topic: str, area: str) -> None:
    assert replace(PASSED, file=file, topic=topic).area == area


def test_results_cross_a_process_boundary_as_plain_data() -> None:
    call = Call("alipay", "create", asked=Money(1, "CNY"))
    binary = replace(NOTIFICATION, request=replace(NOTIFICATION.request, body=b"\xff\x00"), call=call)
    results = [replace(FAILED, exchanges=(binary,)), *ALL]

    plain = to_plain(results)

    assert from_plain(json.loads(json.dumps(plain))) == results


def test_half_a_surrogate_pair_is_escaped_on_the_way() -> None:
    [plain] = to_plain([replace(FAILED, message="payload \ud800")])

    assert plain["message"] == "payload \\ud800"


def test_the_file_holds_the_summary_and_nothing_else(tmp_path: Path) -> None:
    write_results([FAILED, INCONCLUSIVE], tmp_path / "out" / "results.json")

    document = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))

    assert document["schema"] == 1
    assert document["results"][0] == {
        "topic": "notify.repeat",
        "wallet": "alipay",
        "mode": "key",
        "outcome": "failed",
        "severity": "critical",
        "level": 3,
        "seconds": 0.25,
        "message": "fulfilled 3 times",
    }


def test_the_file_is_ordered_by_identity_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    write_results(reversed(ALL), path)

    found = read_results(path)

    assert [one.identity for one in found] == sorted(one.identity for one in ALL)
    assert {name: getattr(found[-1], name) for name in SUMMARY_FIELDS} == {
        name: getattr(NOT_APPLICABLE, name) for name in SUMMARY_FIELDS
    }


def test_an_empty_run_is_a_valid_file(tmp_path: Path) -> None:
    write_results([], tmp_path / "results.json")

    assert read_results(tmp_path / "results.json") == []


def test_a_file_of_another_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text('{"schema": 2, "results": []}', encoding="utf-8")

    with pytest.raises(ValueError, match="schema is 2"):
        read_results(tmp_path / "results.json")


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([], 5),
        ([NOT_APPLICABLE], 5),
        ([AUDIT_PROVED], 5),
        ([PASSED], 0),
        ([PASSED, NOT_APPLICABLE], 0),
        ([PASSED, INCONCLUSIVE], 3),
        ([PASSED, ERROR], 3),
        ([INCONCLUSIVE], 3),
        ([PASSED, INCONCLUSIVE, FAILED], 1),
        ([PASSED, replace(AUDIT_PROVED, outcome=Outcome.FAILED)], 1),
    ],
)
def test_the_worst_outcome_decides_the_exit_code(results: list[Result], code: int) -> None:
    assert exit_code(results) == code


def test_an_interrupted_run_says_so_whatever_it_found() -> None:
    assert exit_code([FAILED], interrupted=True) == 2
