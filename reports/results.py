"""One result of one check for one wallet in one mode, its plain form, and the exit code of a run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter

from fixtures.model import Exchange, Outcome, Severity
from reports.outcomes import ADVICE, ELSEWHERE, FINDINGS, INTERRUPTED, NOTHING_PROVEN, PASSED, UNSETTLED
from reports.ways import Way

SCHEMA = 1
SUMMARY_FIELDS = ("topic", "wallet", "mode", "outcome", "severity", "level", "seconds", "message")
SECURITY_GROUPS = frozenset({"forgery", "substitution", "replay", "access", "fuzz", "keys"})
SEVERITIES: tuple[Severity, ...] = ("blocker", "critical", "normal", "minor", "trivial")


@dataclass(frozen=True, slots=True)
class Acceptance:
    """That a failure is known and accepted: why, by whom, until which day (ISO 8601)."""

    reason: str
    owner: str
    until: str

    def __str__(self) -> str:
        return f"{self.reason} (accepted by {self.owner} until {self.until})"


@dataclass(frozen=True, slots=True)
class Result:
    """What one check came to. `seconds` is its duration, `title` the requirement as a reader sees it.

    `level` (1 to 4) says how much of the target could be observed. `wallet` and `mode` are "-" where there is none.
    `capability` names what is missing when the outcome is not applicable. `steps` are what was done, in order.
    `file` is the check's file inside the repository, `replay` the command that shows the result again, `again` what
    pytest, or a load, is told to play exactly this.
    `started` is Unix seconds, 0 where unknown. `known` is set where the failure is accepted: it turns nothing red.
    `way` is what a check in a browser measured.
    """

    topic: str
    wallet: str
    mode: str
    outcome: Outcome
    severity: Severity
    level: int
    seconds: float
    message: str = ""
    title: str = ""
    citation_url: str = ""
    citation_read: str = ""
    capability: str = ""
    exchanges: tuple[Exchange, ...] = ()
    expected: str = ""
    observed: str = ""
    cost: str = ""
    steps: tuple[str, ...] = ()
    seed: int | None = None
    setup: str = ""
    file: str = ""
    replay: str = ""
    again: tuple[str, ...] = ()
    started: float = 0.0
    known: Acceptance | None = None
    way: Way | None = None

    @property
    def identity(self) -> str:
        """The permanent id of the result, without the target: topic/wallet/mode."""
        return f"{self.topic}/{self.wallet}/{self.mode}"

    @property
    def advice(self) -> bool:
        """Whether it failed and asks for nothing but to be thought over; what is known is not told again."""
        return self.outcome is Outcome.FAILED and self.severity == ADVICE and self.known is None

    @property
    def group(self) -> str:
        """The topic's group, the part before the first dot."""
        return self.topic.partition(".")[0]

    @property
    def area(self) -> str:
        """The question the check belongs to: conformance, security, audit, load, or known (entries of known.toml)."""
        folder = self.file.partition("/")[0]
        if folder in {"conformance", "security", "load"}:
            return folder
        if self.group in {"audit", "load", "known"}:
            return self.group
        return "security" if self.group in SECURITY_GROUPS else "conformance"


_PLAIN = TypeAdapter(list[Result], config=ConfigDict(ser_json_bytes="base64", val_json_bytes="base64"))


def to_plain(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Results as numbers, texts, lists and dicts, to cross a process boundary; bytes become base64."""
    plain: list[dict[str, Any]] = _writable(_PLAIN.dump_python(list(results), mode="json"))
    return plain


def writable(text: str) -> str:
    """The text with what UTF-8 cannot hold (half a surrogate pair, from a fuzzed payload) escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


def _writable(plain: Any) -> Any:
    if isinstance(plain, str):
        return writable(plain)
    if isinstance(plain, list):
        return [_writable(value) for value in plain]
    if isinstance(plain, dict):
        return {key: _writable(value) for key, value in plain.items()}
    return plain


def from_plain(plain: Iterable[Mapping[str, Any]]) -> list[Result]:
    """The results that `to_plain` took apart. Raises ValueError for data of another form."""
    return _PLAIN.validate_python(list(plain))


def write_results(results: Iterable[Result], path: Path) -> None:
    """Writes results.json: the summary of each result, ordered by identity so that two runs compare by line."""
    rows = [_summary(result) for result in sorted(results, key=lambda result: result.identity)]
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(f'{{"schema": {SCHEMA}, "results": [\n{lines}\n]}}\n', encoding="utf-8")


def read_results(path: Path) -> list[Result]:
    """The results of a results.json, defaults for what it does not hold. Raises ValueError for another schema."""
    document = json.loads(path.read_text(encoding="utf-8"))
    if document.get("schema") != SCHEMA:
        raise ValueError(f"{path}: schema is {document.get('schema')!r}, this version reads {SCHEMA}")
    return from_plain(document["results"])


def exit_code(results: Iterable[Result], interrupted: bool = False) -> int:
    """The exit code: 2 interrupted, 1 anything failed, 3 inconclusive or an error of ours, 5 nothing passed, else 0.

    A known failure proves nothing and turns nothing red; nor does advice.
    A proved clause of the audit proves no check, so the audit alone never turns an empty run green.
    """
    judged = list(results)
    codes = {ELSEWHERE[result.outcome].code for result in judged if not (result.known or result.advice)}
    if interrupted:
        return INTERRUPTED
    if red := codes & {FINDINGS, UNSETTLED}:
        return min(red)
    proven = (result.outcome is Outcome.PASSED and result.area != "audit" for result in judged)
    return PASSED if any(proven) else NOTHING_PROVEN


def by_severity(result: Result) -> tuple[int, str]:
    """A sort key: the costliest first, then by identity."""
    return SEVERITIES.index(result.severity), result.identity


def _summary(result: Result) -> dict[str, Any]:
    row = {name: getattr(result, name) for name in SUMMARY_FIELDS}
    known = {"known": asdict(result.known)} if result.known else {}
    way = {"way": asdict(result.way)} if result.way else {}
    return {**row, "outcome": result.outcome.value, "seconds": round(result.seconds, 4), **known, **way}
