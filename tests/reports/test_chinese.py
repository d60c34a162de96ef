"""Whatever checks, wallets and deceptions say of themselves has a Chinese twin, and no twin is left over."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from reports.page import told
from reports.twins import LONGEST, PATTERNS, area, areas, twin
from tests.reports.sentences import plain, written

CHINESE = re.compile(r"[\u4e00-\u9fff]")
FULL_STOP = re.compile(r"\w\S?\.$")
PART = re.compile(r"\{\w+\}")
PLAIN = [name for name in areas() if name != PATTERNS]


def test_no_sentence_lacks_its_twin() -> None:
    fitting = {PART.sub("{}", text) for text in area(PATTERNS)}
    known = {text for name in PLAIN for text in area(name)}

    assert sorted(plain() - known) == []
    assert sorted(text for text in written() - known if text not in fitting) == []


def test_no_twin_is_left_over() -> None:
    said = plain() | written()

    assert sorted(text for name in PLAIN for text in area(name) if text not in said) == []
    assert sorted(text for text in area(PATTERNS) if PART.sub("{}", text) not in written()) == []


def test_a_sentence_has_one_twin() -> None:
    known = [text for name in areas() for text in area(name)]

    assert [text for text, times in Counter(known).items() if times > 1] == []


@pytest.mark.parametrize("name", areas())
def test_twins_are_chinese_and_keep_the_parts_and_the_full_stop(name: str) -> None:
    for english, chinese in area(name).items():
        assert chinese == english or CHINESE.search(chinese), english  # a vendor's own word is its own twin
        assert not CHINESE.search(english), english
        assert not re.search(r"[\u4e00-\u9fff][,;:.!?()]", chinese), chinese
        assert chinese.endswith("。") == bool(FULL_STOP.search(english)), chinese
        assert sorted(PART.findall(chinese)) == sorted(PART.findall(english)), chinese
        assert sorted(re.findall(r"`[^`]+`", chinese)) == sorted(re.findall(r"`[^`]+`", english)), chinese


def test_a_sentence_over_several_lines_has_its_twin_too() -> None:
    assert twin("the target makes no call\n    to this wallet") == "被测系统没有调用这家钱包"


def test_what_varies_is_put_in() -> None:
    assert twin("the target file gives no list, state") == "目标文件没有给出 list, state"
    assert twin("nothing is known for {sku}") == "没有可填入 {sku} 的值"


def test_what_is_put_in_may_be_a_sentence_itself() -> None:
    limits = "within limits.largest_amount and the limits of Alipay"

    assert twin("the wallet takes no money for a closed order: the order is closed") == (
        "钱包不为已关闭的订单收款：订单状态为 closed"
    )
    assert twin(f"the shelf has no item other than mug in CNY {limits}") == (
        "在 limits.largest_amount 和 Alipay 的限额之内，没有除 mug 之外以 CNY 标价的商品"
    )


@pytest.mark.parametrize("text", ["", "Acorns are paid in nuts.", "the order is one that only acorns know", "a" * 9000])
def test_a_foreign_sentence_has_none(text: str) -> None:
    assert twin(text) is None


def test_the_patterns_are_tried_on_sentences_alone() -> None:
    assert max(map(len, area(PATTERNS))) < LONGEST


def test_the_page_shows_both_or_the_text_as_it_is() -> None:
    assert told("Everything costs one cent.") == (
        '<span class="w-en" lang="en">Everything costs one cent.</span>'
        '<span class="w-zh" lang="zh">什么都只要一分钱。</span>'
    )
    assert told(" a <b> of theirs ") == "a &lt;b&gt; of theirs"
    assert "<script>" not in told("the target file gives no <script>")
