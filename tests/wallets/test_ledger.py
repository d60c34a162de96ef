"""Ledger: both chains behind one wallet, its credentials, its log-ins and how they are forged."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.chains import device
from fixtures.chains.bitcoin.address import address_of_key
from fixtures.chains.ethereum.encoding import address_of
from fixtures.model import Answer, Given, Message, Money, Payment, PaymentState, Stamp
from fixtures.sandbox.ledger import WalletBook
from fixtures.wallets.features import Login, Observed
from fixtures.wallets.interface import Refused, Scene, Wallet
from fixtures.wallets.ledger import WALLET

KEYS = WALLET.published_keys()
STAMP = Stamp(1_750_000_000.0, Random(11))
URL = "http://127.0.0.1:9/ledger"
PRICES = {"ethereum": Money(19_990_000, "USDC"), "bitcoin": Money(42_000, "BTC")}
MODES = pytest.mark.parametrize("mode", WALLET.modes)


def address(mode: str, index: int) -> str:
    """The merchant's receive address of that index, from its account key alone."""
    account = device.parse(WALLET.merchant_credentials(KEYS, mode)["account_xpub"])
    public = device.child(device.child(account, 0), index).public
    return address_of(public) if mode == "ethereum" else address_of_key(public, "p2wpkh")


def given_for(mode: str, index: int) -> Given:
    shop = WALLET.merchant_credentials(KEYS, mode)
    if mode == "bitcoin":
        return Given(qr=f"bitcoin:{address(mode, index)}?amount={PRICES[mode].major}")
    to = f"address={address(mode, index)}&uint256={PRICES[mode].amount}"
    return Given(qr=f"ethereum:{shop['token_contract']}@{shop['chain_id']}/transfer?{to}")


def opened(book: WalletBook, mode: str, index: int) -> Payment:
    made = WALLET.assume(f"order-{index}", PRICES[mode], mode, STAMP, None)
    payment = WALLET.watch(made, given_for(mode, index))
    book.save(payment)
    return payment


def asked(book: WalletBook, message: Message) -> Any:
    return json.loads(WALLET.answer(message, book, KEYS, STAMP, URL).answer.body)


def test_it_answers_the_interface_and_two_features() -> None:
    wallet: Wallet = WALLET

    assert isinstance(wallet, Observed)
    assert isinstance(wallet, Login)
    assert wallet.modes[0] == "ethereum"
    assert wallet.events() == {"paid"}
    assert (wallet.signature_of(Message("POST", "/")), wallet.refusal(Answer(500))) == (None, None)


@MODES
def test_the_merchant_gets_its_account_and_nothing_that_spends(mode: str) -> None:
    shop = WALLET.merchant_credentials(KEYS, mode)

    assert device.parse(shop["account_xpub"]).private is None
    assert not [name for name in shop if "mnemonic" in name]
    assert not {value for name, value in KEYS.items() if "mnemonic" in name} & set(shop.values())
    assert shop["chain"] == mode
    assert shop["confirmations"] == "2"


def test_there_is_no_third_mode() -> None:
    with pytest.raises(ValueError, match="solana"):
        WALLET.merchant_credentials(KEYS, "solana")


def test_key_sets_are_fresh_and_of_one_shape() -> None:
    made = WALLET.make_keys()

    assert made.keys() == KEYS.keys()
    assert not {made[name] for name in made if "mnemonic" in name} & set(KEYS.values())


@MODES
def test_the_life_of_a_payment(mode: str) -> None:
    book = WalletBook("ledger")
    order, other = opened(book, mode, 0), opened(book, mode, 1)

    waiting = WALLET.enact("pend", order, book, KEYS, STAMP)
    paid = WALLET.enact("settle", waiting, book, KEYS, STAMP)
    again = WALLET.enact("pay", WALLET.enact("decline", other, book, KEYS, STAMP), book, KEYS, STAMP)
    block = WALLET.prove("paid", paid, KEYS, STAMP, "", URL)

    assert [one.state for one in (waiting, paid, again)] == [PaymentState.PENDING, PaymentState.PAID, PaymentState.PAID]
    assert paid.paid == PRICES[mode]
    assert asked(book, block).get("error") is None
    assert WALLET.operation_of(block) == "other"
    assert WALLET.act("pay", order, STAMP).state is PaymentState.PAID
    with pytest.raises(Refused):
        WALLET.enact("refund", paid, book, KEYS, STAMP, PRICES[mode])


