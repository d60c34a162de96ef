"""Allure result files, written through Allure's own models. `npx allure generate` makes the full report of them.

Written directly rather than by a pytest plugin: a result's identity is target, topic, wallet and mode, never a file,
a function or a parameter, so that its history survives every renaming.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
from reports.categories import categories, kind_of
from reports.exchanges import transcript
from reports.executor import executor
from reports.har import archive
from reports.letter import letter
from reports.load import Plot
from reports.outcomes import ELSEWHERE
from reports.results import Result

CHARTS = ("currentStatus", "statusDynamics", "statusTransitions", "testResultSeverities", "durationDynamics")
"""What Allure 3 draws; those that end in dynamics or transitions are its trends."""

_SPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # the namespace of URLs (RFC 9562)


def write_allure(
    results: Iterable[Result],
    directory: Path,
    *,
    target: str,
    environment: Mapping[str, str],
    plots: Sequence[Plot] = (),
    variables: Mapping[str, str] = os.environ,
) -> None:
    """Writes one file per result, attachments, categories, environment and executor, and Allure's settings beside them.

    What an earlier run left in the directory goes, but for its folder `history`, from which Allure draws its trends.
    Expects masked results and a masked environment. A plot is attached to each result that it is about. `variables`
    are those by which a pipeline tells its name.
    """
    _clean(directory)
    logger = AllureFileLogger(directory)  # type: ignore[no-untyped-call]
    drawn = [(plot.topics, _attached(plot.title, plot.svg, logger, target, AttachmentType.SVG)) for plot in plots]
    every = list(results)
    met = Counter(result.identity for result in every)
    for result in every:
        # Two tables of one wallet in one mode: Allure would take the second for a retry of the first.
        identity = result.identity if met[result.identity] == 1 else f"{result.identity}/{result.setup}"
        item = _test_result(result, target, identity, logger)
        item.attachments += [drawing for topics, drawing in drawn if result.topic.startswith(topics)]
        logger.report_result(item)  # type: ignore[no-untyped-call]
    (directory / "categories.json").write_text(json.dumps(categories(), indent=1), encoding="utf-8")
    properties = {"target": target, **environment}
    lines = (f"{_property(name, key=True)} = {_property(value)}\n" for name, value in properties.items())
    (directory / "environment.properties").write_text("".join(lines), encoding="latin-1")
    ran = executor(variables, target)
    (directory / "executor.json").write_text(json.dumps(ran, ensure_ascii=False), encoding="utf-8")
    settings = directory.parent / "allurerc.json"
    settings.write_text(json.dumps(_settings(directory.name, target), ensure_ascii=False, indent=1), encoding="utf-8")


def _settings(results: str, target: str) -> dict[str, Any]:
    """What Allure 3 reads from the folder that it is started in; Allure 2 finds its own beside the results."""
    sections = {"sections": ["charts", "timeline"], "charts": [{"type": name} for name in CHARTS]}
    return {
        "name": f"walletproof: {target}",
        "resultsDir": results,
        "output": "allure",
        "historyPath": "allure-history.jsonl",
        "categories": categories(),
        "plugins": {"awesome": {"options": {"singleFile": True, **sections}}},
    }


def _clean(directory: Path) -> None:
    if directory.is_dir():
        for left in directory.iterdir():
            if left.is_file():
                left.unlink()


def _test_result(result: Result, target: str, identity: str, logger: AllureFileLogger) -> TestResult:
    history = hashlib.md5(f"{target}/{identity}".encode(), usedforsecurity=False).hexdigest()
    start = int((result.started or time.time()) * 1000)
    item = TestResult(
        uuid=str(uuid.uuid5(_SPACE, f"{target}/{identity}/{start}")),
        historyId=history,
        testCaseId=history,
        fullName=result.identity,
        name=result.title or result.topic,
        status=ELSEWHERE[result.outcome].allure,
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
            known=result.known is not None,
            message=f"{kind_of(result)}: {reason}",
            trace=letter(result, exchanges=False),
        )
        if result.exchanges:
            item.attachments = [
                _attached("Timeline and curl lines", transcript(result.exchanges), logger, item.uuid),
                _attached(
                    "HTTP archive",
                    archive(result.exchanges, result.identity),
                    logger,
                    item.uuid,
                    AttachmentType.JSON,
                    "har",
                ),
            ]
    return item


def _labels(result: Result) -> Iterable[Label]:
    yield Label(LabelType.SEVERITY, result.severity)
    yield Label(LabelType.EPIC, result.area)
    yield Label(LabelType.FEATURE, result.topic)
    if result.wallet != "-":
        yield Label(LabelType.STORY, f"{result.wallet} {result.mode}")
    yield Label(LabelType.PARENT_SUITE, result.area)
    yield Label(LabelType.SUITE, result.file or result.group)
    if result.wallet != "-":
        yield Label(LabelType.SUB_SUITE, f"{result.wallet} {result.mode}")
    yield Label(LabelType.FRAMEWORK, "walletproof")
    for tag in (result.wallet, result.mode):
        if tag != "-":
            yield Label(LabelType.TAG, tag)
    yield Label(LabelType.TAG, f"level {result.level}")


def _attached(
    name: str,
    text: str,
    logger: AllureFileLogger,
    owner: str,
    kind: AttachmentType = AttachmentType.TEXT,
    extension: str = "",
) -> Attachment:
    source = ATTACHMENT_PATTERN.format(prefix=uuid.uuid5(_SPACE, f"{owner}/{name}"), ext=extension or kind.extension)
    logger.report_attached_data(text.encode("utf-8", "replace"), source)  # type: ignore[no-untyped-call]
    return Attachment(name=name, source=source, type=kind.mime_type)


def _property(text: str, *, key: bool = False) -> str:
    """Escaped for a Java properties file, which is Latin-1 by definition (java.util.Properties, load)."""
    text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    if key:
        text = text.replace(" ", "\\ ").replace(":", "\\:").replace("=", "\\=")
    units = text.encode("utf-16-be")
    codes = (int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))
    return "".join(chr(code) if 32 <= code < 127 else f"\\u{code:04x}" for code in codes)
