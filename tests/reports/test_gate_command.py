"""The command `walletproof gate`: result files in, verdict and files out, wrong configurations refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from fixtures.target.problems import ConfigurationError
from fixtures.target.reading import CANONICAL, load
from reports.finish import write_reports
from reports.gate.__main__ import command as gate_command
from reports.gate.__main__ import found_rules, rules_of
from reports.gate.rules import Rules
from reports.known import Known
from reports.results import write_results
from reports.run import write_run
from tests.reports.command import invoked
from tests.reports.examples import FAILED, INCONCLUSIVE, PASSED
from tests.reports.test_gate import GONE, SOUND


def test_the_command_works_on_result_files_alone(tmp_path: Path) -> None:
    audit = replace(PASSED, topic="audit.payee", wallet="-", mode="-", file="")
    write_results([PASSED, audit], tmp_path / "results.json")

    done = invoked(gate_command, "--out", str(tmp_path), "--rules", str(_file(tmp_path, "gate.toml", "skips = 3")))

    assert done.exit_code == 0, done.output
    assert "The gate is open (exit code 0)" in done.stdout
    assert {"gate.md", "gate.sarif", "gate.xml"} <= {file.name for file in tmp_path.iterdir()}


def test_results_alone_do_not_tell_of_known_failures(tmp_path: Path) -> None:
    write_reports(replace(SOUND, known=Known((GONE,))), tmp_path)
    (tmp_path / "run.json").unlink(missing_ok=True)

    done = invoked(gate_command, "--out", str(tmp_path))

    assert done.exit_code == 0, done.output


def test_the_files_of_a_closed_gate(tmp_path: Path) -> None:
    write_run(replace(SOUND, results=(PASSED, FAILED, INCONCLUSIVE)), tmp_path / "run.json")

    done = invoked(gate_command, "--out", str(tmp_path))

    assert done.exit_code == 1
    cases = Xml.parse(tmp_path / "gate.xml").getroot().findall("testsuite/testcase")
    assert {case.attrib["name"] for case in cases if case.find("failure") is not None} == {"findings", "settled"}
    assert len(json.loads((tmp_path / "gate.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]) == 2
    assert (tmp_path / "gate.md").read_text(encoding="utf-8").startswith("## ❌ walletproof: the gate is closed")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('severity = "high"', "gate.toml:1: severity: found 'high'; wanted"),
        ("[gate]\ntolerence = 0.1", "gate.toml:2: gate.tolerence: found an unknown key; wanted one of severity"),
        ("skips = -1", "gate.toml:1: skips: found -1; wanted"),
        ('[off]\nsettled = "why"', "gate.toml:2: off.settled"),
        ('[off]\nskips = ""', "gate.toml:2: off.skips: found an empty text"),
        ("skips = = 1", "gate.toml:1: not TOML"),
    ],
)
def test_wrong_rules_are_refused_with_file_line_and_key(text: str, told: str, tmp_path: Path) -> None:
    write_run(SOUND, tmp_path / "run.json")

    done = invoked(gate_command, "--out", str(tmp_path), "--rules", str(_file(tmp_path, "gate.toml", text)))

    assert done.exit_code == 4
    assert told in done.stderr


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": 1}', '{"schema": 1, "results": [{}]}', "\x00"])
def test_what_is_no_run_is_a_wrong_configuration(text: str, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(text, encoding="utf-8")

    assert invoked(gate_command, "--out", str(tmp_path)).exit_code == 4
    (tmp_path / "results.json").rename(tmp_path / "run.json")
    assert invoked(gate_command, "--out", str(tmp_path)).exit_code == 4
    assert "wanted the folder of a finished run" in invoked(gate_command, "--out", str(tmp_path / "no")).stderr


def test_the_target_file_may_hold_the_rules(tmp_path: Path) -> None:
    text = CANONICAL.read_text(encoding="utf-8") + '\n[gate]\nseverity = "normal"\n'
    target = _file(tmp_path, "target.toml", text)

    assert found_rules(tmp_path) == target
    assert rules_of(target) == Rules(severity="normal")
    assert load(target, environ={"BASE_URL": "http://127.0.0.1:1"}).gate == Rules(severity="normal")
    assert found_rules(_file(tmp_path, "gate.toml", "").parent) == tmp_path / "gate.toml"
    target.write_text(text.replace("severity", "severty"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"gate\.severty: found an unknown key; .*nearest: severity"):
        load(target, environ={"BASE_URL": "http://127.0.0.1:1"})


def _file(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name