@MODES
def test_nothing_can_be_paid_that_no_address_was_given_for(mode: str) -> None:
    unseen = WALLET.assume("order-9", PRICES[mode], mode, STAMP, None)

    with pytest.raises(Refused, match="address"):
        WALLET.enact("pay", unseen, WalletBook("ledger"), KEYS, STAMP)
    with pytest.raises(ValueError, match=r".+"):
        WALLET.watch(unseen, Given(redirect="https://shop.test"))


@MODES
@pytest.mark.parametrize(
    "situation",
    ["unconfirmed", "shallow", "replaced", "reorganised", "double-spend", "underpaid", "partial", "overpaid",
     "second-payment"],
)  # fmt: skip
def test_situations_are_staged_on_either_chain(mode: str, situation: str) -> None:
    book = WalletBook("ledger")
    order = opened(book, mode, 0)

    told = asked(book, WALLET.stage(situation, order, URL))

    assert told.get("error") is None
    assert told["result"]["transactions"]


def test_every_forgery_is_a_request_that_the_node_takes() -> None:
    mode = "ethereum"
    book = WalletBook("ledger")
    other = WALLET.enact("pay", opened(book, mode, 0), book, KEYS, STAMP)
    book.save(other)
    made = []
    for number, forgery in enumerate(one for one in WALLET.forgeries if one.exists_in(mode)):
        victim = opened(book, mode, number + 1)
        message = forgery.make(Scene(victim, other, KEYS, STAMP, "", URL))
        told = asked(book, message)
        known = book.by_reference(victim.reference)

        assert told.get("error") is None, (forgery.name, told)
        assert known is not None
        assert known.state is PaymentState.OPEN, forgery.name
        made.append(message)

    assert len(set(made)) == len(made) >= 12


def test_the_forgeries_of_its_first_chain_are_its_own() -> None:
    """Those of the other chain are played with the other make."""
    names = [(forgery.group, forgery.name) for forgery in WALLET.forgeries]

    assert len(set(names)) == len(names)
    assert {mode for forgery in WALLET.forgeries for mode in forgery.modes} == {"ethereum"}
    assert all(forgery.wrong and forgery.cost and forgery.seen_in for forgery in WALLET.forgeries)


@pytest.mark.parametrize(
    ("url", "status"), [("/", 404), ("/solana", 404), ("/ethereum", 200), ("/bitcoin/wallet/shop", 401), ("//[", 404)]
)
def test_each_chain_has_its_path(url: str, status: int) -> None:
    message = Message("POST", url, (), b'{"id": 1, "method": "eth_chainId", "params": []}')

    assert WALLET.answer(message, WalletBook("ledger"), KEYS, STAMP, URL).answer.status == status


@pytest.mark.parametrize("kind", ["throttled", "unavailable", "system-error"])
@MODES
def test_outages_are_the_nodes_own(mode: str, kind: Any) -> None:
    answer = WALLET.trouble(kind, Message("POST", f"/{mode}", (), b"{}"))

    assert answer.status >= 400
    assert WALLET.spoil(answer) == answer


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(body=st.binary(max_size=60), path=st.sampled_from(["/ethereum", "/bitcoin", "/bitcoin/wallet/x", "/?"]))
def test_the_gateway_never_crashes(body: bytes, path: str) -> None:
    reply = WALLET.answer(Message("POST", path, (), body), WalletBook("ledger"), KEYS, STAMP, URL)

    assert 200 <= reply.answer.status < 600


def test_the_docs_are_complete() -> None:
    docs = WALLET.docs

    assert all(page.url.startswith("https://") and page.read for page in docs.topics.values())
    assert not set(docs.topics) & set(docs.not_applicable)
    assert docs.operations == {"query", "send", "other"}
    assert set(docs.smallest) == set(docs.largest) == set(docs.currencies)
