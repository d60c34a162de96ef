"""Two libraries that know nothing of this project as judges: embit of keys and transactions, bip322 of proofs.

And Bitcoin's own RPC, spoken over HTTP to a real sandbox.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from random import Random
from typing import Any
from uuid import uuid4

import bip322 as judge
import httpx
import pytest
from embit import bip32, bip39, compact, ec, script
from embit.networks import NETWORKS
from embit.transaction import SIGHASH, Transaction

from fixtures.chains.bitcoin import bip322, identity, uris
from fixtures.chains.bitcoin.node import node_of
from fixtures.chains.bitcoin.transaction import Output
from fixtures.model import Given, Money, Stamp
from fixtures.sandbox.process import Sandbox
from fixtures.wallets.features import Account
from fixtures.wallets.trezor import WALLET, signing

KEYS = WALLET.published_keys()
NOW = 1_790_000_000.0
REGTEST = NETWORKS["regtest"]
KINDS = {"p2pkh": script.p2pkh, "p2wpkh": script.p2wpkh, "p2sh-p2wpkh": lambda key: script.p2sh(script.p2wpkh(key))}


def stamp(seed: int = 1) -> Stamp:
    return Stamp(NOW, Random(seed))


def root(name: str) -> Any:
    """The root of a seed, as embit derives it."""
    return bip32.HDKey.from_seed(bip39.mnemonic_to_seed(KEYS[name]))


def owner(account: Account) -> Any:
    return root("device_mnemonic").derive(account.path)


def test_the_merchants_account_is_derived_alike() -> None:
    """From the same words to the same extended key, and on to the same addresses."""
    credentials = WALLET.merchant_credentials(KEYS, "bitcoin")
    account = root("merchant_mnemonic").derive("m/84h/1h/0h").to_public()

    assert account.to_base58(REGTEST["zpub"]) == credentials["account_xpub"]
    for number in range(3):
        address = script.p2wpkh(account.derive([0, number]).key).address(REGTEST)
        assert uris.read(f"bitcoin:{address}?amount=1").address == address


@pytest.mark.parametrize("form", ["bitcoin-message", "bip322"])
def test_accounts_have_the_addresses_that_embit_gives_their_keys(form: str) -> None:
    """Of every kind, on the test network."""
    for seed in range(9):
        account = WALLET.account(form, KEYS, stamp(seed))
        key = owner(account).key.get_public_key()

        assert key.sec().hex() == account.public_key
        assert account.address == KINDS[signing.kind_of(account)](key).address(REGTEST)


def test_message_signatures_are_those_of_the_keys() -> None:
    """embit verifies r and s over Bitcoin's digest of the message."""
    for seed in range(6):
        account = WALLET.account("bitcoin-message", KEYS, stamp(seed))
        text = f"Log in as {account.address}"
        words = WALLET.sign_in("bitcoin-message", {"message": text}, account, KEYS, stamp(seed))

        assert _verifies(account.public_key, text.encode(), b64decode(words["signature"]))


def test_identities_are_signed_by_the_key_they_tell() -> None:
    """Over the two hashes, at the path of the site."""
    account = WALLET.account("trezor-identity", KEYS, stamp())
    asked = {"hidden": "00" * 32, "visual": "now"}
    words = WALLET.sign_in("trezor-identity", asked, account, KEYS, stamp())
    message = sha256(bytes(32)).digest() + sha256(b"now").digest()

    assert owner(account).key.get_public_key().sec().hex() == words["public_key"]
    assert _verifies(words["public_key"], message, bytes.fromhex(words["signature"]))
    assert identity.statement(bytes(32), "now") == message


def test_proofs_of_bip322_are_verified_by_another_implementation() -> None:
    """And of another message they are not."""
    for seed in range(4):
        account = WALLET.account("bip322", KEYS, stamp(seed))
        words = WALLET.sign_in("bip322", {"message": "hello"}, account, KEYS, stamp(seed))
        proof = words["signature"].removeprefix(bip322.SIMPLE)

        judge.verify_simple_encoded(account.address, "hello", proof)
        with pytest.raises(judge.VerificationError):
            judge.verify_simple_encoded(account.address, "hallo", proof)


