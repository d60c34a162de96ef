"""The node as a shop meets it: RPC, the pool's rules, blocks and reorganisations."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.chains.bitcoin import gateway, news
from fixtures.chains.bitcoin.node import Node, node_of
from fixtures.chains.bitcoin.purse import HIGH, LOW
from fixtures.chains.bitcoin.transaction import Input, Output, Transaction
from fixtures.model import Message
from tests.chains.bitcoin_desk import KEYS, NOW, PRICE, Desk, receive


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="module")
def node(desk: Desk) -> Node:
    return node_of(desk.book.store, KEYS, NOW)


def bought(desk: Desk, node: Node, rate: int = LOW) -> Transaction:
    """A transaction of the buyer's to a fresh address, not sent yet."""
    desk.orders += 1
    return node.pay([Output(PRICE, node.watch(receive(desk.orders)))], desk.now, rate=rate)


def test_only_with_the_password(desk: Desk) -> None:
    """Without it 401; by GET 405; the suite's own methods need none."""
    asked = news.request("", "getblockcount", [], keys=KEYS)
    wrong = (("authorization", "Basic " + b64encode(b"walletproof:no").decode()),)

    assert desk.post(asked).status == 200
    assert desk.post(replace(asked, headers=wrong)).status == 401
    assert desk.post(replace(asked, headers=())).status == 401
    assert desk.post(replace(asked, method="GET")).status == 405
    assert desk.post(news.mined("")).status == 200


