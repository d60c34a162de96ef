"""Every bug seen in the wild is caught by a check, or there is a reason, and the published table says just that."""

from __future__ import annotations

from fixtures.mutants import discover
from fixtures.mutants.coverage import TABLE, bugs, reasons, rows, table

ROWS = rows(discover().values())


def test_every_bug_is_covered_or_has_a_reason() -> None:
    assert [row.bug.id for row in ROWS if not row.covered and len(row.reason) < 40] == []


def test_no_covered_bug_is_excused() -> None:
    assert [row.bug.id for row in ROWS if row.covered and row.reason] == []
    assert sorted(set(reasons()) - {bug.id for bug in bugs()}) == []


def test_every_mutant_has_a_bug_of_the_collection() -> None:
    known = {bug.id for bug in bugs()}

    assert {mutant.__name__: mutant.bug for mutant in discover().values() if mutant.bug not in known} == {}


def test_the_published_table_is_the_one_of_today() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(ROWS)
