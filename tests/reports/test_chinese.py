"""Whatever checks, wallets and deceptions say of themselves has a Chinese twin, and no twin is left over."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from reports.bilingual import evidence, named, told, told_by_line, told_in_parts, told_with_note
from reports.twins import LONGEST, NAMES, PATTERNS, area, areas, name, twin
from tests.reports.sentences import mentioned, names, plain, rules, written

CHINESE = re.compile(r"[\u4e00-\u9fff]")
FULL_STOP = re.compile(r"\w\S?\.$")
PART = re.compile(r"\{\w+\}")
RULES = "barriers"
PLAIN = [name for name in areas() if name != PATTERNS]
SAID = [name for name in PLAIN if name not in (NAMES, RULES)]


def test_no_sentence_lacks_its_twin() -> None:
    fitting = {PART.sub("{}", text) for text in area(PATTERNS)}
    known = {text for name in PLAIN for text in area(name)}

    assert sorted(plain() - known) == []
    assert sorted(text for text in written() - known if text not in fitting) == []


def test_no_twin_is_left_over() -> None:
    said = plain() | written()

    assert sorted(text for name in SAID for text in area(name) if text not in said) == []
    assert sorted(text for text in area(PATTERNS) if PART.sub("{}", text) not in written()) == []


def test_every_name_has_its_twin_and_no_twin_is_of_another() -> None:
    assert sorted(names() - set(area(NAMES))) == []
    assert sorted(set(area(NAMES)) - mentioned()) == []


@pytest.mark.skipif(not rules(), reason="axe is not installed")
def test_every_rule_of_axe_has_its_twin() -> None:
    assert sorted(rules() ^ set(area(RULES))) == []


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


def test_a_text_may_be_several_sentences() -> None:
    problems = (
        "3 × placing an order: GET /shop: no connection (refused); check that the target is up; and 4 other problems"
    )

    assert twin(f"5 of 10 failed: {problems}; nuts are lost; nobody came in") == (
        "10 次中有 5 次失败：3 × 下单：GET /shop：无法连接（refused）；请检查被测系统是否在运行；以及其他 4 种问题；"
        "nuts are lost；没有人进来"
    )
    assert twin("31.2 a second kept the service levels in 2 of the probes; 33 a second broke them in 3") == (
        "每秒 31.2 个时，有 2 次试探保持了服务水平；每秒 33 个时，有 3 次没有保持"
    )


def test_what_is_said_of_an_id_stands_behind_it() -> None:
    assert twin("load.purchase: nobody came in") == "load.purchase：没有人进来"
    assert twin("an acorn of mine: nobody came in") is None


def test_names_are_told_where_they_stand_alone_and_in_sentences() -> None:
    assert name("purchase") == "购买"
    assert twin("purchase") is None
    assert twin("99 % of purchase take at most 2 s.") == "99 % 的“购买”用时不超过 2 秒。"
    assert "下单" in named("order.place")
    assert named("<acorn>") == "&lt;acorn&gt;"


def test_a_barrier_is_told_by_what_its_rule_asks_for() -> None:
    barrier = "cart: label (critical): Form elements must have labels: #a > input: b (× 2)"

    assert twin(barrier) == "购物车：label（致命 critical）：表单元素必须有标签：#a > input: b（2 处）"


def test_the_parts_of_a_line_are_told_one_by_one() -> None:
    assert "首个" in evidence("first, last: alipay 17: fulfilled 3 times")
    assert "alipay 17<" in evidence("first, last: alipay 17: fulfilled 3 times")
    assert evidence("<b>") == "&lt;b&gt;"
    assert "一次付款履约 3 次" in told_by_line("paid\nfulfilled 3 times for one payment")
    assert "没有应答" in told_with_note("no answer (acorns)")
    assert told_with_note("200 f(x)") == "200 f(x)"
    assert told_in_parts("purchase/stripe · arrival 7 · 1.2 s").count("第 7 个到达") == 1


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


@pytest.mark.parametrize("text", ["a: b; " * 5000, "a: " * 5000, "1 × " * 150, ": (x): " * 85, "5 of 10 failed: " * 30])
def test_whatever_a_target_says_can_be_read(text: str) -> None:
    assert twin(text) != ""
