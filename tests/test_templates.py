"""The templates for CI servers are sound files, and every command in them exists."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

import walletproof
from fixtures.starting.pipelines import pipeline

ROOT = Path(walletproof.__file__).parent
TEMPLATES = sorted((ROOT / "templates").glob("*.yml"))
COMMAND = re.compile(r"(?<![\w/-])walletproof ([a-z]+) ")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_can_be_read_and_names_known_commands(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert yaml.safe_load(text)
    assert {"test", "load", "gate", "quiet"} <= set(COMMAND.findall(text)) <= set(walletproof.COMMANDS)


def test_the_page_on_pipelines_names_known_commands() -> None:
    named = set(COMMAND.findall((ROOT / "docs" / "ci.md").read_text(encoding="utf-8")))

    assert named <= set(walletproof.COMMANDS)


def installing(text: str) -> list[str]:
    """Every line of a CI file that has pip install something, as its shell gets it."""
    file = yaml.safe_load(text)
    steps = [step.get("run", "") for job in file.get("jobs", {}).values() for step in job["steps"]]
    job = file.get("walletproof", {})
    scripts = [*steps, *job.get("before_script", ()), *job.get("script", ())]
    return [line for script in scripts for line in script.splitlines() if line.startswith("pip install")]


INSTALLING = {
    **{path.stem: path.read_text("utf-8") for path in TEMPLATES},
    **{f"init {made[0]}": made[1] for made in (pipeline("github", "a.toml"), pipeline("gitlab", "a.toml")) if made},
}


@pytest.mark.parametrize("name", INSTALLING)
def test_a_pipeline_installs_what_its_owner_named_and_otherwise_says_what_to_set(name: str, tmp_path: Path) -> None:
    first, *more = installing(INSTALLING[name])
    (tmp_path / "pip").write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / "pip").chmod(0o755)

    def run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        there = {"PATH": f"{tmp_path}:/usr/bin:/bin", **environment}
        return subprocess.run(["sh", "-ec", first], env=there, capture_output=True, text=True, check=False)

    assert run({"WALLETPROOF": "ci/a wheel.whl"}).stdout == "install ci/a wheel.whl\n"
    assert "set this variable to a wheel" in run({}).stderr
    assert run({"WALLETPROOF": ""}).returncode != 0
    assert all('"walletproof[load]"' in line for line in more), "by name only what is installed already"


LOADING = sorted([*TEMPLATES, *(ROOT / "docs").glob("ci*.md")])


@pytest.mark.parametrize("path", LOADING, ids=lambda path: path.name)
def test_the_same_buyers_come_in_every_run(path: Path) -> None:
    # else the gate would find a rare story, told in the baseline, to be missing by chance
    loads = [line for line in path.read_text(encoding="utf-8").splitlines() if "walletproof load " in line]

    assert loads and all(" --seed " in line for line in loads)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_secret_stands_in_a_template(path: Path) -> None:
    assert not re.search(r"TOKEN: (?!\$\{\{ secrets\.)", path.read_text(encoding="utf-8"))
