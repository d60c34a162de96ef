"""eth-account, siwe and web3.py as judges of what the device signs and of what the node says; none of it is ours."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from eth_account import Account as Judge
from eth_account.hdaccount import key_from_seed, seed_from_mnemonic
from eth_account.messages import encode_defunct, encode_typed_data
from siwe import SiweMessage, VerificationError
from web3 import HTTPProvider, Web3
from web3.exceptions import TransactionNotFound

from fixtures.chains import device
from fixtures.chains.ethereum import contracts, typed
from fixtures.chains.ethereum.encoding import address_of, call, hexed
from fixtures.chains.ethereum.news import request
from fixtures.chains.ethereum.transactions import Transaction, sign
from fixtures.model import Given, Message, Money, Payment, PaymentState, Stamp
from fixtures.sandbox.process import Sandbox
from fixtures.wallets.features import Account, LoginForgery, LoginScene
from fixtures.wallets.interface import Keys
from fixtures.wallets.ledger import WALLET

KEYS = WALLET.published_keys()
PRICE = Money(19_990_000, "USDC")
DOMAIN, NONCE = "shop.test", "f3a91c02b7d4e655"


def stamp(seed: int = 3) -> Stamp:
    return Stamp(time.time(), Random(seed))


# What is signed


@pytest.mark.parametrize("path", ["m/44'/60'/0'/0/0", "m/44'/60'/7'", "m/84'/1'/0'/0/11", "m/13'/1/2'/3"])
@pytest.mark.parametrize("passphrase", ["", "TREZOR", "pass wörd"])
def test_keys_are_those_of_another_implementation(path: str, passphrase: str) -> None:
    words = "legal winner thank year wave sausage worth useful legal winner thank yellow"
    node = device.derive(device.seed_of(words, passphrase), path)

    assert device.seed_of(words, passphrase) == seed_from_mnemonic(words, passphrase)
    assert node.private == key_from_seed(seed_from_mnemonic(words, passphrase), path)
    assert address_of(node.public) == Judge.from_key(node.private).address


@pytest.mark.parametrize("gas_price", [None, 7 * 10**9])
@pytest.mark.parametrize("to", [None, "0x73d0385F4d8E00C5e6504C6030F47BF6212736A8"])
def test_transactions_are_signed_as_eth_account_signs_them(gas_price: int | None, to: str | None) -> None:
    private = device.derive(device.seed_of(KEYS["device_mnemonic"]), "m/44'/60'/0'/0/1").private or b""
    plain: dict[str, Any] = {"chainId": 31337, "nonce": 4, "value": 12, "data": b"\x01" * 70, "gas": 90_000}
    plain |= {"to": to} if to else {}
    plain |= {"gasPrice": gas_price} if gas_price else {"maxFeePerGas": 9, "maxPriorityFeePerGas": 3, "type": 2}

    ours = sign(Transaction(31337, 4, to, 12, b"\x01" * 70, 90_000, 9, 3, gas_price), private)
    theirs = Judge.sign_transaction(plain, private)

    assert (ours.raw, ours.hash) == (bytes(theirs.raw_transaction), hexed(bytes(theirs.hash)))


def owner_of(form: str) -> Account:
    return WALLET.account(form, KEYS, stamp())


def personal(words: Mapping[str, Any], message: str) -> str:
    """Who signed a text, as eth-account sees it."""
    return str(Judge.recover_message(encode_defunct(text=message), signature=words["signature"]))


@pytest.mark.parametrize("message", ["Log in to shop.test, number 12345678", "grüße 🦊", "0x1234", "x" * 300])
def test_texts_are_signed_for_eth_account(message: str) -> None:
    owner = owner_of("personal-sign")

    words = WALLET.sign_in("personal-sign", {"message": message}, owner, KEYS, stamp())

    assert personal(words, message) == owner.address == words["address"]


TYPES = {
    "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "chainId", "type": "uint256"}],
    "Person": [
        {"name": "wallet", "type": "address"},
        {"name": "age", "type": "int16"},
        {"name": "key", "type": "bytes4"},
    ],
    "Login": [
        {"name": "who", "type": "Person"},
        {"name": "others", "type": "Person[]"},
        {"name": "grid", "type": "uint8[2][]"},
        {"name": "nonce", "type": "string"},
        {"name": "raw", "type": "bytes"},
        {"name": "fresh", "type": "bool"},
    ],
}  # fmt: skip
SOMEONE = {"wallet": "0x" + "22" * 20, "age": -3, "key": "0x01020304"}
DATA = {
    "types": TYPES,
    "primaryType": "Login",
    "domain": {"name": DOMAIN, "chainId": 31337},
    "message": {
        "who": SOMEONE, "others": [SOMEONE, SOMEONE], "grid": [[1, 2], [3, 4]], "nonce": NONCE, "raw": "0xbeef",
        "fresh": True,
    },
}  # fmt: skip


def test_typed_data_are_signed_for_eth_account() -> None:
    owner = owner_of("typed-data")
    words = WALLET.sign_in("typed-data", {"typed_data": DATA}, owner, KEYS, stamp())
    signable = encode_typed_data(full_message=DATA)

    assert Judge.recover_message(signable, signature=words["signature"]) == owner.address
    assert typed.hash_struct("Login", DATA["message"], TYPES) == signable.body  # type: ignore[arg-type]


def question(owner: Account) -> SiweMessage:
    """A challenge as siwe writes it."""
    now = datetime.now(UTC).replace(microsecond=0)
    return SiweMessage(
        domain=DOMAIN,
        address=owner.address,
        statement="Log in to shop.test",
        uri="https://shop.test/login",
        version="1",
        chain_id=31337,
        nonce=NONCE,
        issued_at=now.isoformat().replace("+00:00", "Z"),
    )


def test_log_ins_are_verified_by_siwe() -> None:
    owner = owner_of("siwe")
    message = question(owner)
    words = WALLET.sign_in("siwe", {"message": message.prepare_message()}, owner, KEYS, stamp())

    message.verify(words["signature"], domain=DOMAIN, nonce=NONCE)

    with pytest.raises(VerificationError):
        message.verify(words["signature"], domain="other.test", nonce=NONCE)


@pytest.mark.parametrize(
    "forgery", [one for one in WALLET.login_forgeries if one.form == "siwe"], ids=lambda forgery: forgery.name
)
def test_siwe_refuses_what_was_forged(forgery: LoginForgery) -> None:
    victim, own = WALLET.account("siwe", KEYS, stamp(1)), WALLET.account("siwe", KEYS, stamp(2))
    asked = {"message": question(victim).prepare_message()}

    words = forgery.make(LoginScene("siwe", asked, victim, own, KEYS, stamp()))

    with pytest.raises(VerificationError):
        SiweMessage.from_message(asked["message"]).verify(words["signature"], domain=DOMAIN, nonce=NONCE)
    posted = SiweMessage.from_message(words.get("message", asked["message"]))
    # The library compares neither the chain nor the posted address; that is the shop's own to do.
    if posted.chain_id == 31337 and posted.address == victim.address:
        with pytest.raises(VerificationError):
            posted.verify(words["signature"], domain=DOMAIN, nonce=NONCE)


# What the node says


@pytest.fixture(scope="module")
def keys(sandbox: Sandbox) -> Keys:
    return sandbox.keys["ledger"]


@pytest.fixture(scope="module")
def chain(sandbox: Sandbox) -> Web3:
    """web3.py pointed at the sandbox by nothing but its address."""
    return Web3(HTTPProvider(f"{sandbox.url}/ledger/ethereum"))


def placed(sandbox: Sandbox, keys: Keys, money: Money = PRICE) -> Payment:
    """An order whose buyer has been given something to pay to."""
    shop = WALLET.merchant_credentials(keys, "ethereum")
    index = uuid4().int % device.HARDENED
    account = device.child(device.parse(shop["account_xpub"]), 0)
    address = address_of(device.child(account, index).public)
    made = WALLET.assume(uuid4().hex[:20], money, "ethereum", stamp(), None)
    to = f"{shop['token_contract']}@31337/transfer?address={address}&uint256={money.amount}"
    plain = f"{address}@31337?value={money.amount}"
    return sandbox.client.assume(WALLET.watch(made, Given(qr=f"ethereum:{plain if money.currency == 'ETH' else to}")))


def balance(chain: Web3, keys: Keys, address: str) -> int:
    """Tokens at an address, by the contract's own account."""
    abi = [{"type": "function", "name": "balanceOf", "stateMutability": "view",
            "inputs": [{"name": "who", "type": "address"}], "outputs": [{"name": "", "type": "uint256"}]}]  # fmt: skip
    token = chain.eth.contract(address=Web3.to_checksum_address(keys["token_contract"]), abi=abi)
    return int(token.functions.balanceOf(address).call())


