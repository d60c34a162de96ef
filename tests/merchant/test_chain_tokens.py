"""Payments by transaction: what is credited on Ethereum."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils.address import to_checksum_address

from fixtures.merchant.integrations.hardware import Hardware
from fixtures.merchant.words import Unknown
from tests.merchant.nodes import (
    ETHEREUM,
    EVM,
    TOKEN,
    FakeEthereum,
    an_order,
    integration,
)


@pytest.mark.parametrize("scenario", EVM["scenarios"], ids=lambda scenario: scenario["id"])
def test_a_published_transaction_is_credited_as_published(scenario: dict[str, Any]) -> None:
    node, shop = FakeEthereum(), scenario["shop_address"]
    receipt = scenario["receipt"]
    native = "price_wei" in scenario
    node.number = int(receipt["blockNumber"], 16) + 1
    node.logs = receipt["logs"]
    node.receipts[receipt["transactionHash"]] = receipt
    if native and scenario["expect"].startswith("paid"):
        node.balances[shop] = [(int(receipt["blockNumber"], 16), int(scenario["price_wei"]))]
    contract = to_checksum_address(scenario.get("token_override", TOKEN))
    wallet = integration({**ETHEREUM, "token_contract": contract})
    wallet.chain.node = node
    price = int(scenario["price_wei" if native else "price_atomic"])
    order = an_order(shop, price, "ETH" if native else "USDC")

    statement = wallet.query(order)

    assert (statement.kind == "paid") is scenario["expect"].startswith("paid")
    if statement.kind == "paid":
        assert statement.amount == price


@pytest.fixture
def ethereum() -> tuple[Hardware, FakeEthereum]:
    wallet, node = integration(ETHEREUM), FakeEthereum()
    wallet.chain.node = node
    return wallet, node


US = to_checksum_address("0x" + "ab" * 20)


@pytest.mark.parametrize("currency", ["USDC", "ETH"])
def test_what_has_too_few_confirmations_is_only_seen(ethereum: tuple[Hardware, FakeEthereum], currency: str) -> None:
    wallet, node = ethereum
    order = an_order(US, 50, currency)
    node.transfer(US, 50, block=100)
    node.balances[US] = [(100, 50)]

    early = wallet.query(order)
    node.number += 1
    later = wallet.query(order)

    assert (early.kind, early.amount) == ("pending", 0)
    assert (later.kind, later.amount) == ("paid", 50)


def test_what_a_reorganisation_takes_away_is_gone(ethereum: tuple[Hardware, FakeEthereum]) -> None:
    wallet, node = ethereum
    order = an_order(US, 50, "USDC")
    log = node.transfer(US, 50, block=100)
    assert wallet.query(order).kind == "pending"

    node.logs, node.number, node.fork = [{**log, "removed": True}], 101, "b"

    assert wallet.query(order).kind == "open"


def test_a_log_of_a_transaction_that_failed_or_moved_is_not_believed(ethereum: tuple[Hardware, FakeEthereum]) -> None:
    wallet, node = ethereum
    failed, moved = (node.transfer(US, 50, block=90) for _ in range(2))
    node.receipts[failed["transactionHash"]]["status"] = "0x0"
    node.receipts[moved["transactionHash"]]["blockHash"] = "0xother"

    assert wallet.query(an_order(US, 50, "USDC")).kind == "open"


def test_a_receipt_that_is_not_there_yet_is_asked_for_again(ethereum: tuple[Hardware, FakeEthereum]) -> None:
    wallet, node = ethereum
    log = node.transfer(US, 50, block=90)
    receipt = node.receipts[log["transactionHash"]]
    node.receipts[log["transactionHash"]] = None

    with pytest.raises(Unknown):
        wallet.query(an_order(US, 50, "USDC"))
    node.receipts[log["transactionHash"]] = receipt

    assert wallet.query(an_order(US, 50, "USDC")).kind == "paid"


def test_another_contract_another_event_and_another_recipient_pay_nothing(
    ethereum: tuple[Hardware, FakeEthereum],
) -> None:
    wallet, node = ethereum
    node.transfer(US, 50, block=90, contract="0x" + "cd" * 20)
    node.transfer("0x" + "ef" * 20, 50, block=90)
    node.transfer(US, 50, block=90)["topics"][0] = "0x" + "0" * 64
    node.transfer(US, 0, block=90)

    assert wallet.query(an_order(US, 50, "USDC")).kind == "open"


def test_payments_in_several_parts_add_up_and_each_counts_once(ethereum: tuple[Hardware, FakeEthereum]) -> None:
    wallet, node = ethereum
    first = node.transfer(US, 20, block=90)
    node.transfer(US, 30, block=91)
    node.logs.append(dict(first))

    assert wallet.query(an_order(US, 51, "USDC")).amount == 50


def test_on_another_chain_nothing_is_believed_until_the_right_one_is_back(
    ethereum: tuple[Hardware, FakeEthereum],
) -> None:
    wallet, node = ethereum
    node.transfer(US, 50, block=90)
    node.chain_id = 1
    with pytest.raises(Unknown, match="another chain"):
        wallet.query(an_order(US, 50, "USDC"))
    node.chain_id = 31337
    assert wallet.query(an_order(US, 50, "USDC")).kind == "paid"

    node.down = True
    with pytest.raises(Unknown):
        wallet.query(an_order(US, 50, "USDC"))
    node.down, node.chain_id = False, 1

    with pytest.raises(Unknown, match="another chain"):
        wallet.query(an_order(US, 50, "USDC"))


def test_nonsense_from_a_node_says_nothing(ethereum: tuple[Hardware, FakeEthereum]) -> None:
    wallet, node = ethereum
    node.transfer(US, 50, block=90)["data"] = "fifty"

    with pytest.raises(Unknown):
        wallet.query(an_order(US, 50, "USDC"))


def test_a_sum_larger_than_the_books_can_hold_pays_all_the_same(ethereum: tuple[Hardware, FakeEthereum]) -> None:
    wallet, node = ethereum
    node.transfer(US, 2**256 - 1, block=90)

    assert wallet.query(an_order(US, 50, "USDC")).kind == "paid"
