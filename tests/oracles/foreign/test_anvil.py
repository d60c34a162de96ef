"""The same transactions on the emulated chain and on anvil: one outcome, to the unit of gas and the byte of a log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.chains.ethereum import contracts
from fixtures.chains.ethereum.encoding import address_of, hexed
from fixtures.chains.ethereum.node import WEALTH
from fixtures.chains.ethereum.stages import STAGES
from fixtures.chains.ethereum.till import Till, desk_of
from tests.chains.ethereum_desk import PRICE, WEI, Bench
from tests.oracles.foreign.anvil import Anvil, running
from tests.oracles.foreign.environments import Unavailable

STORIES = {"unconfirmed", "shallow", "replaced", "reorganised", "double-spend"}  # there blocks disappear again
RECEIPT = ("status", "gasUsed", "contractAddress", "from", "to", "effectiveGasPrice", "type")
LOG = ("address", "topics", "data", "removed")


@pytest.fixture(scope="module")
def anvil() -> Iterator[Anvil]:
    """A node with the treasury's wealth, or the reason why there is none."""
    bench = Bench()
    try:
        with running(contracts.CHAIN_ID) as node:
            node.ask("anvil_setBalance", address_of(contracts.treasury(bench.keys).public), hex(WEALTH))
            yield node
    except Unavailable as problem:
        pytest.skip(f"{problem}: anvil did not run")


@pytest.fixture(scope="module")
def bench() -> Bench:
    """The emulated chain after everything that can be staged on it."""
    made = Bench()
    for name in sorted(set(STAGES) - STORIES):
        for money in (PRICE, WEI):
            made.stage(name, made.order(money))
    return made


@pytest.fixture(scope="module")
def till(bench: Bench) -> Till:
    """What stands on it."""
    return Till(desk_of(bench.book, bench.keys, bench.stamp), bench.keys, bench.stamp.now)


def told(receipt: dict[str, Any]) -> dict[str, Any]:
    """A receipt without what follows from the time, and from a block of its own for each transaction."""
    logs = [{name: log[name] for name in LOG} for log in receipt["logs"]]
    found: dict[str, Any] = _lower({name: receipt[name] for name in RECEIPT} | {"logs": logs})
    return found


def _lower(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lower(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_lower(inner) for inner in value]
    return value.lower() if isinstance(value, str) else value


def test_every_transaction_comes_out_alike(anvil: Anvil, bench: Bench, till: Till) -> None:
    ours, theirs = {}, {}
    for mined in till.node.chain[1:]:
        for transaction in mined.block.transactions:
            # One by one: anvil takes nothing whose money is still on its way in the same block.
            anvil.ask("anvil_setNextBlockBaseFeePerGas", mined.view["baseFeePerGas"])
            key = anvil.ask("eth_sendRawTransaction", hexed(transaction.encode()))
            anvil.ask("evm_mine")
            ours[key] = told(bench.ask("eth_getTransactionReceipt", key))
            theirs[key] = told(anvil.ask("eth_getTransactionReceipt", key))

    assert len(ours) > 100
    assert {receipt["status"] for receipt in ours.values()} == {"0x0", "0x1"}
    assert theirs == ours
    accounts = {receipt["from"] for receipt in ours.values()} | {receipt["to"] for receipt in ours.values()} - {None}
    for account in sorted(accounts):
        assert anvil.ask("eth_getBalance", account, "latest") == bench.ask("eth_getBalance", account, "latest")
