"""A timeline says who sent what to whom, when, how long it took, and what came back."""

from __future__ import annotations

from dataclasses import replace

from fixtures.model import Answer, Call, Exchange, Message
from reports.page import page
from reports.timeline import moments, parties, timeline
from tests.reports.examples import FAILED, GATEWAY_CALL, NOTIFICATION

LOOK = Exchange(
    source="buyer",
    destination="target",
    request=Message("GET", "http://127.0.0.1:8000/orders/1"),
    answer=Answer(200, (), b'{"state": "paid"}'),
    at=1_700_000_002.0,
    seconds=0.004,
)


def test_a_timeline_is_ordered_by_time_and_aligned() -> None:
    assert timeline([NOTIFICATION, GATEWAY_CALL]).splitlines() == [
        "      at   after  who → whom                 what                                 took  came back",
        "+0.000 s          target → wallet:wechatpay  POST /v3/pay/transactions/native  31.0 ms  connection cut",
        "+0.500 s  500 ms  wallet:alipay → target     POST /notify/alipay               12.0 ms  200 success",
    ]


def test_a_gateways_own_word_for_the_operation_stands_before_the_path() -> None:
    call = replace(GATEWAY_CALL, call=Call("wechatpay", "create"))

    assert moments([call])[0].operation == "create: POST /v3/pay/transactions/native"


def test_equal_looks_in_a_row_are_one_line_with_its_count() -> None:
    looks = [replace(LOOK, at=LOOK.at + n) for n in range(3)]
    told = moments([*looks, replace(NOTIFICATION, at=LOOK.at + 9), replace(LOOK, at=LOOK.at + 10)])

    assert [(moment.operation, moment.times) for moment in told] == [
        ("GET /orders/1", 3),
        ("POST /notify/alipay", 1),
        ("GET /orders/1", 1),
    ]
    assert told[1].gap == 7.0
    assert "(× 3)" in timeline(looks)


def test_exchanges_of_the_same_instant_keep_their_sequence() -> None:
    second, first = replace(NOTIFICATION, sequence=2), replace(LOOK, at=NOTIFICATION.at, sequence=1)

    assert [moment.source for moment in moments([second, first])] == ["buyer", "wallet:alipay"]


def test_nothing_happened_is_an_empty_timeline() -> None:
    assert timeline([]) == ""
    assert moments([]) == []


def test_a_long_answer_is_shown_by_its_beginning() -> None:
    answer = Answer(500, (), b"<html>\n" + b"x" * 500)

    assert timeline([replace(NOTIFICATION, answer=answer)]).endswith("500 <html> " + "x" * 50 + "...")


def test_no_answer_and_no_reason_is_told_as_such() -> None:
    assert moments([replace(GATEWAY_CALL, error=None)])[0].came == "no answer"


def test_a_fault_that_was_played_stands_behind_what_came() -> None:
    played = replace(NOTIFICATION, note="fault unavailable 3")

    assert moments([played])[0].came == "200 success (fault unavailable 3)"


def test_whatever_a_target_answers_is_one_line_that_a_terminal_does_not_obey() -> None:
    answer = Answer(200, (), b"\x1b[2Jgone\nsecond \xff\x07line")
    told = timeline([replace(NOTIFICATION, answer=answer, error="cut\noff\x1b[31m")])

    assert len(told.splitlines()) == 2
    assert "\x1b" not in told and "\x07" not in told


def test_what_went_wrong_is_told_from_what_went_well() -> None:
    refused = replace(NOTIFICATION, answer=Answer(403))

    assert [moments([one])[0].well for one in (NOTIFICATION, refused, GATEWAY_CALL)] == [True, False, False]


def test_the_parties_stand_from_the_buyer_to_the_wallets() -> None:
    assert parties(moments([GATEWAY_CALL, NOTIFICATION, LOOK])) == [
        "buyer",
        "target",
        "wallet:wechatpay",
        "wallet:alipay",
    ]


def test_the_page_draws_an_arrow_for_each_moment() -> None:
    html = page([FAILED], None, target="shop", environment={})

    assert html.count('class="rightward"') == html.count('class="leftward"') == 1
    assert html.count('<li class="trouble">') == 1
    assert "alipay → <span" in html
    assert "Δ 500 ms" in html


def test_the_page_folds_a_long_timeline() -> None:
    many = tuple(replace(LOOK, at=LOOK.at + n, answer=Answer(200, (), b"%d" % n)) for n in range(20))

    assert '<details class="happened" open>' in page([FAILED], None, target="shop", environment={})
    assert '<details class="happened">' in page([replace(FAILED, exchanges=many)], None, target="shop", environment={})
