"""An installed wheel keeps everything in one folder of its own, and one small launcher finds it there."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import walletproof
from fixtures.suites import SUITES, command

ROOT = Path(walletproof.__file__).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WHEEL: dict[str, Any] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
FOLDER = "walletproof_suite"


def launcher(folder: Path) -> ModuleType:
    """The launcher as it is installed: in a folder that is not ours, beside the suite."""
    shutil.copy(ROOT / "walletproof.py", folder)
    (folder / FOLDER).mkdir()
    described = importlib.util.spec_from_file_location("installed", folder / "walletproof.py")
    assert described is not None
    assert described.loader is not None
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return module


def test_every_package_moves_into_the_one_folder() -> None:
    packages = {name.strip("/") for name in WHEEL["include"]} - {"walletproof.py"}

    assert all(name.startswith("/") for name in WHEEL["include"]), "without a slash tests/load is meant, too"
    assert WHEEL["sources"] == {name: f"{FOLDER}/{name}" for name in packages}
    assert packages == {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}


def test_what_pytest_needs_lies_beside_the_suites() -> None:
    assert WHEEL["force-include"] == {name: f"{FOLDER}/{name}" for name in ("conftest.py", "pyproject.toml")}


def test_the_launcher_knows_a_wheel_from_a_clone(tmp_path: Path) -> None:
    assert walletproof.ROOT == ROOT
    assert tmp_path.resolve() / FOLDER == launcher(tmp_path).ROOT


def test_pytests_plugin_leaves_other_peoples_names_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    installed = launcher(tmp_path)

    assert hasattr(installed.plugin, "pytest_load_initial_conftests")
    assert sys.path[-1] == str(tmp_path.resolve() / FOLDER)
    assert not hasattr(installed, "novelty")


def test_every_command_can_be_run() -> None:
    assert [name for name, (module, _) in walletproof.COMMANDS.items() if not importlib.util.find_spec(module)] == []


def test_without_a_suite_both_are_run_wherever_they_are(tmp_path: Path) -> None:
    words = command(["--target", "target.toml"], tmp_path)

    assert words[-2:] == [str(ROOT / name) for name in SUITES]
    assert "--target=target.toml" in words
    assert f"cache_dir={tmp_path / '.pytest_cache'}" in words


def test_a_check_may_be_named_as_the_terminal_shows_it() -> None:
    words = command(["../security/test_access.py"], ROOT / "docs")

    assert words[-1] == str(ROOT / "security" / "test_access.py")


def test_a_check_is_named_as_reports_name_it(tmp_path: Path) -> None:
    words = command(["conformance/test_pay.py::test_it[stripe]", "-n", "2"], tmp_path)

    assert f"{ROOT}{os.sep}conformance/test_pay.py::test_it[stripe]" in words
    assert "--dist=loadgroup" in words
    assert not {str(ROOT / name) for name in SUITES} & set(words)
