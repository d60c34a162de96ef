"""The summary for a pull request: verdict first, everything that somebody else wrote in code spans."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from reports.gate.case import Case
from reports.gate.judging import Matter, code_of, judge
from reports.gate.rules import Rules
from reports.results import Acceptance, Result
from reports.summary import code_span, summary
from tests.reports.examples import ALL, FAILED, NOT_APPLICABLE, PASSED

HOSTILE = (
    "<script>alert(1)</script>",
    "a | b || c",
    "one\ntwo\r\n\n# three\n| x |",
    "`code` ``more``",
    "[x](javascript:alert(1)) ![i](https://evil.example/p.png)",
    "@everyone #1 https://evil.example www.evil.example",
    "</details><img src=x onerror=alert(1)>",
    "\x1b[31mred \u202egnp \x00",
    "\\| \\` &lt;b&gt;",
)


def told(*results: Result, target: str = "target.toml", baseline: tuple[Result, ...] | None = None) -> str:
    before = None if baseline is None else Case(Path("before"), target, {}, baseline)
    matter = Matter(Case(Path("out"), target, {}, results), before, Rules())
    rulings = judge(matter)
    return summary(matter, rulings, code_of(matter, rulings))


def test_the_order_of_the_whole() -> None:
    text = told(*ALL, replace(FAILED, mode="v3", known=Acceptance("why", "who", "2027-01-01")), baseline=(PASSED,))

    assert re.findall(r"^#+ .*|<summary>.*?</summary>", text, re.MULTILINE) == [
        "## ❌ walletproof: the gate is closed",
        "### Broken rules",
        "### Wallets and areas",
        "### Findings, the costliest first (1)",
        "### Not settled (2)",
        "### Known and accepted (1)",
        "### Since the baseline",
        "<summary>All rules</summary>",
    ]
    assert "| `alipay` | 1/5, 1 failed, 1 error, 1 inconclusive, 1 known |" in text
    assert "`why (accepted by who until 2027-01-01)`" in text


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["message", "title", "cost", "topic", "wallet", "mode", "citation_url"])
def test_hostile_text_is_harmless(text: str, field: str) -> None:
    result = replace(FAILED, **{"message": "", field: text})  # type: ignore[arg-type]

    written = told(
        result, replace(NOT_APPLICABLE, topic=text), target=text, baseline=(PASSED, replace(PASSED, topic=text))
    )

    outside = _outside(written)
    for word in ("script", "evil", "javascript:", "onerror", "@everyone", "\x1b", "\u202e", "\x00"):
        assert word not in outside
    lines = written.splitlines()
    for table in re.findall(r"(?:^\|.*\n)+", written, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1
    assert sum(line.startswith("#") for line in lines) == written.count("\n#") + 1
    assert outside.count("<details>") == outside.count("</details>") == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_a_code_span_is_never_left(text: str) -> None:
    assert _outside(code_span(text)) == ""
    assert "\n" not in code_span(text)


def test_a_link_stays_in_its_brackets() -> None:
    text = told(replace(FAILED, citation_url="https://x.example/a) [b](https://evil.example/|\n<b>"))

    assert "[documentation](https://x.example/a%29%20%5Bb%5D%28https://evil.example/%7C%0A%3Cb%3E)" in text


def test_long_lists_are_cut_and_said_so() -> None:
    text = told(*(replace(FAILED, topic=f"pay.{number}") for number in range(100)))

    assert text.count("| critical |") == 30
    assert "and 70 more in the report" in text
    assert len(text) < 65_536  # the longest comment that GitHub takes


def _outside(markdown: str) -> str:
    """What is left when code spans (CommonMark 6.1) are taken out."""
    return re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", markdown)
