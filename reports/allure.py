"""Allure result files, written through Allure's own models. `npx allure generate` makes the full report of them.

Written directly rather than by a pytest plugin: a result's identity is target, topic, wallet and mode, never a file,
a function or a parameter, so that its history survives every renaming.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import (
    ATTACHMENT_PATTERN,
    Attachment,
    Label,
    Link,
    Status,
    StatusDetails,
    TestResult,
    TestStepResult,
)
from allure_commons.types import AttachmentType, LabelType, LinkType

from fixtures.model import Outcome
from reports.exchanges import transcript
from reports.letter import letter
from reports.results import Result

STATUSES = {
    Outcome.PASSED: Status.PASSED,
    Outcome.FAILED: Status.FAILED,
    Outcome.INCONCLUSIVE: Status.BROKEN,
    Outcome.ERROR: Status.BROKEN,
    Outcome.NOT_APPLICABLE: Status.SKIPPED,
}
_PREFIXES = {
    Outcome.FAILED: "",
    Outcome.INCONCLUSIVE: "Inconclusive: ",
    Outcome.ERROR: "Error of ours: ",
    Outcome.NOT_APPLICABLE: "Not applicable: ",
}
CATEGORIES: list[dict[str, Any]] = [
    {"name": "Findings: the target is at fault", "matchedStatuses": [Status.FAILED]},
    {
        "name": "Inconclusive: neither shown nor refuted",
        "matchedStatuses": [Status.BROKEN],
        "messageRegex": "(?s)Inconclusive: .*",
    },
    {"name": "Errors of ours", "matchedStatuses": [Status.BROKEN], "messageRegex": "(?s)Error of ours: .*"},
    {
        "name": "Not applicable: a capability is missing",
        "matchedStatuses": [Status.SKIPPED],
        "messageRegex": "(?s)Not applicable: .*",
    },
]


def write_allure(results: Iterable[Result], directory: Path, *, target: str, environment: Mapping[str, str]) -> None:
    """Writes one file per result, attachments, categories, environment and executor. Cleans the directory first.

    Expects masked results and a masked environment.
    """
    logger = AllureFileLogger(directory, clean=True)  # type: ignore[no-untyped-call]
    for result in results:
        logger.report_result(_test_result(result, target, logger))  # type: ignore[no-untyped-call]
    (directory / "categories.json").write_text(json.dumps(CATEGORIES, indent=1), encoding="utf-8")
    properties = {"target": target, **environment}
    lines = (f"{_property(name, key=True)} = {_property(value)}\n" for name, value in properties.items())
    (directory / "environment.properties").write_text("".join(lines), encoding="latin-1")
    executor = {"name": "walletproof", "type": "walletproof", "buildName": f"walletproof against {target}"}
    (directory / "executor.json").write_text(json.dumps(executor, ensure_ascii=False), encoding="utf-8")


def _test_result(result: Result, target: str, logger: AllureFileLogger) -> TestResult:
    identity = hashlib.md5(f"{target}/{result.identity}".encode(), usedforsecurity=False).hexdigest()
    start = int((result.started or time.time()) * 1000)
    item = TestResult(
        uuid=str(uuid.uuid4()),
        historyId=identity,
        testCaseId=identity,
        fullName=result.identity,
        name=result.title or result.topic,
        status=STATUSES[result.outcome],
        stage="finished",
        start=start,
        stop=start + round(result.seconds * 1000),
        labels=list(_labels(result)),
        titlePath=[result.area, result.group, result.topic],
    )
    # The last step is the one that did not come off.
    item.steps = [
        TestStepResult(name=step, status=Status.PASSED, stage="finished", start=start, stop=start)
        for step in result.steps
    ]
    if item.steps and result.outcome is not Outcome.PASSED:
        item.steps[-1].status = item.status
    if result.citation_url:
        read = f" (read {result.citation_read})" if result.citation_read else ""
        item.links = [Link(type=LinkType.LINK, url=result.citation_url, name=f"{result.wallet}: {result.topic}{read}")]
    if result.outcome is not Outcome.PASSED:
        reason = result.message or result.capability or "no reason was given"
        item.statusDetails = StatusDetails(
            message=_PREFIXES[result.outcome] + reason, trace=letter(result, exchanges=False)
        )
        if result.exchanges:
            item.attachments = [_attached("Exchanges as curl lines", transcript(result.exchanges), logger)]
    return item


def _labels(result: Result) -> Iterable[Label]:
    yield Label(LabelType.SEVERITY, result.severity)
    yield Label(LabelType.EPIC, result.area)
    yield Label(LabelType.FEATURE, result.group)
    yield Label(LabelType.STORY, result.topic)
    yield Label(LabelType.PARENT_SUITE, result.area)
    yield Label(LabelType.SUITE, result.file or result.group)
    if result.wallet != "-":
        yield Label(LabelType.SUB_SUITE, f"{result.wallet} {result.mode}")
    yield Label(LabelType.FRAMEWORK, "walletproof")
    for tag in (result.wallet, result.mode):
        if tag != "-":
            yield Label(LabelType.TAG, tag)
    yield Label(LabelType.TAG, f"level {result.level}")


def _attached(name: str, text: str, logger: AllureFileLogger) -> Attachment:
    source = ATTACHMENT_PATTERN.format(prefix=uuid.uuid4(), ext=AttachmentType.TEXT.extension)
    logger.report_attached_data(text.encode("utf-8", "replace"), source)  # type: ignore[no-untyped-call]
    return Attachment(name=name, source=source, type=AttachmentType.TEXT.mime_type)


def _property(text: str, *, key: bool = False) -> str:
    """Escaped for a Java properties file, which is Latin-1 by definition (java.util.Properties, load)."""
    text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    if key:
        text = text.replace(" ", "\\ ").replace(":", "\\:").replace("=", "\\=")
    units = text.encode("utf-16-be")
    codes = (int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))
    return "".join(chr(code) if 32 <= code < 127 else f"\\u{code:04x}" for code in codes)