def test_errors_have_bitcoinds_codes_and_status(desk: Desk) -> None:
    """Method, parameters, parsing; versions 1.0 and 2.0; batches."""
    unknown = desk.post(news.request("", "sendtomars", [], keys=KEYS))
    modern = _sent(desk, b'{"jsonrpc": "2.0", "id": 1, "method": "getblockhash", "params": [-1]}')
    broken = _sent(desk, b"{")
    batch = _sent(desk, b'[{"id": 1, "method": "getblockcount"}, {"id": 2, "method": "no"}, 3]')

    assert (unknown.status, json.loads(unknown.body)["error"]["code"]) == (404, -32601)
    assert (modern.status, json.loads(modern.body)["error"]["code"]) == (200, -8)
    assert (broken.status, json.loads(broken.body)["error"]["code"]) == (500, -32700)
    assert batch.status == 200
    assert [one["error"] is None for one in json.loads(batch.body)] == [True, False, False]
    assert desk.wrong("getblock", "00") == -5
    assert desk.wrong("gettransaction", "00") == -5
    assert desk.wrong("getreceivedbyaddress", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT") == -5
    assert desk.wrong("getblockhash", "x") == -3


def test_the_chain_is_there_from_the_beginning(desk: Desk) -> None:
    """Blocks by height and hash, in two depths of detail, each after the one before."""
    info = desk.ask("getblockchaininfo")
    tip = desk.ask("getblock", info["bestblockhash"], 2)
    before = desk.ask("getblock", tip["previousblockhash"])

    assert info["chain"] == "regtest"
    assert info["blocks"] == desk.ask("getblockcount") == tip["height"] == before["height"] + 1
    assert before["nextblockhash"] == tip["hash"] == desk.ask("getbestblockhash")
    assert tip["tx"][0]["vin"][0]["coinbase"]
    assert desk.ask("getblockhash", 0) == "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"


def test_a_transaction_waits_is_mined_and_is_seen_everywhere(desk: Desk, node: Node) -> None:
    """By id, by address, by coin; amounts are exact decimals."""
    transaction = bought(desk, node, rate=5)
    address = receive(desk.orders)

    assert desk.ask("testmempoolaccept", [transaction.raw.hex()])[0]["allowed"] is True
    assert desk.ask("sendrawtransaction", transaction.raw.hex()) == transaction.id
    assert desk.ask("sendrawtransaction", transaction.raw.hex()) == transaction.id
    assert transaction.id in desk.ask("getrawmempool")
    assert desk.ask("getmempoolentry", transaction.id)["bip125-replaceable"] is True
    assert desk.ask("gettransaction", transaction.id)["confirmations"] == 0
    assert desk.ask("getreceivedbyaddress", address) == 0
    assert desk.ask("listunspent", 0, 9, [address])[0]["safe"] is False

    hashes = desk.ask("generatetoaddress", 3, address)

    assert desk.ask("getreceivedbyaddress", address, 3) == Decimal("0.00042000")
    assert desk.ask("getreceivedbyaddress", address, 4) == 0
    assert desk.ask("getreceivedbyaddress", address, 1, True) > 1
    shown = desk.ask("gettransaction", transaction.id)
    assert (shown["confirmations"], shown["blockhash"], str(shown["amount"])) == (3, hashes[0], "0.00042000")
    assert desk.ask("getrawtransaction", transaction.id, True)["confirmations"] == 3
    assert desk.ask("gettxout", transaction.id, 0)["value"] == Decimal("0.00042000")
    assert [one["txid"] for one in desk.ask("listunspent", 1, 99, [address])] == [transaction.id]
    scanned = desk.ask("scantxoutset", "start", [f"addr({address})"])["unspents"]
    assert {one["coinbase"] for one in scanned} == {True, False}
    assert transaction.id in {one["txid"] for one in desk.ask("listtransactions", "*", 100)}
    assert desk.wrong("sendrawtransaction", transaction.raw.hex()) == -27


def test_what_the_pool_does_not_take(desk: Desk, node: Node) -> None:
    """No coins, a wrong signature, dust, too small a fee, immature coins, not even a transaction."""
    genuine = bought(desk, node)
    spoilt = genuine.with_input(
        0,
        replace(
            genuine.inputs[0], witness=(genuine.inputs[0].witness[0][:-3] + b"\0\0\1", *genuine.inputs[0].witness[1:])
        ),
    )
    missing = genuine.with_input(0, replace(genuine.inputs[0], source=("11" * 32, 0)))
    dust = replace(genuine, outputs=(replace(genuine.outputs[0], amount=293), *genuine.outputs[1:]))
    free = replace(
        genuine, outputs=(genuine.outputs[0], replace(genuine.outputs[1], amount=genuine.outputs[1].amount + 150))
    )
    early = genuine.with_input(0, replace(genuine.inputs[0], source=(node.chain.tip.transactions[0].id, 0)))

    codes = [desk.wrong("sendrawtransaction", one.raw.hex()) for one in (spoilt, missing, dust, free, early)]

    assert codes == [-26, -25, -26, -26, -26]
    assert desk.wrong("sendrawtransaction", "00") == -22
    assert desk.wrong("sendrawtransaction", 5) == -22
    assert desk.ask("testmempoolaccept", [missing.raw.hex()])[0]["reject-reason"] == "missing-inputs"


def test_any_transaction_is_replaced_by_one_that_pays_more(desk: Desk, node: Node) -> None:
    """By none that pays less; what was replaced stays known, and is in conflict once the other is in a block."""
    first = bought(desk, node)
    desk.ask("sendrawtransaction", first.raw.hex())
    own = [Output(PRICE, node.buyer.script)]
    cheap, dear = (node.buyer.spend(own, rate=rate, instead=first) for rate in (LOW, HIGH))

    assert desk.wrong("sendrawtransaction", cheap.raw.hex()) == -26
    assert desk.ask("sendrawtransaction", dear.raw.hex()) == dear.id
    assert desk.ask("gettransaction", first.id)["walletconflicts"] == [dear.id]
    desk.ask("walletproof_mine", 2)
    assert desk.ask("gettransaction", first.id)["confirmations"] == -2
    assert desk.ask("gettransaction", first.id)["amount"] == Decimal("0.00042000")


def test_no_block_takes_what_pays_too_little(desk: Desk, node: Node) -> None:
    """So that a payment that waits goes on waiting, whoever mines."""
    waiting = bought(desk, node, LOW)
    desk.ask("sendrawtransaction", waiting.raw.hex())

    desk.ask("walletproof_mine", 3)

    assert waiting.id in desk.ask("getrawmempool")


def test_a_reorganisation_is_told_to_who_asks_since_when(desk: Desk, node: Node) -> None:
    """What is gone is under `removed`, what came back with the branch is not lost."""
    start = desk.ask("getbestblockhash")
    lost = bought(desk, node)
    desk.ask("sendrawtransaction", lost.raw.hex())
    kept = bought(desk, node)
    desk.ask("sendrawtransaction", kept.raw.hex())
    number = desk.orders
    node.mine(1, desk.now, wanted=[lost.id, kept.id])
    left = desk.ask("getbestblockhash")
    assert {one["txid"] for one in desk.ask("listsinceblock", start)["transactions"]} >= {lost.id, kept.id}

    node.reorganise(lost, (), desk.now)

    since = desk.ask("listsinceblock", left)
    assert {one["txid"] for one in since["removed"]} == {lost.id, kept.id}
    depths = {one["txid"]: one["confirmations"] for one in since["transactions"]}
    assert (depths[lost.id], depths[kept.id]) == (0, 2)
    assert since["lastblock"] == desk.ask("getbestblockhash")
    assert desk.ask("getblock", left)["confirmations"] == -1
    assert desk.ask("getreceivedbyaddress", receive(number - 1)) == 0
    assert desk.ask("getreceivedbyaddress", receive(number)) == Decimal("0.00042000")


def test_what_builds_on_a_lost_transaction_is_lost_with_it(desk: Desk, node: Node) -> None:
    """In the blocks left behind as well as in the pool; the chain goes on."""
    own = [Output(PRICE, node.buyer.script)]
    lost = node.pay(own, desk.now)
    node.send(lost, desk.now)
    node.mine(1, desk.now)
    child = node.buyer.spend(own, instead=replace(lost, inputs=(Input((lost.id, 1)),)))
    node.send(child, desk.now)
    node.mine(1, desk.now)
    grandchild = node.buyer.spend(own, instead=replace(lost, inputs=(Input((child.id, 1)),)))
    node.send(grandchild, desk.now)
    other = node.buyer.spend(own, rate=HIGH, instead=lost)

    node.reorganise(lost, (other,), desk.now)
    node.mine(1, desk.now)

    assert other.id in node.chain.where
    assert not {lost.id, child.id, grandchild.id} & {*node.chain.where, *node.pool.entries}


def test_addresses_and_descriptors(desk: Desk) -> None:
    """What is an address, which ones a descriptor has; only the version bytes of BIP-32 are read."""
    address = receive(3)
    valid = desk.ask("validateaddress", address)
    imported = desk.ask(
        "importdescriptors", [{"desc": f"addr({address})", "timestamp": "now"}, {"desc": "wpkh(vpub1)"}]
    )

    assert (valid["isvalid"], valid["iswitness"], valid["witness_version"]) == (True, True, 0)
    assert desk.ask("validateaddress", "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk")["isvalid"] is False
    assert [one["success"] for one in imported] == [True, False]
    public = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    told = desk.ask("getdescriptorinfo", f"wpkh({public})")["descriptor"]
    assert desk.ask("deriveaddresses", told) == ["bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"]


@pytest.mark.parametrize("method", sorted(gateway.READS))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    params=st.lists(
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), st.lists, max_leaves=4),
        max_size=4,
    )
)
def test_hostile_parameters_are_errors_of_the_caller(desk: Desk, method: str, params: list[Any]) -> None:
    """Never an exception, always JSON."""
    said = desk.raw(method, *params)

    assert set(said) == {"result", "error", "id"}


@given(body=st.binary(max_size=60), path=st.text(max_size=20))
def test_hostile_bodies_are_answered(desk: Desk, body: bytes, path: str) -> None:
    """Whatever comes."""
    request = Message("POST", f"/bitcoin{path}", (("authorization", news.authorization(KEYS)),), body)

    assert desk.post(request).status in {200, 400, 404, 500}
    assert gateway.operation_of(request) in gateway.OPERATIONS


def _sent(desk: Desk, body: bytes) -> Any:
    return desk.post(Message("POST", "/bitcoin", (("authorization", news.authorization(KEYS)),), body))
