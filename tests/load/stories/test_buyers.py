"""Stories of buyers end well at a sound shop, and say what went wrong at any other."""

from __future__ import annotations

import pytest

from fixtures.model import Answer, Message
from load.topics import (
    ABANDON,
    ABANDONED,
    ACCEPT,
    ACKNOWLEDGED,
    DECLINE,
    DECLINED,
    DOUBLED,
    FULFILLED,
    FULFILMENT,
    LETTER,
    LOST,
    PAID,
    PLACE,
    PLACED,
    PURCHASE,
    READ,
    REFUND,
    REFUNDED,
    RELOAD,
    RETURN,
)
from tests.load.stories.taking import Taken
from tests.load.stories.village import Village

SERVED = {PLACED: 1, PAID: 1, ACKNOWLEDGED: 1, FULFILLED: 1}
LOSES, KEEPS = 7, 0  # arrivals whose first acknowledgement is lost, and is not


def problem(taken: Taken, story: str) -> str:
    """Why the story failed."""
    (told,) = (problem for metric, problem in taken.problems if metric == story)
    return told


@pytest.mark.parametrize("setup", ["stripe", "alipay", "wechatpay", "bitpay", "applepay", "googlepay"])
def test_a_purchase_is_served_once(setup: str) -> None:
    """Whether the wallet pushes its proof or the buyer presents it."""
    taken = Village(setup).tell(PURCHASE, KEEPS)

    assert taken.problems == []
    assert taken.counts == SERVED
    assert taken.good[PURCHASE] == taken.good[FULFILMENT] == taken.good[LETTER] == taken.good[ACCEPT] == 1


def test_what_the_audit_needs_is_kept_with_the_arrival_that_caused_it() -> None:
    """The order, and the first acknowledged proof."""
    taken = Village().tell(PURCHASE, KEEPS)

    (order,), (kept,) = taken.orders, taken.exchanges
    assert (kept.source, kept.order, kept.run) == ("wallet:stripe", order.reference, "run")
    assert (kept.check, kept.note) == ("load.purchase/stripe", f"arrival {KEEPS}")


def test_a_lost_acknowledgement_brings_the_letter_again() -> None:
    """The goods must not come again with it."""
    sound, counting = Village(goods=(1, 0)).tell(PURCHASE, LOSES), Village(goods=(1, 1)).tell(PURCHASE, LOSES)

    assert sound.problems == [] and sound.good[ACCEPT] == 2
    assert problem(counting, PURCHASE) == "fulfilled 2 times for one payment"
    assert counting.counts[DOUBLED] == 1


def test_the_seed_decides_whose_acknowledgement_is_lost() -> None:
    """About a fifth of the letters are repeated."""
    repeated = sum(Village(goods=(1, 0)).tell(PURCHASE, seed).good[ACCEPT] - 1 for seed in range(20))

    assert 1 <= repeated <= 12


def test_goods_that_never_come_are_lost() -> None:
    """The shop says paid, and delivers nothing."""
    taken = Village(goods=(0,)).tell(PURCHASE)

    assert problem(taken, PURCHASE) == "paid, and not fulfilled in 3 s (timing.reconcile)"
    assert (taken.counts[LOST], taken.counts[FULFILLED]) == (1, 0)


def test_an_abandoned_order_stays_untouched() -> None:
    """She went home long before she is sure of that."""
    sound, generous = Village().tell(ABANDON), Village(early=1).tell(ABANDON)

    assert sound.problems == [] and sound.counts[ABANDONED] == 1
    assert sound.seconds[ABANDON] < 1.0
    assert problem(generous, ABANDON) == "fulfilled without a payment"


def test_after_a_refused_attempt_she_pays_or_gives_up() -> None:
    """A refused attempt is no payment."""
    told = [Village("alipay").tell(DECLINE, seed) for seed in range(12)]

    assert [problem for taken in told for problem in taken.problems] == []
    assert all(taken.counts[DECLINED] == 1 for taken in told)
    assert {taken.counts[PAID] for taken in told} == {taken.counts[FULFILLED] for taken in told} == {0, 1}


def test_goods_for_a_refused_attempt_are_seen() -> None:
    """A shop that fulfils whatever the wallet tells it."""
    assert problem(Village("stripe").tell(DECLINE), DECLINE) == "fulfilled without a payment"


def test_a_page_that_is_reloaded_fulfils_once() -> None:
    """Where there is no such page she reloads that of her order."""
    page, order = Village("alipay").tell(RELOAD), Village("alipay", returns=False).tell(RELOAD)

    assert page.problems == order.problems == []
    assert (page.good[RETURN], order.good[RETURN]) == (4, 0)
    assert order.good[READ] == page.good[READ] + 4


def test_money_that_is_not_given_back_is_missed() -> None:
    """Although the shop agreed."""
    sound, forgetful = Village().tell(REFUND), Village(forgets=True).tell(REFUND)

    assert sound.problems == [] and sound.counts[REFUNDED] == 1
    assert problem(forgetful, REFUND) == "a refund that was accepted is not shown in timing.reconcile"


def test_a_shop_that_refuses_orders_fails_in_the_same_words_for_everybody() -> None:
    """And its answer is kept as evidence."""

    def busy(message: Message, answer: Answer) -> Answer:
        return Answer(503, (), f"order-{id(message)} waits".encode()) if message.url.endswith("/orders") else answer

    village = Village(mend=busy)
    village.tell(PURCHASE, 1)
    taken = village.tell(PURCHASE, 2)

    assert {metric for metric, _ in taken.problems} == {PLACE, PURCHASE}
    assert len({told for _, told in taken.problems}) == 1
    assert [kept.answer.status for kept in taken.exchanges if kept.answer] == [503, 503]


def test_a_letter_is_repeated_until_it_is_taken() -> None:
    """Each refused one is kept, and each silence."""
    answers = [None, Answer(500), Answer(200)]

    def troubled(message: Message, answer: Answer) -> Answer | None:
        return answers.pop(0) if "/notify/" in message.url and answers else answer

    taken = Village("wechatpay", goods=(1, 0), mend=troubled).tell(PURCHASE, KEEPS)

    assert [kept.answer and kept.answer.status for kept in taken.exchanges] == [None, 500, 200]
    assert [metric for metric, _ in taken.problems] == [ACCEPT, ACCEPT]
    assert taken.good[LETTER] == taken.good[PURCHASE] == 1
