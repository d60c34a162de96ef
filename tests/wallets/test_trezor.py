"""The emulated Trezor as the suite uses it: credentials, payments on both chains, logins and their forgeries."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.chains import device
from fixtures.chains.bitcoin.address import address_of_key
from fixtures.chains.keys import make_keys
from fixtures.model import Answer, Given, Message, Money, Payment, PaymentState, Stamp
from fixtures.sandbox.ledger import WalletBook
from fixtures.wallets.features import Login, LoginForgery, LoginScene, Observed
from fixtures.wallets.interface import Wallet, Wording
from fixtures.wallets.trezor import WALLET, signing

KEYS = WALLET.published_keys()
NOW = 1_790_000_000.0
GROUPS = ("pay", "notify", "amounts", "close", "reconcile", "forgery", "substitution", "replay", "access", "chain")
CODE = "0123456789abcdef01234567"

wallet: Wallet = WALLET
observed: Observed = WALLET
login: Login = WALLET


def stamp(seed: int = 7) -> Stamp:
    return Stamp(NOW, Random(seed))


def address(number: int) -> str:
    account = device.parse(WALLET.merchant_credentials(KEYS, "bitcoin")["account_xpub"])
    return address_of_key(device.child(device.child(account, 0), number).public, "p2wpkh")


def asked(form: str, owner: str) -> dict[str, Any]:
    """What a shop asks of an owner."""
    match form:
        case "trezor-identity":
            return {"hidden": "ab" * 32, "visual": "2026-11-22 10:00:00"}
        case "typed-data":
            kinds = {
                "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "chainId", "type": "uint256"}],
                "Login": [{"name": "account", "type": "address"}, {"name": "nonce", "type": "string"}],
            }
            message = {"account": owner, "nonce": CODE}
            domain = {"name": "shop.test", "chainId": 1}
            return {"typed_data": {"types": kinds, "primaryType": "Login", "domain": domain, "message": message}}
    return {"message": f"Log in to shop.test as {owner}. Code: {CODE}"}


def test_keys_are_complete_and_differ() -> None:
    """Published and fresh ones have the same names; no words are used twice."""
    fresh = make_keys()

    assert set(fresh) == set(KEYS)
    assert len({*fresh.values(), *KEYS.values()}) == 2 * len(KEYS) - 1  # the node's user has one name everywhere


@pytest.mark.parametrize("mode", WALLET.modes)
def test_the_merchant_gets_no_private_key(mode: str) -> None:
    """An extended public key at the account's level, and nothing that signs."""
    credentials = WALLET.merchant_credentials(KEYS, mode)
    account = device.parse(credentials["account_xpub"])

    assert (credentials["chain"], account.private, account.depth) == (mode, None, 3)
    assert credentials["account_xpub"].startswith("vpub" if mode == "bitcoin" else "xpub")
    assert not {"device_mnemonic", "merchant_mnemonic", "chain_mnemonic"} & set(credentials)
    with pytest.raises(ValueError, match="chain"):
        WALLET.merchant_credentials(KEYS, "dogecoin")


@pytest.mark.parametrize("mode", WALLET.modes)
def test_the_life_of_a_payment(mode: str) -> None:
    """Assumed, watched, paid on its chain, shown once more by another block."""
    book = WalletBook("trezor")
    payment = WALLET.assume("A-1", Money(5, "BTC" if mode == "bitcoin" else "ETH"), mode, stamp(), None)
    uri = (
        f"bitcoin:{address(0)}?amount=0.00042"
        if mode == "bitcoin"
        else f"ethereum:{_payee()}@{_chain_id()}?value=42e12"
    )
    payment = WALLET.watch(payment, Given(qr=uri))
    book.save(payment)

    paid = WALLET.enact("pay", payment, book, KEYS, stamp())
    book.save(paid)
    news = WALLET.prove("paid", paid, KEYS, stamp(), "", "", Wording(odd=True, message_id="x"))
    answer = WALLET.answer(news, book, KEYS, stamp(), "").answer

    assert (paid.state, paid.paid) == (PaymentState.PAID, payment.asked)
    assert payment.asked.amount in {42_000, 42 * 10**12}
    assert (answer.status, WALLET.refusal(answer)) == (200, None)
    assert WALLET.operation_of(news) == "other"
    assert WALLET.mutate(news, KEYS, stamp(), dict) == WALLET.with_signature(news, b"") == news
    assert (WALLET.signature_of(news), WALLET.return_visit(paid, KEYS, stamp())) == (None, None)


@pytest.mark.parametrize(
    "situation", ["unconfirmed", "shallow", "replaced", "reorganised", "double-spend", "underpaid"]
)
def test_a_situation_is_brought_about_by_a_request(situation: str) -> None:
    """And pays nothing yet."""
    book = WalletBook("trezor")
    payment = WALLET.assume("A-1", Money(5, "BTC"), "bitcoin", stamp(), None)
    payment = WALLET.watch(payment, Given(qr=f"bitcoin:{address(1)}?amount=0.00042"))
    book.save(payment)

    reply = WALLET.answer(WALLET.stage(situation, payment, ""), book, KEYS, stamp(), "")

    assert json.loads(reply.answer.body)["error"] is None
    assert reply.call.reference == "A-1"
    assert book.payments() == (payment,)


