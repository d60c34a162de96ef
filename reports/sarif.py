"""Findings as SARIF 2.1.0 (OASIS), which code-scanning services read. Expects masked results.

A rule is a topic, and its help the vendor's page. The place is the target file, or the line of results.json. An error
of ours is no result: it is a notification of the run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fixtures.model import Outcome
from reports.outcomes import ELSEWHERE, SARIF_LEVELS, SPOILT
from reports.page import safe_link
from reports.results import Result

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
Plain = dict[str, Any]


def write_sarif(results: Sequence[Result], path: Path, *, target: str, code: int) -> None:
    """Writes the SARIF file beside the results.json. `code` is the exit code of what judged the results."""
    document = sarif(results, target=target, code=code, lines=lines_of(path.parent / "results.json"))
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", errors="replace")


def lines_of(path: Path) -> dict[str, int]:
    """The line of each identity in a results.json; empty where there is none."""
    found: dict[str, int] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else (), 1):
        if line.startswith('{"topic"'):
            row = json.loads(line.removesuffix(","))
            found.setdefault(f"{row['topic']}/{row['wallet']}/{row['mode']}", number)
    return found


def sarif(results: Sequence[Result], *, target: str, code: int, lines: Mapping[str, int] | None = None) -> Plain:
    """The document: what failed or is open; what passed or does not apply is left out. `lines` are of results.json."""
    ordered = sorted(results, key=lambda result: result.identity)
    spoilt = [result for result in ordered if result.outcome in SPOILT]
    topics = sorted({result.topic for result in spoilt})
    rules = {topic: number for number, topic in enumerate(topics)}
    run = {
        "tool": {
            "driver": {
                "name": "walletproof",
                "version": version("walletproof"),
                "rules": [_rule([result for result in spoilt if result.topic == topic]) for topic in topics],
            }
        },
        "invocations": [_invocation(spoilt, rules, code)],
        "results": [
            _result(result, rules, target, (lines or {}).get(result.identity, 1))
            for result in spoilt
            if ELSEWHERE[result.outcome].sarif
        ],
        "columnKind": "unicodeCodePoints",
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(results: Sequence[Result]) -> Plain:
    """The topic, told by its costliest results; the page is that of the first wallet that has one."""
    first = results[0]
    page = next((result.citation_url for result in results if safe_link(result.citation_url)), "")
    rule: Plain = {
        "id": first.topic,
        "shortDescription": {"text": first.title or first.topic},
        "defaultConfiguration": {"level": SARIF_LEVELS[first.severity]},
        "properties": {"tags": [first.area], "severity": first.severity},
    }
    if cost := next((result.cost for result in results if result.cost), ""):
        rule["fullDescription"] = {"text": cost}
    return rule | ({"helpUri": page} if page else {})


def _result(result: Result, rules: Mapping[str, int], target: str, line: int) -> Plain:
    shown: Plain = {
        "ruleId": result.topic,
        "ruleIndex": rules[result.topic],
        "kind": ELSEWHERE[result.outcome].sarif,
        "level": SARIF_LEVELS[result.severity] if result.outcome is Outcome.FAILED else "none",
        "message": {"text": _message(result)},
        "locations": [_location(result, target, line)],
        "partialFingerprints": {"primaryLocationLineHash": _fingerprint(result, target)},
        "properties": {"outcome": result.outcome.value, "wallet": result.wallet, "mode": result.mode},
    }
    if result.citation_url:
        shown["properties"]["citation"] = result.citation_url
    if result.known:
        shown["suppressions"] = [{"kind": "external", "status": "accepted", "justification": str(result.known)}]
    return shown


def _message(result: Result) -> str:
    """Plain text; brackets would be read as a link (3.11.6)."""
    prefix = "" if result.outcome is Outcome.FAILED else f"{ELSEWHERE[result.outcome].word}: "
    wallet = "" if result.wallet == "-" else f"{result.wallet} {result.mode}: "
    text = f"{prefix}{wallet}{result.message or result.title or result.topic}"
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _location(result: Result, target: str, line: int) -> Plain:
    named = target.endswith(".toml") and "/" not in target and "\\" not in target
    artifact = {"uri": quote(target) if named else "results.json"}
    return {
        "physicalLocation": {"artifactLocation": artifact, "region": {"startLine": 1 if named else line}},
        "logicalLocations": [{"fullyQualifiedName": result.identity, "kind": "member"}],
    }


def _fingerprint(result: Result, target: str) -> str:
    """The same for the same check of the same target, whatever it says today."""
    return hashlib.sha256(f"{target}/{result.identity}/{result.setup}".encode()).hexdigest()[:32]


def _invocation(spoilt: Iterable[Result], rules: Mapping[str, int], code: int) -> Plain:
    ours = [result for result in spoilt if ELSEWHERE[result.outcome].sarif is None]
    notes = [
        {
            "level": "error",
            "message": {"text": _message(result)},
            "associatedRule": {"id": result.topic, "index": rules[result.topic]},
        }
        for result in ours
    ]
    return {"executionSuccessful": not notes, "exitCode": code, "toolExecutionNotifications": notes}
