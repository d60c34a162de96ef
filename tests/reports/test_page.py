"""The page stands alone, says the verdict first, and shows whatever a target answers as text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from markupsafe import escape

from fixtures.model import Answer, Outcome
from reports.about import About, Untested
from reports.books import ShownBooks, results_of
from reports.page import page, safe_link, write_page
from reports.remedies import remedy
from reports.results import Result
from tests.reports.examples import ALL, BROKEN_CLAUSE, FAILED, NOTIFICATION, PASSED

VOID = {"meta", "br", "link", "img", "input", "hr"}


class Tags(HTMLParser):
    """Collects elements and refuses unbalanced ones."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def shown(*results: Result, books: ShownBooks | None = None) -> str:
    """The page of these results."""
    return page([*results, *results_of(books, 3)], books, target="http://shop", environment={"seed": "7"})


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    """Its elements."""
    parser = Tags()
    parser.feed(html)
    assert parser.open == []
    return parser.seen


def test_the_page_is_one_file_that_needs_nothing_else(tmp_path: Path) -> None:
    html = write_page(ALL, None, tmp_path / "out" / "report.html", target="t", environment={}).read_text("utf-8")

    elements = tags(html)
    assert not [tag for tag, _ in elements if tag in {"link", "img", "iframe", "object", "form"}]
    assert not [attrs for _, attrs in elements if "src" in attrs]
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_only_the_pages_own_script_may_run() -> None:
    html = shown(FAILED)

    assert len(re.findall("<script>", html)) == 1
    assert not re.search(r"\son\w+=", html)
    assert re.search(r"script-src 'sha256-[\w+/]{43}='", html)


def test_whatever_a_target_answers_stays_text() -> None:
    evil = "<script>alert(1)</script>"
    answer = Answer(200, (), evil.encode())
    told = replace(FAILED, message=evil, observed=evil, exchanges=(replace(NOTIFICATION, answer=answer),))

    html = shown(told)

    assert evil not in html
    assert "&lt;script&gt;alert(1)" in html


def test_only_web_addresses_become_links() -> None:
    assert safe_link("https://opendocs.alipay.com/") == "https://opendocs.alipay.com/"
    assert safe_link("javascript:alert(1)") == ""
    assert "javascript:" not in [attrs.get("href", "") for _, attrs in tags(shown(FAILED))]


def test_the_verdict_comes_before_everything_else() -> None:
    html = shown(*ALL)

    places = [html.index(f">{word}<") for word in ("Findings", "Wallets and areas", "The books", "Not settled")]
    assert places == sorted(places)


def test_a_finding_has_all_parts_of_its_letter() -> None:
    html = shown(FAILED)

    for part in (FAILED.title, FAILED.expected, FAILED.observed, FAILED.cost, FAILED.citation_url, FAILED.replay):
        assert part in html
    assert "curl -sS -i -X POST http://127.0.0.1:8000/notify/alipay" in html


def test_the_scoreboard_counts_passed_of_applicable() -> None:
    refused = replace(FAILED, topic="notify.acknowledge")

    assert re.search(r'<td class="failed">1/2\s*<small>1 ', shown(PASSED, refused))


def test_broken_books_are_findings_even_when_every_check_passed() -> None:
    html = shown(PASSED, books=ShownBooks((BROKEN_CLAUSE,)))

    assert 'class="verdict findings"' in html
    assert "No check failed, but the books do not agree." in html
    assert "alipay 1<" in html
    assert "fulfilled 3 times" in html


def test_what_is_not_applicable_is_grouped_by_the_missing_capability() -> None:
    html = shown(PASSED, *ALL[-1:])

    assert "<summary>refund <" in html


def test_a_topic_group_and_a_severity_without_a_word_do_not_break_the_page() -> None:
    assert "novelty" in shown(replace(PASSED, topic="novelty.first"))


def test_an_empty_run_has_a_page_too() -> None:
    html = shown()

    assert 'class="verdict nothing"' in html
    assert tags(html)


def test_every_outcome_has_a_page() -> None:
    for outcome in Outcome:
        assert tags(shown(replace(FAILED, outcome=outcome)))


def test_a_finding_says_what_the_integration_should_do_in_both_languages() -> None:
    advice = remedy(FAILED.topic)

    assert advice is not None
    assert escape(advice.en) in shown(FAILED)
    assert advice.zh in shown(FAILED)


def test_the_page_says_what_no_check_looks_at_and_how_the_target_was_described() -> None:
    about = About('base_url = "http://shop"', (Untested("stripe", "Connect", "another product"),))
    html = page([PASSED], None, target="shop", environment={}, about=about)

    assert tags(html)
    assert "another product" in html
    assert "base_url = &#34;http://shop&#34;" in html
    assert "canonical contract" in page([PASSED], None, target="shop", environment={}, about=About())
    assert "Target file" not in shown(PASSED)
