"""The documentation of the results says what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

from fixtures.audit import CLAUSES
from fixtures.model import Outcome
from reports.kill_matrix import read_kill_matrix
from reports.results import SUMMARY_FIELDS, read_results

PAGE = (Path(__file__).parents[2] / "docs" / "results.md").read_text(encoding="utf-8")
RESULTS, MATRIX = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


def test_the_documented_results_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(RESULTS, encoding="utf-8")

    [result] = read_results(tmp_path / "results.json")
    assert tuple(json.loads(RESULTS)["results"][0]) == SUMMARY_FIELDS
    assert result.outcome is Outcome.FAILED


def test_the_documented_kill_matrix_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "kill-matrix.json").write_text(MATRIX, encoding="utf-8")

    [row] = read_kill_matrix(tmp_path / "kill-matrix.json")
    assert row.sound


def test_every_clause_is_documented_in_its_own_words() -> None:
    assert dict(re.findall(r"^\| `([\w-]+)` \| ([A-Z].*\.) \|$", PAGE, re.MULTILINE)) == {
        name: rule.__doc__ for name, rule in CLAUSES.items()
    }


def test_every_outcome_and_field_is_documented() -> None:
    assert [name for name in (*Outcome, *SUMMARY_FIELDS) if f"`{name}`" not in PAGE] == []
