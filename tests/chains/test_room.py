"""A chain takes no more at a bound and says so; what is on it stays there, and balances with it."""

from __future__ import annotations

import pytest

from fixtures.chains.bitcoin import pool
from fixtures.chains.bitcoin.node import node_of
from fixtures.chains.ethereum import node as ethereum
from fixtures.chains.ethereum.tape import Tape
from fixtures.chains.ethereum.till import desk_of
from fixtures.wallets.bounds import Recent
from fixtures.wallets.interface import Refused
from tests.chains import bitcoin_desk
from tests.chains.bitcoin_desk import KEYS, NOW, receive
from tests.chains.ethereum_desk import PRICE, WEI, Bench


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


@pytest.fixture(scope="module")
def desk() -> bitcoin_desk.Desk:
    return bitcoin_desk.Desk()


def test_a_tape_counts_from_the_beginning() -> None:
    tape = Tape(most=3)
    tape.write("abcde")

    assert (tape.since(0), tape.since(3), tape.since(5), tape.end) == (["c", "d", "e"], ["d", "e"], [], 5)


def test_ethereum_takes_no_more_blocks_and_forgets_none(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    node = desk_of(bench.book, bench.keys, bench.stamp).node
    tokens, coins, late = bench.order(PRICE), bench.order(WEI), bench.order()
    bench.act("pay", tokens)
    paid = bench.act("pay", coins)
    monkeypatch.setattr(node, "most_blocks", node.height)

    assert bench.error("walletproof_mine", 1) == -32000
    assert bench.error("walletproof_stage", "paid", facts(late.details["address"])) == -32602
    with pytest.raises(Refused, match="as many as it may hold"):
        bench.act("pay", late)
    assert bench.believed(tokens) and bench.believed(coins)
    assert bench.ask("eth_getTransactionReceipt", paid.details["transaction"])["status"] == "0x1"
    assert node.height == node.most_blocks

    node.most_blocks += 1
    assert bench.act("pay", late).paid == PRICE


def facts(address: str) -> dict[str, object]:
    return {"reference": "R", "address": address, "amount": 5, "currency": "USDC", "confirmations": 1}


def test_what_no_ethereum_block_takes_by_itself_does_not_wait_without_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.act("pend", bench.order())
    monkeypatch.setattr(ethereum, "MOST_WAITING", 1)

    with pytest.raises(Refused, match="txpool is full"):
        bench.act("pend", bench.order())
    assert bench.believed(bench.act("pay", bench.order()))


def test_of_many_filters_the_latest_are_known(bench: Bench) -> None:
    node = desk_of(bench.book, bench.keys, bench.stamp).node
    node.filters = Recent(2)
    opened = [bench.ask("eth_newBlockFilter") for _ in range(3)]
    bench.ask("walletproof_mine", 1)

    assert bench.error("eth_getFilterChanges", opened[0]) == -32000
    assert [len(bench.ask("eth_getFilterChanges", one)) for one in opened[1:]] == [1, 1]
    assert bench.ask("eth_newBlockFilter") not in opened


def test_bitcoin_takes_no_more_blocks_and_forgets_none(
    desk: bitcoin_desk.Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = node_of(desk.book.store, KEYS, NOW)
    paid, late = desk.place(), desk.place()
    desk.enact("pay", paid)
    monkeypatch.setattr(node, "most_blocks", node.chain.height)

    assert desk.wrong("walletproof_mine", 1) == desk.wrong("generatetoaddress", 1, receive(9)) == -1
    assert desk.wrong("walletproof_stage", "paid", {}) == -1
    with pytest.raises(Refused, match="as many as it may hold"):
        desk.enact("pay", late)
    assert desk.received(paid) == paid.asked.amount and desk.received(late, 0) == 0

    node.most_blocks += 1
    assert desk.received(desk.enact("pay", late)) == late.asked.amount


def test_the_pool_fills_up_with_what_no_block_takes(desk: bitcoin_desk.Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.enact("pend", desk.place())
    monkeypatch.setattr(pool, "MOST_WAITING", 1)

    with pytest.raises(Refused, match="mempool full"):
        desk.enact("pend", desk.place())
    paid = desk.place()
    assert desk.received(desk.enact("pay", paid)) == paid.asked.amount


def test_an_address_that_nobody_watches_any_more_has_its_money(desk: bitcoin_desk.Desk) -> None:
    node = node_of(desk.book.store, KEYS, NOW)
    paid = desk.place()
    desk.enact("pay", paid)
    node.watched = Recent(2)
    for number in range(50, 53):
        desk.ask("getreceivedbyaddress", receive(number))
    assert len(node.watched) == 2

    assert desk.received(paid) == paid.asked.amount
    assert receive(52) in node.watched.values() and paid.details["address"] in node.watched.values()


def test_a_payment_names_its_latest_transactions_and_stories_that_are_told_are_forgotten(
    desk: bitcoin_desk.Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fixtures.chains.bitcoin.play.PARTS", 3)
    order = desk.place()
    for _ in range(3):
        written = desk.enact("decline", order).details["transactions"]
    desk.tell("overpaid", order)
    desk.ask("walletproof_mine", 1)
    desk.ask("getblockcount")

    assert len(written) == 3
    assert order.reference not in node_of(desk.book.store, KEYS, NOW).staged
