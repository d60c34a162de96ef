"""The command that measures how surely races are seen: what it chooses and how it tells it."""

from __future__ import annotations

from fixtures.counterpart.races import End, Start
from reports.kill_matrix import Cell
from tests.races import chosen, race_mutants, rate


def cell(topic: str, wallet: str) -> Cell:
    return Cell(topic, wallet, "security/test_races.py::test")


def test_each_topic_is_told_on_its_cheapest_wallet() -> None:
    cells = [cell("race.repeat", "paypal"), cell("race.repeat", "alipay"), cell("race.capture", "paypal")]

    assert chosen(cells) == [cells[1], cells[2]]


def test_a_wallet_can_be_chosen() -> None:
    cells = [cell("race.repeat", "paypal"), cell("race.repeat", "alipay"), cell("race.return", "alipay")]

    assert chosen(cells, "paypal") == cells[:1]


def test_rates_line_up() -> None:
    assert rate(99, 100) == " 99/100   99.0%"
    assert rate(0, 0) == "  not run"


def test_every_race_mutant_claims_a_race() -> None:
    mutants = race_mutants()

    assert len(mutants) > 0
    assert all(any(claim.startswith("race.") for claim in mutant.claims) for mutant in mutants.values())


def test_runners_answer_in_the_order_in_which_they_are_named_whoever_goes_first() -> None:
    for number in range(4):
        start = Start(number, 0.0001)

        assert start(lambda: "a", lambda: "b") == ["a", "b"]
        assert start.level(lambda: "c", lambda: "d") == ["c", "d"]
        assert len(start.took) == 4


def test_ends_are_told_apart() -> None:
    assert End(1, 100, True) != End(0, 0, False)
    assert End(0, 100, False) not in (End(1, 100, True), End(0, 0, False))
