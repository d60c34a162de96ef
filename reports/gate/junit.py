"""The rules of the gate as JUnit XML: one test case per rule."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as Xml

from reports.gate.judging import Ruling
from reports.junit import legible


def write_rules(rulings: Sequence[Ruling], path: Path) -> None:
    """Writes gate.xml: a broken rule is a failure, one that was not judged is skipped."""
    broken, idle = (sum(bool(getattr(r, name)) for r in rulings) for name in ("subjects", "idle"))
    counts = {"tests": str(len(rulings)), "failures": str(broken), "errors": "0", "skipped": str(idle)}
    suites = Xml.Element("testsuites", {"name": "walletproof gate", **counts})
    suite = Xml.SubElement(suites, "testsuite", {"name": "gate", **counts})
    for ruling in rulings:
        case = Xml.SubElement(suite, "testcase", name=ruling.rule.name, classname="walletproof.gate", time="0.000")
        if ruling.subjects:
            failure = Xml.SubElement(case, "failure", message=legible(ruling.line), type="broken")
            failure.text = legible("\n".join([ruling.rule.requirement, "", *ruling.subjects, "", ruling.rule.remedy]))
        elif ruling.idle:
            Xml.SubElement(case, "skipped", message=legible(ruling.idle))
        if ruling.warning:
            Xml.SubElement(case, "system-out").text = legible(ruling.warning)
    Xml.indent(suites)
    Xml.ElementTree(suites).write(path, encoding="utf-8", xml_declaration=True)
