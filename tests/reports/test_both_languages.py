"""A page of all parts, switched to Chinese, shows no English sentence beside what the target said and what is code."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from fixtures.model import Outcome
from reports.about import About, Untested
from reports.books import ShownBooks, results_of
from reports.load import Case, Line, Plot, ShownLoad
from reports.page import page
from reports.ways import Way
from tests.reports.examples import BROKEN_CLAUSE, GATEWAY_CALL, NOTIFICATION, PASSED

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SENTENCE = re.compile(r"(?:\b[A-Za-z][a-z']+[ ,;:]+){2,}[A-Za-z][a-z']+\b")
CODE = frozenset({"script", "style", "title", "pre", "code"})
UNCLOSED = frozenset({"meta", "br"})

REPEATED = "A wallet repeats a notification until it is acknowledged; the goods leave once."
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg"><text class="w-en">worst lag</text>'
    '<text class="w-zh" display="none">最大延迟</text></svg>'
)
BARRIER = "checkout: label (critical): Form elements must have labels: #name of buyer (× 2)"
BOOKS = ShownBooks((BROKEN_CLAUSE,))
CUT = replace(GATEWAY_CALL, error="connection cut after the effect")
LOAD = ShownLoad(
    "peak: up to 40 stories a second, 60 s, poisson arrivals, every wallet",
    facts=(
        ("capacity", "about 20 stories a second: 19 a second kept the service levels in 2 of the probes"),
        ("lag", "p95 1.2 ms, worst 9.1 ms"),
        ("sandbox", "11% of the time waited for answers"),
        ("came", "40"),
    ),
    stories=(Line("purchase", "-", 200, 199, *[0.1] * 5),),
    steps=(Line("order.place", "-", 200, 200, *[0.001] * 5),),
    plots=(Plot("lag", "The generator itself", SVG, ()),),
    cases=(Case("slowest", "17", "R-17", "purchase/stripe · arrival 7 · 2.1 s · nobody came in", (CUT,)),),
    lack="matplotlib is not installed, so there are no plots; install walletproof with its extra `load`",
)
RIGHT = replace(PASSED, title=REPEATED, cost="The goods leave twice for one payment.", steps=())
WRONG = replace(
    RIGHT,
    outcome=Outcome.FAILED,
    expected=REPEATED,
    message="2 of 9 failed: 2 × placing an order: no whole answer within 5 s; and 3 other problems",
    observed="fulfilled 3 times for one payment",
    exchanges=(replace(NOTIFICATION, answer=None, note="in the browser"), CUT),
)
RESULTS = (
    RIGHT,
    WRONG,
    replace(WRONG, topic="bill.fee", severity="trivial"),
    replace(RIGHT, topic="reconcile.books", outcome=Outcome.INCONCLUSIVE, message="nothing completed"),
    replace(
        RIGHT,
        topic="refund.full",
        outcome=Outcome.NOT_APPLICABLE,
        message="the target makes no call to this wallet",
        capability="refund",
    ),
    replace(RIGHT, topic="browser.accessibility", outcome=Outcome.FAILED, way=Way(barriers=(BARRIER,))),
    replace(RIGHT, topic="browser.pay", way=Way(pages=3, clicks=4, fields=1, seconds=2.0, requests=9)),
)


class Shown(HTMLParser):
    """Collects the texts that a reader of Chinese sees."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        hidden = "w-en" in (dict(attrs).get("class") or "").split() or tag in CODE
        if tag not in UNCLOSED:
            self.open.append((tag, hidden or bool(self.open and self.open[-1][1])))

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and not self.open[-1][1] and data.strip():
            self.texts.append(" ".join(data.split()))


def shown(html: str) -> list[str]:
    """What stands on the page once it is switched."""
    parser = Shown()
    parser.feed(html)
    return parser.texts


def test_no_english_sentence_is_left_on_the_chinese_page() -> None:
    environment = {"seed": "7", "load": LOAD.pace, "declared wallets": "alipay, stripe"}
    about = About('base_url = "http://shop"', (Untested("stripe", "rate limits", "another product"),))
    results = [*RESULTS, *results_of(BOOKS, 3)]

    texts = shown(page(results, BOOKS, target="shop", environment=environment, load=LOAD, about=about))

    assert [text for text in texts if SENTENCE.search(text) and not CHINESE.search(text)] == []
    assert {"最大延迟", "购买", "下单", "首个", "履约 3 次", "一次付款履约 3 次", "买家的路径", "建议"} <= set(texts)
    assert "结账页：label（致命 critical）：表单元素必须有标签：#name of buyer（2 处）" in texts


def test_an_english_sentence_would_be_seen() -> None:
    texts = shown(page([replace(RIGHT, title="Acorns are paid in nuts.")], None, target="shop", environment={}))

    assert [text for text in texts if SENTENCE.search(text) and not CHINESE.search(text)] == [
        "Acorns are paid in nuts."
    ]
