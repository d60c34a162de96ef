"""`walletproof init` as a command: what it writes, and what it never does."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from fixtures.starting.__main__ import command

FLAGS = ["--base-url", "http://127.0.0.1:9", "--wallet", "stripe", "--no-doctor"]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_flags_are_enough(tmp_path: Path) -> None:
    ran = CliRunner().invoke(command, FLAGS)

    assert ran.exit_code == 0, ran.output
    assert "written: target.toml" in ran.output and "export BUYER_TOKEN" in ran.output
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"target.toml", "walletproof.yml"}


def test_nothing_is_overwritten_without_force(tmp_path: Path) -> None:
    (tmp_path / "target.toml").write_text("mine", encoding="utf-8")

    kept = CliRunner().invoke(command, FLAGS)
    assert kept.exit_code == 4
    assert "target.toml: already there" in kept.output and "--force" in kept.output
    assert not (tmp_path / ".github").exists(), "all files or none"
    assert (tmp_path / "target.toml").read_text("utf-8") == "mine"

    assert CliRunner().invoke(command, [*FLAGS, "--force"]).exit_code == 0


def test_without_a_terminal_and_without_answers_it_says_what_to_give() -> None:
    ran = CliRunner().invoke(command, [])

    assert ran.exit_code == 4
    assert "nothing was written" in ran.output
    assert "give --answers FILE with it (or --wallet)" in ran.output


def test_the_doctor_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUYER_TOKEN", raising=False)

    ran = CliRunner().invoke(command, [*FLAGS[:-1], "--ci", "none"])

    assert ran.exit_code == 4
    assert "found ${BUYER_TOKEN}, which is not set" in ran.output
