"""What is missing on a machine is said plainly; what is wrong with us is an error."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.oracles.foreign import environments
from tests.oracles.foreign.driver import Driver
from tests.oracles.foreign.environments import Environment, Unavailable


def test_a_machine_without_npm_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None if program == "npm" else f"/usr/bin/{program}")

    outcome = environments.npm.__wrapped__()

    assert isinstance(outcome, Unavailable)
    assert str(outcome) == "npm is not installed: the npm oracles did not run"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("npm error code ECONNREFUSED", Unavailable),
        ("npm error code ENOTFOUND", Unavailable),
        ("Retrying after connection broken by 'NewConnectionError('", Unavailable),
        ("npm error code ETARGET", RuntimeError),
        ("ERROR: No matching distribution found for python-alipay-sdk==0.0", RuntimeError),
    ],
)
def test_only_a_registry_that_does_not_answer_excuses_a_failure(
    tmp_path: Path, said: str, expected: type[Exception]
) -> None:
    with pytest.raises(expected):
        environments._run(tmp_path, sys.executable, "-c", f"raise SystemExit({said!r})")


def test_an_environment_is_filled_once_and_again_after_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "ROOM", tmp_path)
    filled: list[Path] = []

    def fail(directory: Path) -> None:
        directory.joinpath("half").touch()
        raise Unavailable("no package registry can be reached")

    with pytest.raises(Unavailable):
        environments._made("npm", b"pins", fail)
    first = environments._made("npm", b"pins", filled.append)
    again = environments._made("npm", b"pins", filled.append)

    assert filled == [first] == [again]
    assert not first.joinpath("half").exists()
    assert environments._made("npm", b"other pins", filled.append) != first


def test_every_pin_is_exact() -> None:
    npm = json.loads((environments.HERE / "package.json").read_text())["dependencies"]
    pip = (environments.HERE / "python-alipay.txt").read_text().splitlines()

    assert [version for version in npm.values() if not version[0].isdigit()] == []
    assert [line for line in pip if not line.startswith("#") and "==" not in line] == []


def test_a_driver_that_dies_is_an_error_of_ours(tmp_path: Path) -> None:
    with (
        Driver(Environment(sys.executable, tmp_path), "no_such_driver.py") as driver,
        pytest.raises(RuntimeError, match="no answer"),
    ):
        driver.call("open")
