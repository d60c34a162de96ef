"""JUnit XML, as CI servers read it: one test case per result, a suite per area."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree as Xml

from fixtures.model import Outcome
from reports.letter import letter
from reports.outcomes import ELSEWHERE
from reports.results import Result
from reports.timeline import timeline

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(results: Iterable[Result], path: Path, *, target: str) -> None:
    """Writes junit.xml. Expects masked results."""
    every = sorted(results, key=lambda result: (result.area, result.identity))
    suites = Xml.Element("testsuites", {"name": legible(f"walletproof against {target}"), **_counts(every)})
    for area, members in groupby(every, key=lambda result: result.area):
        suites.append(_suite(area, list(members)))
    Xml.indent(suites)
    path.parent.mkdir(parents=True, exist_ok=True)
    Xml.ElementTree(suites).write(path, encoding="utf-8", xml_declaration=True)


def _suite(area: str, results: Sequence[Result]) -> Xml.Element:
    suite = Xml.Element("testsuite", {"name": area, **_counts(results)})
    suite.extend(map(_case, results))
    return suite


def _case(result: Result) -> Xml.Element:
    name = result.topic if result.wallet == "-" else f"{result.topic} [{result.wallet} {result.mode}]"
    group = f"walletproof.{result.area}.{result.group}"
    case = Xml.Element("testcase", name=name, classname=group, time=f"{result.seconds:.3f}")
    element = _element(result)
    if element is not None:
        message = (result.message or result.capability or result.title).strip().partition("\n")[0]
        if result.known:
            message = f"known: {result.known}: {message}"
        kind = "known" if result.known else "advice" if result.advice else result.outcome.value
        told = Xml.SubElement(case, element, message=legible(message), type=kind)
        told.text = legible(letter(result, exchanges=False))
        if result.exchanges and result.outcome is not Outcome.PASSED:
            Xml.SubElement(case, "system-out").text = legible(timeline(result.exchanges))
    return case


def _element(result: Result) -> str | None:
    """An accepted failure is skipped, and advice: CI servers know no other word for what turns nothing red."""
    return "skipped" if result.known or result.advice else ELSEWHERE[result.outcome].junit


def _counts(results: Sequence[Result]) -> dict[str, str]:
    elements = [_element(result) for result in results]
    counted = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    numbers = {name: str(elements.count(element)) for name, element in counted.items()}
    return {"tests": str(len(results)), **numbers, "time": f"{sum(result.seconds for result in results):.3f}"}


def legible(text: str) -> str:
    """The text without what XML cannot hold, escaped or not."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