def test_calls_are_understood() -> None:
    """What is read, what is sent, about which order; elsewhere there is no node."""
    book = WalletBook("trezor")
    payment = Payment("trezor", "bitcoin", "1", "A-1", Money(5, "BTC"), details={"address": address(1)})
    book.save(payment)
    read = _rpc("getreceivedbyaddress", [address(1), 2])

    assert (WALLET.operation_of(read), WALLET.reference_of(read, book)) == ("query", "A-1")
    assert WALLET.operation_of(_rpc("sendrawtransaction", ["00"])) == "send"
    assert WALLET.reference_of(_rpc("getblockcount", []), book) is None
    assert WALLET.answer(Message("GET", "/elsewhere"), book, KEYS, stamp(), "").answer.status == 404
    assert WALLET.answer(read, book, KEYS, stamp(), "").call.signed is False
    for path in ("/bitcoin", "/ethereum", "/"):
        for kind in ("throttled", "unavailable", "system-error"):
            assert WALLET.trouble(kind, Message("POST", path)).status >= 200
    assert WALLET.spoil(Answer(200)) == Answer(200)


@pytest.mark.parametrize("form", WALLET.forms)
def test_an_owner_is_believed(form: str) -> None:
    """In Trezor Connect's own spelling, for every kind of address that the form has."""
    for seed in range(8):
        owner = WALLET.account(form, KEYS, stamp(seed))
        words = WALLET.sign_in(form, asked(form, owner.address), owner, KEYS, stamp(seed))

        assert signing.refusal(form, asked(form, owner.address), owner.address, words) is None
        assert set(words) == {"address", "public_key", "signature"}
        assert (words["public_key"] == owner.public_key) == (form == "trezor-identity")
        if form not in {"bitcoin-message", "bip322"}:
            assert re.fullmatch(r"[0-9a-f]{130}", words["signature"])


@pytest.mark.parametrize("forgery", WALLET.login_forgeries, ids=lambda forgery: forgery.name)
def test_a_forged_login_is_refused(forgery: LoginForgery) -> None:
    """It says it is the victim, and a strict shop does not believe it, whatever the kinds of address."""
    for seed in range(6):
        victim, own = (WALLET.account(forgery.form, KEYS, stamp(number)) for number in (seed, seed + 50))
        question = asked(forgery.form, victim.address)
        words = forgery.make(LoginScene(forgery.form, question, victim, own, KEYS, stamp(seed)))

        assert words["address"] == victim.address
        assert signing.refusal(forgery.form, question, victim.address, words)


def test_there_are_forgeries_of_every_form() -> None:
    """Each under a permanent slug."""
    names = [one.name for one in WALLET.login_forgeries]

    assert {one.form for one in WALLET.login_forgeries} == set(WALLET.forms)
    assert len(names) == len(set(names)) >= 8
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names)


@pytest.mark.parametrize("form", [*WALLET.forms, "smoke-signals"])
@pytest.mark.parametrize("asked", [{}, {"message": ""}, {"hidden": "x", "visual": "y"}, {"typed_data": 5}])
def test_a_challenge_that_lacks_something_is_told_in_words(form: str, asked: Mapping[str, Any]) -> None:
    """And so is a form that the device does not have."""
    owner = WALLET.account("personal-sign", KEYS, stamp())

    with pytest.raises(ValueError, match=r"challenge|typed|Trezor"):
        WALLET.sign_in(form, asked, owner, KEYS, stamp())


@given(st.sampled_from(WALLET.forms), st.text(max_size=140), st.text(max_size=70))
def test_nothing_posted_breaks_the_verifier(form: str, signature: str, public_key: str) -> None:
    """Nor is it believed."""
    owner = WALLET.account(form, KEYS, stamp())
    words = {"address": owner.address, "signature": signature, "public_key": public_key}

    assert signing.refusal(form, asked(form, owner.address), owner.address, words)


@given(st.sampled_from(["/bitcoin", "/ethereum", "/", "//"]), st.binary(max_size=80))
def test_no_request_breaks_the_gateway(path: str, body: bytes) -> None:
    """Without a password nothing is done."""
    book = WalletBook("trezor")
    request = Message("POST", path, (("authorization", "Basic \xff"),), body)

    assert WALLET.operation_of(request) in WALLET.docs.operations
    assert WALLET.reference_of(request, book) is None


def test_forgeries_are_known_by_name_and_mode() -> None:
    """Enough of them on its first chain; those of the other are played with the other make."""
    names = [one.name for one in WALLET.forgeries if one.exists_in("bitcoin")]

    assert len(names) == len(set(names)) >= 12
    assert not [one for one in WALLET.forgeries if one.exists_in("ethereum")]


def test_every_group_of_topics_has_a_page_with_the_date_read() -> None:
    """And what makes no sense here has a reason."""
    docs = WALLET.docs

    assert all(group in docs.topics for group in GROUPS)
    assert all(f"login.{form}" in docs.topics for form in WALLET.forms)
    assert all(page.url.startswith("https://") and page.read for page in docs.topics.values())
    assert not set(docs.topics) & set(docs.not_applicable)
    assert all(docs.smallest[coin] <= docs.largest[coin] for coin in docs.currencies)


def _rpc(method: str, params: list[Any]) -> Message:
    return Message("POST", "/bitcoin", (), json.dumps({"method": method, "params": params}).encode())


def _payee() -> str:
    from fixtures.chains.ethereum.encoding import address_of

    account = device.parse(WALLET.merchant_credentials(KEYS, "ethereum")["account_xpub"])
    return address_of(device.child(device.child(account, 0), 0).public)


def _chain_id() -> str:
    return WALLET.merchant_credentials(KEYS, "ethereum")["chain_id"]