def visit(sandbox: Sandbox, message: Message) -> None:
    assert sandbox.client.visit("ledger", message).status == 200


def test_the_life_of_a_payment_as_web3_reads_it(sandbox: Sandbox, chain: Web3, keys: Keys) -> None:
    """Waiting, mined, confirmed: each state as the library shows it to a shop."""
    order = placed(sandbox, keys)
    address = order.details["address"]
    waiting = sandbox.client.act("ledger", order.reference, "pend")
    key = waiting.details["transaction"]

    assert chain.eth.get_transaction(key).get("blockNumber") is None
    with pytest.raises(TransactionNotFound):
        chain.eth.get_transaction_receipt(key)
    assert balance(chain, keys, address) == 0

    paid = sandbox.client.act("ledger", order.reference, "settle")
    receipt = chain.eth.get_transaction_receipt(key)
    logs = chain.eth.get_logs(
        {
            "fromBlock": 0,
            "address": Web3.to_checksum_address(keys["token_contract"]),
            "topics": [contracts.TRANSFER, None, "0x" + address[2:].lower().rjust(64, "0")],
        }
    )

    assert paid.state is PaymentState.PAID
    assert receipt["status"] == 1
    assert chain.eth.block_number - receipt["blockNumber"] + 1 >= 2
    assert [int(log["data"].hex(), 16) for log in logs] == [PRICE.amount] == [balance(chain, keys, address)]
    block: Any = chain.eth.get_block(receipt["blockNumber"], full_transactions=True)
    assert block["transactions"][-1]["hash"] == logs[0]["transactionHash"]
    assert chain.eth.chain_id == 31337


