"""JUnit XML that a CI server can read, with every outcome where it belongs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

from fixtures.model import Outcome
from reports.junit import write_junit
from tests.reports.examples import ALL, FAILED, PASSED

WORDS = {"failure": Outcome.FAILED, "skipped": Outcome.NOT_APPLICABLE}


def written(path: Path, *results: object) -> Xml.Element:
    """The root of the file that was written."""
    write_junit(results, path / "junit.xml", target="shop & co")  # type: ignore[arg-type]
    return Xml.parse(path / "junit.xml").getroot()


def test_every_result_is_a_case_and_every_outcome_has_its_element(tmp_path: Path) -> None:
    root = written(tmp_path, *ALL)

    cases = list(root.iter("testcase"))
    assert len(cases) == len(ALL) == int(root.get("tests", "0"))
    for name, outcome in WORDS.items():
        assert len(list(root.iter(name))) == sum(result.outcome is outcome for result in ALL)
    unsettled = sum(result.outcome in {Outcome.INCONCLUSIVE, Outcome.ERROR} for result in ALL)
    assert len(list(root.iter("error"))) == unsettled == int(root.get("errors", "0"))
    assert {one.get("type") for one in root.iter("error")} == {"inconclusive", "error"}


def test_suites_are_areas_and_names_are_identities(tmp_path: Path) -> None:
    load = replace(PASSED, topic="load.purchase", file="load/locustfile.py")
    root = written(tmp_path, load, replace(load, topic="load.generator", wallet="-", mode="-"))

    suite = root.find("testsuite")
    assert suite is not None
    assert suite.get("name") == "load"
    names = [case.get("name") for case in suite]
    assert names == ["load.generator", f"load.purchase [{PASSED.wallet} {PASSED.mode}]"]


def test_whatever_a_target_says_stays_text(tmp_path: Path) -> None:
    rude = replace(FAILED, message="<![CDATA[]]> & \x00\ud800 \"'", observed="</failure>\x1b[0m")

    failure = next(written(tmp_path, rude).iter("failure"))

    assert failure.get("message") == "<![CDATA[]]> & \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} \"'"
    assert "</failure>\N{REPLACEMENT CHARACTER}[0m" in (failure.text or "")
