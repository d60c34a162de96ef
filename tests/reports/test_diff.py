"""Two runs compared: what needs a look comes first, the rest is counted, and only what got worse is red."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.model import Outcome
from reports.diff import command as diff_command
from reports.diff import compare
from reports.results import Acceptance, Result, write_results
from tests.reports.command import invoked
from tests.reports.examples import FAILED, PASSED

SKIPPED = replace(PASSED, outcome=Outcome.NOT_APPLICABLE, capability="refund")
OPEN = replace(PASSED, outcome=Outcome.INCONCLUSIVE, message="still changing")
OURS = replace(PASSED, outcome=Outcome.ERROR, message="KeyError: 'links'")
OTHERWISE = replace(FAILED, message="answered 500")
KNOWN = replace(FAILED, known=Acceptance("why", "who", "2027-01-01"))


@pytest.mark.parametrize(
    ("before", "after", "section", "worse"),
    [
        (PASSED, FAILED, "new", True),
        (None, FAILED, "new", True),
        (SKIPPED, FAILED, "new", True),
        (PASSED, KNOWN, "new", False),
        (FAILED, PASSED, "fixed", False),
        (FAILED, OTHERWISE, "changed", False),
        (FAILED, OPEN, "changed", False),
        (PASSED, OPEN, "changed", True),
        (PASSED, OURS, "changed", True),
        (None, OPEN, "changed", False),
        (OPEN, PASSED, "changed", False),
        (PASSED, SKIPPED, "skipped", True),
        (FAILED, SKIPPED, "skipped", True),
        (PASSED, None, "skipped", True),
        (PASSED, PASSED, "still passed", False),
        (FAILED, replace(FAILED, message="fulfilled 4 times"), "still failed", False),
        (FAILED, KNOWN, "still known", False),
        (None, PASSED, "newly passed", False),
        (SKIPPED, None, "not judged in either", False),
    ],
)
def test_what_became_of_a_check(before: Result | None, after: Result | None, section: str, worse: bool) -> None:
    difference = compare(_given(before), _given(after))

    named = {name for name in ("new", "fixed", "changed", "skipped") if getattr(difference, name)}
    assert (named or set(difference.rest)) == {section}
    assert bool(difference.worse) == worse


def test_of_two_results_with_one_identity_the_worst_speaks() -> None:
    assert compare([PASSED], [PASSED, FAILED]).new
    assert compare([PASSED], [FAILED, PASSED]).new


def test_the_text_names_the_changes_and_counts_the_rest(tmp_path: Path) -> None:
    rest = [replace(PASSED, topic=f"pay.{number}") for number in range(3)]
    gone = replace(PASSED, topic="refund.full")
    write_results([PASSED, gone, *rest], tmp_path / "a" / "results.json")
    write_results([replace(FAILED, message="\x1b[31mred\nsecond"), *rest], tmp_path / "b" / "results.json")

    done = invoked(diff_command, str(tmp_path / "a"), str(tmp_path / "b"))

    assert done.exit_code == 1
    assert done.stdout == (
        "New failures (1)\n"
        "  notify.repeat/alipay/key  passed → failed  [31mred second\n"
        "\n"
        "Newly skipped (1)\n"
        "  refund.full/alipay/key  passed → did not run\n"
        "\n"
        "The rest: 3 still passed\n"
    )


def test_two_equal_runs_are_no_worse(tmp_path: Path) -> None:
    write_results([PASSED, FAILED], tmp_path / "results.json")

    assert invoked(diff_command, str(tmp_path), str(tmp_path)).exit_code == 0


def test_what_is_no_run_is_a_wrong_configuration(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text('{"schema": 99, "results": []}', encoding="utf-8")

    done = invoked(diff_command, str(tmp_path), str(tmp_path / "nowhere"))

    assert done.exit_code == 4
    assert "schema is 99" in done.stderr


def _given(result: Result | None) -> list[Result]:
    return [result] if result else []