def test_transactions_are_read_and_judged_alike() -> None:
    """Same id, same signature hash, a signature of the device's key; same bytes when embit writes them."""
    store: dict[str, Any] = {}
    node = node_of(store, KEYS, NOW)
    sent = node.pay([Output(42_000, node.miner.script)], NOW)
    amounts = [node.chain.unspent[one.source].output.amount for one in sent.inputs]
    read = Transaction.read_from(BytesIO(sent.raw))
    key = ec.PublicKey.parse(sent.inputs[0].witness[1])
    spent = script.p2wpkh(key)

    assert (read.txid().hex(), read.serialize()) == (sent.id, sent.raw)
    digest = read.sighash_segwit(0, script.p2pkh_from_p2wpkh(spent), amounts[0], sighash=SIGHASH.ALL)
    assert key.verify(ec.Signature.parse(sent.inputs[0].witness[0][:-1]), digest)
    assert spent.data == node.buyer.script


def test_a_shop_on_plain_http_sees_a_payment(sandbox: Sandbox) -> None:
    """At the real sandbox: nothing, then the price with two confirmations, by four ways of asking."""
    keys, reference = sandbox.keys["trezor"], uuid4().hex
    account = bip32.HDKey.from_string(WALLET.merchant_credentials(keys, "bitcoin")["account_xpub"])
    address = script.p2wpkh(account.derive([0, uuid4().int >> 98]).key).address(REGTEST)
    payment = WALLET.assume(reference, Money(42_000, "BTC"), "bitcoin", stamp(), None)
    watched = WALLET.watch(payment, Given(qr=uris.written(address, 42_000)))

    with httpx.Client(auth=(keys["rpc_user"], keys["rpc_password"]), trust_env=False) as client:
        start = _asked(client, sandbox, "getbestblockhash")
        before = _asked(client, sandbox, "getreceivedbyaddress", address, 2)
        sandbox.client.assume(watched)
        sandbox.client.act("trezor", reference, "pay")
        after = _asked(client, sandbox, "getreceivedbyaddress", address, 2)
        since = _asked(client, sandbox, "listsinceblock", start)
        scanned = _asked(client, sandbox, "scantxoutset", "start", [f"addr({address})"])
        unspent = _asked(client, sandbox, "listunspent", 2, 999, [address])
        raw = _asked(client, sandbox, "getrawtransaction", unspent[0]["txid"])
        refused = httpx.post(f"{sandbox.url}/trezor/bitcoin", json={"method": "getblockcount"}, trust_env=False)

    assert (before, after) == (Decimal("0.00000000"), Decimal("0.00042000"))
    assert [one["amount"] for one in since["transactions"] if one["address"] == address] == [after]
    assert scanned["total_amount"] == unspent[0]["amount"] == after
    assert Transaction.read_from(BytesIO(bytes.fromhex(raw))).txid().hex() == unspent[0]["txid"]
    assert refused.status_code == 401


def _asked(client: httpx.Client, sandbox: Sandbox, method: str, *params: Any) -> Any:
    body: Mapping[str, Any] = {"jsonrpc": "1.0", "id": "1", "method": method, "params": params}
    answer = client.post(f"{sandbox.url}/trezor/bitcoin", json=body)
    return json.loads(answer.text, parse_float=Decimal)["result"]


def _verifies(public_key: str, message: bytes, signature: bytes) -> bool:
    prefixed = b"\x18Bitcoin Signed Message:\n" + compact.to_bytes(len(message)) + message
    found = ec.Signature(_internal(signature[1:]))
    return bool(ec.PublicKey.parse(bytes.fromhex(public_key)).verify(found, sha256(sha256(prefixed).digest()).digest()))


def _internal(compact_signature: bytes) -> bytes:
    """embit keeps a signature as libsecp256k1 does: r and s with their least byte first."""
    return compact_signature[31::-1] + compact_signature[:31:-1]
