"""The kill matrix says which claims were kept and which cells cried wolf."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from reports.kill_matrix import Cell, Row, read_kill_matrix, row, summary, write_kill_matrix

REPEAT, UNSIGNED, READ = (
    Cell("notify.repeat", "alipay"),
    Cell("forgery.unsigned", "stripe"),
    Cell("access.read", "paypal", "security/test_access.py::test_read[paypal]"),
)


def test_a_mutant_is_judged_by_what_it_claims_and_what_failed() -> None:
    found = row(
        "counts-every-notification",
        ["b2", "b1"],
        [REPEAT, UNSIGNED],
        [Cell("notify.repeat", "alipay", "3"), READ],
        [UNSIGNED, Cell("access.cancel", "paypal")],
    )

    assert found == Row(
        mutant="counts-every-notification",
        bugs=("b1", "b2"),
        claims=(UNSIGNED, REPEAT),
        caught=(Cell("notify.repeat", "alipay", "3"),),
        stayed_green=(Cell("access.cancel", "paypal"),),
        false_alarms=(READ,),
    )


@pytest.mark.parametrize(
    ("claims", "failed", "sound"),
    [
        ([REPEAT], [REPEAT], True),
        ([REPEAT, UNSIGNED], [REPEAT], False),
        ([REPEAT], [], False),
        ([REPEAT], [REPEAT, READ], False),
        ([], [], False),
    ],
)
def test_a_row_is_sound_when_every_claim_was_kept_and_nothing_else_failed(
    claims: list[Cell], failed: list[Cell], sound: bool
) -> None:
    assert row("m", [], claims, failed).sound is sound


def test_the_file_is_ordered_and_read_again(tmp_path: Path) -> None:
    rows = [row("b", [], [REPEAT], [REPEAT]), row("a", ["x"], [UNSIGNED], [READ])]
    write_kill_matrix(rows, tmp_path / "kill-matrix.json")

    document = json.loads((tmp_path / "kill-matrix.json").read_text(encoding="utf-8"))
    assert document["schema"] == 2
    assert document["mutants"][0] == {
        "mutant": "a",
        "bugs": ["x"],
        "claims": [{"topic": "forgery.unsigned", "wallet": "stripe", "ran": ""}],
        "caught": [],
        "stayed_green": [],
        "false_alarms": [{"topic": "access.read", "wallet": "paypal", "ran": READ.ran}],
        "alike": 0,
    }
    assert read_kill_matrix(tmp_path / "kill-matrix.json") == sorted(rows, key=lambda each: each.mutant)


def test_a_file_of_another_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kill-matrix.json").write_text('{"schema": 0, "mutants": []}', encoding="utf-8")

    with pytest.raises(ValueError, match="schema is 0"):
        read_kill_matrix(tmp_path / "kill-matrix.json")


def test_the_summary_counts_what_was_claimed_and_caught() -> None:
    first, second = Cell("pay.success", "alipay"), Cell("notify.repeat", "stripe")
    rows = [
        row("Forgets", ["no-reconciliation"], [first, second], [first], [Cell("close.cancel", "paypal")]),
        row("Blunt", ["ack-200-on-failure"], [], []),
    ]

    text = summary(rows, "2026-11-23", "claims")

    assert text.startswith("# The kill matrix of 2026-11-23\n")
    assert "2 mutants of the reference merchant, 2 cells (topic × wallet) that must catch them: 1 did." in text
    assert "| `Forgets` | no-reconciliation | 1 of 2 | 1 |  |" in text
    assert "--matrix claims`" in text
    assert "every check" not in text
    assert "| `Blunt` | ack-200-on-failure | blunt | 0 |  |" in text


def test_the_summary_says_which_cells_were_spared() -> None:
    rows = [replace(row("Forgets", ["no-reconciliation"], [REPEAT], [REPEAT]), alike=1234)]

    assert "in 1234 cells the merchant runs no step that the mutant changes" in summary(rows, "2026-11-23", "full")
