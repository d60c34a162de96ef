"""Ledger's log-ins: what the device signs, who is let in by it, and who is not."""

from __future__ import annotations

import re
from base64 import b64decode
from random import Random
from typing import Any

import pytest
from coincurve import PublicKey

from fixtures.chains import device
from fixtures.chains.bitcoin.address import address_of_key
from fixtures.chains.ethereum import messages, siwe
from fixtures.chains.ethereum.encoding import unhex
from fixtures.model import Stamp
from fixtures.wallets.features import Account, LoginForgery, LoginScene
from fixtures.wallets.ledger import WALLET, signing
from tests.chains.ethereum_desk import VECTORS

KEYS = WALLET.published_keys()
STAMP = Stamp(1_750_000_000.0, Random(11))

# Log-ins: a strict server of our own, which knows nothing but what it asked.


def challenge(form: str, owner: Account) -> dict[str, Any]:
    """What a shop asks an account to sign."""
    if form == "typed-data":
        domain = {"name": "shop.test", "version": "1", "chainId": 31337, "verifyingContract": "0x" + "11" * 20}
        types = {
            "EIP712Domain": [
                {"name": "name", "type": "string"},
                {"name": "version", "type": "string"},
                {"name": "chainId", "type": "uint256"},
                {"name": "verifyingContract", "type": "address"},
            ],
            "Login": [{"name": "account", "type": "address"}, {"name": "nonce", "type": "string"}],
        }
        message = {"account": owner.address, "nonce": "f3a91c02b7d4e655"}
        return {"typed_data": {"types": types, "primaryType": "Login", "domain": domain, "message": message}}
    if form == "siwe":
        message_ = siwe.Siwe(
            domain="shop.test",
            address=owner.address,
            uri="https://shop.test/login",
            chain_id=31337,
            nonce="f3a91c02b7d4e655",
            issued_at="2027-01-15T08:00:00Z",
            expiration_time="2027-01-15T08:05:00Z",
            statement="Log in to shop.test",
        )
        return {"message": str(message_)}
    return {"message": f"shop.test asks {owner.address} to log in, number f3a91c02b7d4e655"}


def let_in(form: str, question: dict[str, Any], owner: Account, words: Any) -> bool:
    """Whether a sound server believes the words; it goes by its own question only."""
    if words["address"] != owner.address:
        return False
    try:
        if form == "bitcoin-message":
            return from_bitcoin(question, words["signature"]) == owner.address
        signer = messages.recovered(signing.digest(form, question), unhex(words["signature"]))
    except ValueError:
        return False
    return signer == owner.address


def from_bitcoin(question: dict[str, Any], signature: str) -> str | None:
    """The signer's address, of the kind that the account which was asked has."""
    raw = b64decode(signature, validate=True)
    if len(raw) != 65 or not 31 <= raw[0] <= 34:
        return None
    try:
        digest = signing.bitcoin_digest(question["message"].encode())
        public = PublicKey.from_signature_and_message(raw[1:] + bytes([raw[0] - 31]), digest, hasher=None).format()
    except Exception as error:  # libsecp256k1 has no type for a signature that is none
        raise ValueError(str(error)) from None
    kinds = [address_of_key(public, kind) for kind in ("p2wpkh", "p2sh-p2wpkh", "p2pkh")]
    return next((known for known in kinds if known in question["message"]), None)


def somebody(form: str, number: int) -> Account:
    return WALLET.account(form, KEYS, Stamp(STAMP.now, Random(number)))


@pytest.mark.parametrize("form", WALLET.forms)
@pytest.mark.parametrize("number", range(4))
def test_the_owner_is_let_in(form: str, number: int) -> None:
    owner = somebody(form, number)
    question = challenge(form, owner)

    words = WALLET.sign_in(form, question, owner, KEYS, Stamp(STAMP.now, Random(number)))

    assert let_in(form, question, owner, words)
    if form == "bitcoin-message":
        assert b64decode(words["signature"])[0] in {31, 32}
    else:
        assert re.fullmatch(r"0x[0-9a-f]{128}(00|01|1b|1c)", words["signature"])


@pytest.mark.parametrize("forgery", WALLET.login_forgeries, ids=lambda forgery: forgery.name)
def test_nobody_else_is(forgery: LoginForgery) -> None:
    victim, own = somebody(forgery.form, 1), somebody(forgery.form, 2)
    question = challenge(forgery.form, victim)
    scene = LoginScene(forgery.form, question, victim, own, KEYS, STAMP)

    words = {**question, **forgery.make(scene)}

    assert {"address", "public_key", "signature"} <= words.keys()
    assert not let_in(forgery.form, question, victim, words)
    assert forgery.wrong and forgery.cost and forgery.seen_in


def test_log_in_forgeries_have_names_of_their_own() -> None:
    names = [forgery.name for forgery in WALLET.login_forgeries]

    assert len(set(names)) == len(names) >= 8
    assert {forgery.form for forgery in WALLET.login_forgeries} == set(WALLET.forms)


@pytest.mark.parametrize("form", WALLET.forms)
def test_a_challenge_without_its_text_is_refused_in_words(form: str) -> None:
    with pytest.raises(ValueError, match="challenge has no"):
        WALLET.sign_in(form, {"id": "1"}, somebody(form, 1), KEYS, STAMP)


def test_only_its_own_forms_are_signed() -> None:
    with pytest.raises(ValueError, match="bip322"):
        WALLET.account("bip322", KEYS, STAMP)
    with pytest.raises(ValueError, match="bip322"):
        WALLET.sign_in("bip322", {"message": "x"}, somebody("siwe", 1), KEYS, STAMP)


# What Ledger and Electrum write: 31 or 32 whatever the kind of address.
# The other make's host rewrites decomposed letters before its device sees them.
OLD_HEADERS = [
    one
    for one in VECTORS["btc_signmessage"]
    if one["expect"] == "valid" and one["header"] in {31, 32} and "NFKD" not in one["id"]
]


@pytest.mark.parametrize("vector", OLD_HEADERS, ids=lambda vector: vector["id"])
def test_bitcoin_messages_are_signed_byte_for_byte(vector: dict[str, Any]) -> None:
    digest = signing.bitcoin_digest(vector["message"].encode())
    r, s, parity = device.sign(bytes.fromhex(vector["private_key_hex"]), digest)

    assert digest.hex() == vector["message_digest_hex"]
    assert (bytes([31 + parity]) + r.to_bytes(32, "big") + s.to_bytes(32, "big")).hex() == vector["signature_hex"]
