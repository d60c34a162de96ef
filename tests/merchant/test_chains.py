"""Payments by transaction: addresses, what the buyer scans, and what is credited on Bitcoin."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import httpx
import pytest

from fixtures.merchant.integrations.chain_node import Node
from fixtures.merchant.integrations.hardware import Hardware
from fixtures.merchant.settings import SettingsError
from fixtures.merchant.words import Unknown
from tests.merchant.nodes import (
    ACCOUNTS,
    BITCOIN,
    ETHEREUM,
    TOKEN,
    VECTORS,
    FakeBitcoin,
    an_order,
    bip321,
    eip681,
    integration,
)


@pytest.mark.parametrize("id", ["bip84", "bip49", "bip44"])
def test_a_bitcoin_address_is_the_account_s_own(id: str) -> None:
    account = ACCOUNTS[id]
    changes = {"account_xpub": account["account_extended_public_key"], "network": "mainnet"}

    chain = integration({**BITCOIN, **changes}).chain

    assert [chain.address(index) for index in range(22)] == account["receive"]


def test_an_ethereum_address_is_the_account_s_own() -> None:
    chain = integration(ETHEREUM).chain

    assert [chain.address(index) for index in range(22)] == ACCOUNTS["bip44-eth"]["receive"]


def test_on_a_test_network_the_address_is_one_of_that_network() -> None:
    assert integration(BITCOIN).chain.address(0).startswith("bcrt1q")


@pytest.mark.parametrize(
    "changes",
    [
        {"network": "mainnet"},
        {"account_xpub": ACCOUNTS["bip84"]["account_extended_public_key"]},
        {"account_xpub": "vpub"},
        {"confirmations": "0"},
        {"rpc_password": ""},
        {"chain": "ethereum"},
        {"first_index": "-1"},
    ],
)
def test_settings_that_would_lose_money_are_refused(changes: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        integration({**BITCOIN, **changes})


def test_the_reader_of_payment_uris_agrees_with_the_published_ones() -> None:
    uris = VECTORS["payment_uris"]

    for uri in uris["bip321_valid"]:
        bip321(uri)
    for uri in uris["bip321_invalid"]:
        with pytest.raises(ValueError, match=r"scheme|parameters|amount|address"):
            bip321(uri)
    for vector in uris["eip681"]:
        read = eip681(vector["uri"])
        assert read["to"] == vector["to"]
        assert read["value"] == vector.get("value_wei", vector.get("amount_atomic"))


@pytest.mark.parametrize(("amount", "written"), [(42_000, "0.00042000"), (1_000, "0.00001000"), (10**8, "1.00000000")])
def test_a_bitcoin_uri_names_address_and_amount(amount: int, written: str) -> None:
    chain = integration(BITCOIN).chain

    assert bip321(chain.uri(an_order("", amount, "BTC"), chain.address(3))) == (chain.address(3), written)


@pytest.mark.parametrize(("amount", "currency"), [(19_990_000, "USDC"), (1, "USDC"), (12 * 10**15, "ETH")])
def test_an_ethereum_uri_names_chain_address_and_amount(amount: int, currency: str) -> None:
    chain = integration(ETHEREUM).chain

    read = eip681(chain.uri(an_order("", amount, currency), chain.address(3)))

    contract = TOKEN if currency == "USDC" else ""
    assert read == {"contract": contract, "to": chain.address(3), "value": str(amount), "chain": "31337"}


# what is credited on Bitcoin


@pytest.fixture
def bitcoin() -> tuple[Hardware, FakeBitcoin]:
    wallet, node = integration(BITCOIN), FakeBitcoin()
    wallet.chain.node = node
    return wallet, node


@pytest.mark.parametrize(
    ("outputs", "kind", "amount"),
    [
        ([("0.00042", 2, "receive")], "paid", 42_000),
        ([("0.00042", 1, "receive")], "pending", 0),
        ([("0.00042", 0, "receive")], "pending", 0),
        ([("0.00041999", 6, "receive")], "open", 41_999),
        ([("0.00042001", 6, "receive")], "paid", 42_001),
        ([("0.0002", 6, "receive"), ("0.00022", 3, "receive")], "paid", 42_000),
        ([("0.0002", 6, "receive"), ("0.00022", 1, "receive")], "pending", 20_000),
        ([("0.00042", -1, "receive")], "open", 0),
        ([("0.00042", 50, "immature")], "open", 0),
        ([("0.00042", 101, "generate")], "paid", 42_000),
        ([("0.00042", 6, "orphan")], "open", 0),
        ([("-0.00042", 6, "send")], "open", 0),
    ],
)
def test_outputs_are_credited_by_their_confirmations(
    bitcoin: tuple[Hardware, FakeBitcoin], outputs: list[tuple[str, int, str]], kind: str, amount: int
) -> None:
    wallet, node = bitcoin
    us = wallet.chain.address(0)
    node.output(wallet.chain.address(1), "1", 6)
    for value, confirmations, category in outputs:
        node.output(us, value, confirmations, category)

    statement = wallet.query(an_order(us, 42_000, "BTC"))

    assert (statement.kind, statement.amount) == (kind, amount)


def test_an_output_without_address_given_up_or_replaced_is_passed_over(bitcoin: tuple[Hardware, FakeBitcoin]) -> None:
    wallet, node = bitcoin
    us = wallet.chain.address(0)
    node.entries.append({"category": "receive", "amount": Decimal(1), "confirmations": 6})
    node.output(us, "1", 0, abandoned=True)
    node.output(us, "1", 0, mempoolconflicts=["0" * 64])

    assert wallet.query(an_order(us, 42_000, "BTC")).kind == "open"


def test_a_look_reads_no_further_back_than_its_oldest_order(bitcoin: tuple[Hardware, FakeBitcoin]) -> None:
    wallet, node = bitcoin
    us = wallet.chain.address(0)
    old, new = an_order(us, 1, "BTC"), replace(an_order(us, 1, "BTC"), placed_at=3e9)

    for order in (new, new, old):
        wallet.received([order])

    assert [parameters[0] for parameters in node.asked] == ["", f"{1:064x}", ""]


# over HTTP


def answering(body: str, status: int = 200) -> Node:
    node = Node("http://node/bitcoin", 1.0, ("shop", "secret"))
    transport = httpx.MockTransport(lambda request: httpx.Response(status, text=body))
    node._http = httpx.Client(transport=transport)
    return node


def test_a_node_s_numbers_stay_exact() -> None:
    answer = answering('{"result": {"amount": 0.00000001, "big": 20999999.9769}, "error": null, "id": 0}')

    assert answer.call("x") == {"amount": Decimal("0.00000001"), "big": Decimal("20999999.9769")}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"result": null, "error": {"code": -5, "message": "no"}, "id": 0}', 500),
        ('{"result": 1, "error": null, "id": 7}', 200),
        ("[]", 200),
        ("", 401),
        ("<html>", 502),
        ("[" * 100_000, 200),
    ],
)
def test_what_is_no_answer_of_a_node_is_unknown(body: str, status: int) -> None:
    with pytest.raises(Unknown):
        answering(body, status).call("x")


def test_a_batch_s_answers_are_matched_by_their_ids() -> None:
    node = answering('[{"id": 1, "result": "b"}, {"id": 0, "result": "a"}]')

    assert node.batch([("x", []), ("y", [])]) == ["a", "b"]
    with pytest.raises(Unknown):
        node.batch([("x", []), ("y", []), ("z", [])])
