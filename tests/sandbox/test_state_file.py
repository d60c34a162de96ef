"""The state file is one sandbox's alone, its owner's alone, and whole."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from fixtures.sandbox.__main__ import main
from fixtures.sandbox.app import create_app
from fixtures.sandbox.keeping.file import StateFile, Unwritable, WrongState
from tests.sandbox.kept import TOKEN, begun, called, ended
from tests.sandbox.toy import TOY


def rewritten(path: Path, statement: str) -> None:
    """Somebody else writes into the file."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()


def other_seed(path: Path) -> None:
    begun(path, seed=8)


def other_keys(path: Path) -> None:
    begun(path, secret="private")


def other_wallets(path: Path) -> None:
    create_app({}, {}, TOKEN, None, file=StateFile(path))


def other_version(path: Path) -> None:
    rewritten(path, "UPDATE facts SET value = '0.0.0' WHERE name = 'version'")
    begun(path)


def other_format(path: Path) -> None:
    rewritten(path, "PRAGMA user_version = 99")
    begun(path)


def other_program(path: Path) -> None:
    rewritten(path, "PRAGMA application_id = 7")
    begun(path)


def other_result(path: Path) -> None:
    rewritten(path, "UPDATE deeds SET mark = mark + 1")
    begun(path)


def no_database(path: Path) -> None:
    path.write_bytes(b"my diary, which nobody may overwrite" * 100)
    begun(path)


def a_folder(path: Path) -> None:
    StateFile(path.parent)


def no_place(path: Path) -> None:
    StateFile(path.parent / "nowhere" / "state")


REFUSALS: list[tuple[Callable[[Path], None], str]] = [
    (other_seed, "with the seed 4, not 8"),
    (other_keys, "with other keys of toy"),
    (other_wallets, "with the wallets toy"),
    (other_version, "by walletproof 0.0.0"),
    (other_format, "has format 99"),
    (other_program, "another program"),
    (other_result, "deed 1 .Visit. had another result"),
    (no_database, "is no state file"),
    (a_folder, "cannot be opened: Is a directory"),
    (no_place, "cannot be opened: No such file"),
]


@pytest.mark.parametrize(("spoil", "why"), REFUSALS, ids=[spoil.__name__ for spoil, _ in REFUSALS])
def test_what_is_not_its_own_is_refused(tmp_path: Path, spoil: Callable[[Path], None], why: str) -> None:
    app = begun(tmp_path / "state", 4)
    called(app, "r-1")
    ended(app)

    with pytest.raises(WrongState, match=why):
        spoil(tmp_path / "state")


def test_what_belongs_to_somebody_else_stays_as_it_is(tmp_path: Path) -> None:
    diary, database = tmp_path / "diary", tmp_path / "database"
    diary.write_text("dear diary" * 100)
    rewritten(database, "CREATE TABLE songs (title TEXT)")
    before = [(file.read_bytes(), file.stat().st_mode) for file in (diary, database)]

    for file in (diary, database):
        with pytest.raises(WrongState):
            StateFile(file)

    assert [(file.read_bytes(), file.stat().st_mode) for file in (diary, database)] == before
    assert len(list(tmp_path.iterdir())) == 2


def test_two_sandboxes_never_share_a_file(tmp_path: Path) -> None:
    app = begun(tmp_path / "state")

    with pytest.raises(WrongState, match="in use by another sandbox"):
        StateFile(tmp_path / "state")
    ended(app)


def test_a_wrong_file_ends_the_command_with_4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "state").write_text("no database" * 100)

    with pytest.raises(SystemExit) as end:
        main(["--state", str(tmp_path / "state"), "--token", TOKEN], {"toy": TOY})

    assert end.value.code == 4
    assert "it is no state file of a sandbox; give a new file" in capsys.readouterr().err


def test_a_write_that_a_power_failure_tore_is_as_if_it_had_not_been(tmp_path: Path) -> None:
    app = begun(tmp_path / "state", 4)
    for number in range(3):
        called(app, f"r-{number}")
    shutil.copytree(tmp_path, tmp_path / "torn")
    ended(app)
    log = tmp_path / "torn" / "state-wal"
    os.truncate(log, log.stat().st_size - 100)

    again = begun(tmp_path / "torn" / "state")

    assert [payment.reference for payment in again.state.ledger.payments()] == ["r-0", "r-1"]
    assert len(again.state.history) == 2
    ended(again)


def test_the_file_is_its_owners_and_holds_no_key(tmp_path: Path) -> None:
    path = tmp_path / "state"
    path.touch(mode=0o644)
    app = begun(path, secret="a-secret-of-the-toy")
    called(app, "r-1")
    ended(app)

    assert path.stat().st_mode & 0o777 == 0o600
    assert b"a-secret-of-the-toy" not in path.read_bytes()


def test_a_full_disk_ends_the_sandbox_and_nobody_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends: list[int] = []
    monkeypatch.setattr("os.kill", lambda _, number: ends.append(number))
    app = begun(tmp_path / "state")
    called(app, "r-1")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, limits[1]))
    try:
        for reference in ("r-2", "r-3"):
            with pytest.raises(Unwritable, match="it cannot be written"):
                called(app, reference)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    ended(app)

    again = begun(tmp_path / "state")

    assert ends == [signal.SIGTERM]
    assert [payment.reference for payment in again.state.ledger.payments()] == ["r-1"]
    ended(again)
