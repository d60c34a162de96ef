"""Each check as a card: what is asked, how it is tried, what is expected, who asks for it, which mutants it catches.

`python -m tests.cards` writes docs/checks.md and docs/checks.zh-CN.md; everything in them is read off the checks.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from fixtures.capability import citation
from fixtures.check import Check, registered
from fixtures.features import lacks, seats
from fixtures.mutants import discover as discover_mutants
from fixtures.trial import import_suites
from fixtures.wallets import discover as discover_wallets
from fixtures.wallets.interface import Wallet
from reports.remedies import remedy
from reports.twins import twin
from reports.words import LANGUAGES, WORDS, Text

DOCS = Path(__file__).parent.parent / "docs"
PAGES = {"en": DOCS / "checks.md", "zh": DOCS / "checks.zh-CN.md"}
MOST = 6  # mutants named on a card; the kill matrix has them all
WHOLE = frozenset({"target", "operation", "tampering"})  # what such a check sits with is the target's, not a wallet's

TEXTS: dict[str, Text] = {
    "title": Text("The checks", "检验项"),
    "head": Text(
        "One card for each check. Its heading is the topic by which results, `--topic` and `known.toml` name it. This "
        "file is written by `python -m tests.cards`; [中文](checks.zh-CN.md).",
        "每项检验一张卡片。标题是主题，检验结果、`--topic` 与 `known.toml` 都用它来指称。步骤与期望是检验自身的代码。"
        "本文件由 `python -m tests.cards` 生成；[English](checks.md)。",
    ),
    "needs": Text("Needs", "需要"),
    "steps": Text("Steps", "步骤"),
    "names": Text("Tried as", "具体形式"),
    "claims": Text("Mutants that it catches", "能抓住的变异体"),
    "absent": Text("Does not apply to", "不适用于"),
    "more": Text(" and {} more", " 等，另有 {} 个"),
    "below": Text("where the target lacks `{}`", "在被测系统没有 `{}` 时"),
    "severity": Text("Severity", "严重程度"),
}
MARKS: dict[str, Text] = {
    "colon": Text(": ", "："),
    "comma": Text(", ", "、"),
    "semicolon": Text("; ", "；"),
    "stop": Text(". ", "。"),
    "bracketed": Text(" ({})", "（{}）"),
}


def page(language: str) -> str:
    """The page in one of the LANGUAGES."""
    import_suites()
    lines = [f"# {said('title', language)}", "", *textwrap.wrap(said("head", language), 118, break_long_words=False)]
    for group, members in groupby(registered(), key=lambda check: check.topic.split(".", maxsplit=1)[0]):
        lines += ["", f"## {said(f'group.{group}', language)}"]
        for check in members:
            lines += ["", *card(check, language)]
    return "\n".join(lines) + "\n"


def said(key: str, language: str) -> str:
    """An interface text or a mark of the cards, or a text of the reports' page."""
    text: str = getattr(TEXTS.get(key) or MARKS.get(key) or WORDS[key], language)
    return text


def own(text: str, language: str) -> str:
    """A sentence of a check or of a wallet; in English where it has no twin."""
    return (language == "zh" and twin(text)) or text


def card(check: Check, language: str) -> Iterator[str]:
    """The lines of one card."""
    below = said("bracketed", language).format(said("below", language).format(check.below)) if check.below else ""
    yield from (f"### `{check.topic}`{below}", "", own(check.requirement, language), "")
    for key, text in _rows(check, language):
        yield f"- **{said(key, language)}**{said('colon', language)}{text}"
    body, expected = _script(check)
    yield from _listed("steps", language, ["```python", *body, "```"])
    if expected:
        yield from _listed("expected", language, ["```python", *expected, "```"])
    if named := list(_names(check, language)):
        yield from _listed("names", language, named)


def _rows(check: Check, language: str) -> Iterator[tuple[str, str]]:
    """What the card says in a line each."""
    comma = said("comma", language)
    severity, costs = said(f"severity.{check.severity}", language), own(check.costs, language)
    yield "severity", f"{severity}{said('stop', language)}{costs}"
    yield "needs", comma.join(f"`{name}`" for name in sorted(check.needs))
    if (advice := remedy(check.topic)) is not None:
        yield "remedy", getattr(advice, language)
    cited, absent = _asked(check)
    if cited:
        yield "citation", comma.join(f"[{name}]({url})" for name, url in cited)
    if absent:
        told = (
            comma.join(names) + said("bracketed", language).format(own(reason, language))
            for reason, names in absent.items()
        )
        yield "absent", said("semicolon", language).join(told)
    if caught := _mutants(check, language):
        yield "claims", caught


def _listed(key: str, language: str, lines: Sequence[str]) -> Sequence[str]:
    """A heading in words, and what stands below it."""
    return ["", said(key, language) + said("colon", language).rstrip(), "", *lines]


def _asked(check: Check) -> tuple[list[tuple[str, str]], Mapping[str, list[str]]]:
    """Who asks for it, by wallet, and the wallets for which it makes no sense, by reason."""
    if check.source:
        return [(check.source.split("/")[2], check.source)], {}
    cited, absent = list[tuple[str, str]](), dict[str, list[str]]()
    for name, wallet in _wallets():
        reasons = wallet.docs.not_applicable
        reason = reasons.get(check.topic) or reasons.get(check.topic.split(".", maxsplit=1)[0]) or lacks(check, wallet)
        page = citation(check.topic, wallet)
        if reason and check.each not in WHOLE:
            absent.setdefault(reason, []).append(name)
        elif page is not None:
            cited.append((name, page.url))
    return cited, absent


def _script(check: Check) -> tuple[list[str], list[str]]:
    """The check's own lines: what is done, and what must hold at the end."""
    source = textwrap.dedent(inspect.getsource(check.function))
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    statements, lines = function.body[1:], source.splitlines()
    last = [*statements]
    while last and isinstance(last[-1], ast.Assert):
        last.pop()
    start, end = statements[0].lineno - 1, (last[-1].end_lineno or 0) if last else statements[0].lineno - 1
    done, held = lines[start:end], lines[end:]
    return _plain(done or held), _plain(held if done else [])


def _plain(lines: Sequence[str]) -> list[str]:
    return textwrap.dedent("\n".join(lines)).strip("\n").splitlines()


def _mutants(check: Check, language: str) -> str:
    names = [
        name
        for name, mutant in discover_mutants().items()
        if any(f"{claim.partition('/')[0]}.".startswith(f"{check.topic}.") for claim in mutant.claims)
    ]
    shown = said("comma", language).join(f"`{name}`" for name in names[:MOST])
    return shown + (said("more", language).format(len(names) - MOST) if len(names) > MOST else "")


def _names(check: Check, language: str) -> Iterator[str]:
    if check.each in WHOLE or check.each == "wallet":
        return
    for name, wallet in _wallets():
        found = {each.name: each for mode in wallet.modes for each in seats(check, wallet, mode) if each is not None}
        if found:
            told = (f"`{key}`{_wrong(each, language)}" for key, each in found.items())
            yield f"- {name}{said('colon', language)}{said('semicolon', language).join(told)}"


def _wrong(each: object, language: str) -> str:
    """What is wrong with it, in brackets, where it says so."""
    wrong = own(getattr(each, "wrong", ""), language).rstrip(".。")
    return said("bracketed", language).format(wrong) if wrong else ""


def _wallets() -> list[tuple[str, Wallet]]:
    return sorted(discover_wallets().items())


if __name__ == "__main__":
    for spoken in LANGUAGES:
        PAGES[spoken].write_text(page(spoken), encoding="utf-8")
