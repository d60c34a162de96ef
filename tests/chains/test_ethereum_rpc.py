"""The node's JSON-RPC: shapes, errors, transactions that anybody sends, hostile input."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.chains import device
from fixtures.chains.ethereum import gateway
from fixtures.chains.ethereum.encoding import address_of, hexed
from fixtures.chains.ethereum.methods import METHODS
from fixtures.chains.ethereum.news import staged
from fixtures.chains.ethereum.node import MAX_FEE, order
from fixtures.chains.ethereum.till import FUEL
from fixtures.chains.ethereum.transactions import Transaction, sign
from fixtures.model import Message, Money
from tests.chains.ethereum_desk import Bench

SOMEBODY = device.derive(device.seed_of("zoo " * 11 + "wrong"), "m/44'/60'/0'/0/0")
ADDRESS = address_of(SOMEBODY.public)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


def broadcast(bench: Bench, transaction: Transaction) -> dict[str, Any]:
    raw = hexed(sign(transaction, SOMEBODY.private or b"").raw)
    answer: dict[str, Any] = bench.send(message({"id": 1, "method": "eth_sendRawTransaction", "params": [raw]}))
    return answer


def message(call: Any) -> Message:
    return Message("POST", "/ethereum", (), json.dumps(call).encode())


def funded(bench: Bench) -> int:
    """Gives somebody coins; her next nonce."""
    order_ = bench.order(Money(10 * FUEL, "ETH"))
    paid = {"reference": order_.reference, "address": ADDRESS, "amount": 10 * FUEL, "currency": "ETH"}
    bench.ask("walletproof_stage", "paid", {**paid, "confirmations": 1})
    return int(bench.ask("eth_getTransactionCount", ADDRESS), 16)


def test_anybody_can_send_a_transaction_and_the_next_block_takes_it(bench: Bench) -> None:
    nonce = funded(bench)
    key = broadcast(bench, order(nonce, bench.order().details["address"], 5))["result"]

    assert bench.ask("eth_getTransactionReceipt", key) is None
    assert int(bench.ask("eth_getTransactionCount", ADDRESS, "pending"), 16) == nonce + 1
    bench.ask("walletproof_mine", 1)
    receipt = bench.ask("eth_getTransactionReceipt", key)
    assert (receipt["status"], receipt["from"]) == ("0x1", ADDRESS.lower())
    assert "nonce too low" in broadcast(bench, order(nonce, ADDRESS))["error"]["message"]


def test_legacy_transactions_are_taken_on_their_own_chain_only(bench: Bench) -> None:
    nonce = funded(bench)
    legacy = Transaction(31337, nonce, ADDRESS, 1, gas_price=MAX_FEE)

    assert (
        "invalid chain id" in broadcast(bench, Transaction(1, nonce, ADDRESS, 1, gas_price=MAX_FEE))["error"]["message"]
    )
    assert "result" in broadcast(bench, legacy)
    assert broadcast(bench, legacy)["error"]["message"] == "already known"


def test_a_higher_fee_replaces_what_waits(bench: Bench) -> None:
    nonce = funded(bench)
    first = broadcast(bench, order(nonce, ADDRESS, 1))["result"]

    assert "underpriced" in broadcast(bench, order(nonce, ADDRESS, 2, fee=MAX_FEE + 1))["error"]["message"]
    second = broadcast(bench, order(nonce, ADDRESS, 2, fee=2 * MAX_FEE))["result"]
    bench.ask("walletproof_mine", 1)

    assert bench.ask("eth_getTransactionByHash", first) is None
    assert bench.ask("eth_getTransactionReceipt", second)["status"] == "0x1"


def test_what_cannot_be_executed_is_not_taken(bench: Bench) -> None:
    nonce = funded(bench)
    too_much = order(nonce, ADDRESS, 10**30)

    assert "insufficient funds" in broadcast(bench, too_much)["error"]["message"]
    assert "intrinsic gas" in broadcast(bench, order(nonce, ADDRESS, gas=20_000))["error"]["message"]
    assert bench.error("eth_sendRawTransaction", "0x02c0") == -32000
    assert bench.error("eth_sendRawTransaction", "0x") == -32000


def test_blocks_name_their_transactions_and_each_other(bench: Bench) -> None:
    bench.act("pay", bench.order())
    latest = bench.ask("eth_getBlockByNumber", "latest", False)
    before = bench.ask("eth_getBlockByHash", latest["parentHash"], True)

    assert int(before["number"], 16) + 1 == int(latest["number"], 16)
    assert before["transactions"][0]["blockHash"] == before["hash"]
    assert bench.ask("eth_getBlockReceipts", before["number"])[0]["blockHash"] == before["hash"]
    assert bench.ask("eth_getBlockByNumber", "safe", False)["number"] == before["number"]
    assert bench.ask("eth_getBlockByNumber", "0xffffff", False) is None
    assert bench.ask("eth_getBlockByHash", "0x" + "0" * 64, False) is None


def test_simple_questions(bench: Bench) -> None:
    assert bench.ask("eth_chainId") == hex(31337)
    assert bench.ask("net_version") == "31337"
    assert bench.ask("eth_syncing") is False
    assert bench.ask("eth_accounts") == []
    assert bench.ask("web3_sha3", "0x") == "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert int(bench.ask("eth_gasPrice"), 16) > 0
    assert len(bench.ask("eth_feeHistory", "0x2", "latest", [50])["reward"]) == 2


def test_calls_and_estimates(bench: Bench) -> None:
    token = bench.shop["token_contract"]

    assert int(bench.ask("eth_call", {"to": token, "data": "0x313ce567"}, "latest"), 16) == 6
    assert int(bench.ask("eth_estimateGas", {"to": ADDRESS, "value": "0x1"}), 16) == 21_000
    assert bench.error("eth_call", {"to": token, "data": "0xa9059cbb" + "00" * 31 + "01" + "00" * 31 + "01"}) == 3
    assert bench.ask("eth_getCode", ADDRESS) == "0x"
    assert bench.ask("eth_getStorageAt", ADDRESS, "0x0", "latest") == "0x" + "0" * 64


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("eth_nothing", [], -32601),
        ("eth_getBalance", ["0x12"], -32602),
        ("eth_getBalance", [], -32602),
        ("eth_getBalance", [ADDRESS, "soon"], -32602),
        ("eth_getBalance", [ADDRESS, "0xfffffff"], -32000),
        ("eth_getLogs", [{"topics": "0x"}], -32602),
        ("eth_getLogs", [{"blockHash": "0x" + "0" * 64}], -32000),
        ("eth_getFilterChanges", ["0x77"], -32000),
        ("eth_call", [{"to": None}], -32602),
        ("walletproof_mine", [0], -32602),
        ("walletproof_mine", [True], -32602),
        ("walletproof_stage", ["paid"], -32602),
        ("walletproof_stage", ["sunshine", {"address": ADDRESS, "amount": 1, "confirmations": 1}], -32602),
        (
            "walletproof_stage",
            ["paid", {"address": ADDRESS, "amount": 1, "currency": "BTC", "confirmations": 1}],
            -32602,
        ),
    ],
)
def test_errors_have_their_codes(bench: Bench, method: str, params: list[Any], code: int) -> None:
    assert bench.error(method, *params) == code


def test_batches_are_answered_one_by_one_and_notifications_not(bench: Bench) -> None:
    calls = [{"id": 1, "method": "eth_chainId"}, {"method": "eth_chainId"}, 7, {"id": "b", "method": "eth_blockNumber"}]

    assert [one["id"] for one in bench.send(message(calls))] == [1, None, "b"]
    assert bench.send(message([]))["error"]["code"] == -32600
    assert gateway.answer(message(calls[1]), bench.book, bench.keys, bench.stamp).answer.body == b""


def test_the_history_is_told_what_a_call_was(bench: Bench) -> None:
    victim = bench.order()
    address = victim.details["address"]
    wanted = message({"id": 1, "method": "eth_getBalance", "params": [address, "latest"]})
    told = gateway.answer(wanted, bench.book, bench.keys, bench.stamp).call

    assert (told.operation, told.reference) == ("query", victim.reference)
    assert gateway.operation_of(message({"id": 1, "method": "eth_sendRawTransaction", "params": []})) == "send"
    assert gateway.operation_of(staged("paid", victim, "")) == "other"
    assert gateway.reference_of(staged("paid", victim, ""), bench.book) == victim.reference


def test_filters_of_blocks_and_of_the_waiting(bench: Bench) -> None:
    blocks, waiting = bench.ask("eth_newBlockFilter"), bench.ask("eth_newPendingTransactionFilter")
    paid = bench.act("pay", bench.order())

    assert len(bench.ask("eth_getFilterChanges", blocks)) == 2
    assert bench.ask("eth_getFilterChanges", waiting)[-1] == paid.details["transaction"]
    assert bench.ask("eth_getFilterChanges", blocks) == []
    assert bench.ask("eth_uninstallFilter", blocks) is True
    assert bench.ask("eth_uninstallFilter", blocks) is False
    assert bench.error("eth_getFilterChanges", blocks) == -32000


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.sampled_from(["latest", "0x", "0x1", ADDRESS, "0x" + "ab" * 32, "0x02c0"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["address", "topics", "to", "data", "fromBlock", "blockHash", "amount"]), inner),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(method=st.sampled_from(sorted(METHODS)), params=ANYTHING)
def test_the_node_never_crashes(bench: Bench, method: str, params: Any) -> None:
    said = bench.send(message({"id": 1, "method": method, "params": params}))

    assert ("result" in said) != ("error" in said)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 5000, b"null", b'{"method": 5}', b'{"id": 1}'])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_bodies_that_are_no_calls_are_answered(bench: Bench, method: str, body: bytes) -> None:
    request = Message(method, "/ethereum", (), body)
    reply = gateway.answer(request, bench.book, bench.keys, bench.stamp)

    assert reply.answer.status == (200 if method == "POST" else 405)
    assert gateway.reference_of(request, bench.book) is None