def test_coins_are_seen_in_the_balance_of_confirmed_blocks(sandbox: Sandbox, chain: Web3, keys: Keys) -> None:
    order = placed(sandbox, keys, Money(10**16, "ETH"))
    visit(sandbox, WALLET.stage("shallow", order, f"{sandbox.url}/ledger"))
    address = order.details["address"]

    assert [chain.eth.get_balance(address, tag) for tag in ("latest", "finalized")] == [10**16, 0]
    visit(sandbox, WALLET.prove("paid", order, keys, stamp(), "", f"{sandbox.url}/ledger"))
    assert chain.eth.get_balance(address, "safe") == 10**16
    known = sandbox.client.payment("ledger", order.reference)
    assert known is not None
    assert known.state is PaymentState.PAID


def test_a_filter_of_web3_sees_logs_taken_back(sandbox: Sandbox, chain: Web3, keys: Keys) -> None:
    order = placed(sandbox, keys)
    topic = "0x" + order.details["address"][2:].lower().rjust(64, "0")
    watched = chain.eth.filter(
        {"address": Web3.to_checksum_address(keys["token_contract"]), "topics": [contracts.TRANSFER, None, topic]}
    )
    for situation in ("shallow", "reorganised"):
        visit(sandbox, WALLET.stage(situation, order, f"{sandbox.url}/ledger"))

    assert [entry["removed"] for entry in watched.get_new_entries()] == [False, True]
    assert balance(chain, keys, order.details["address"]) == 0


def test_web3_builds_signs_and_sends(sandbox: Sandbox, chain: Web3, keys: Keys) -> None:
    """The library fills in nonce, gas and fees by asking; the node takes what it makes."""
    judge = Judge.create(uuid4().hex)
    money = Money(10**18, "ETH")
    order = placed(sandbox, keys, money)
    facts = {"reference": order.reference, "address": judge.address, "amount": money.amount, "currency": "ETH"}
    told = ["paid", {**facts, "confirmations": 1}]
    visit(sandbox, request(f"{sandbox.url}/ledger", "walletproof_stage", told))

    plain: Any = {"from": judge.address, "to": order.details["address"], "value": 5, "chainId": 31337}
    plain |= {"nonce": chain.eth.get_transaction_count(judge.address), "gas": chain.eth.estimate_gas(plain)}
    plain |= {"maxPriorityFeePerGas": chain.eth.max_priority_fee, "maxFeePerGas": 2 * chain.eth.gas_price}
    key = chain.eth.send_raw_transaction(judge.sign_transaction(plain).raw_transaction)
    visit(sandbox, request(f"{sandbox.url}/ledger", "walletproof_mine", [1]))

    assert chain.eth.wait_for_transaction_receipt(key, timeout=5)["status"] == 1
    assert chain.eth.get_balance(order.details["address"]) == 5
    decimals: Any = {"to": Web3.to_checksum_address(keys["token_contract"]), "data": hexed(call("decimals()"))}
    assert int(chain.eth.call(decimals).hex(), 16) == 6
