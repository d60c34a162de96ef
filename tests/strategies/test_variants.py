"""Each wallet's variants: made without an error, told apart by name, and as different from the genuine as they say."""

from __future__ import annotations

import json
from random import Random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from fixtures.model import Money, Stamp
from fixtures.strategies.statements import ODD_NUMBERS, ODD_TEXTS, Change, nested
from fixtures.wallets import discover
from fixtures.wallets.fuzzing import Varied
from fixtures.wallets.interface import Scene, Wallet
from fixtures.wallets.respelling import BASE64, ECDSA_WORTHLESS, JSON, P256, der, flipped, pair

NOW = 1_795_000_000.0
WALLETS = sorted(name for name, wallet in discover().items() if isinstance(wallet, Varied))


def scene(wallet: Wallet) -> Scene:
    stamp = Stamp(NOW, Random(1))
    money = Money(1999, wallet.docs.currencies[0])
    paid = [
        wallet.act("settle", wallet.assume(number, money, wallet.modes[0], stamp, "http://127.0.0.1:9/n"), stamp)
        for number in ("123456789012", "210987654321")
    ]
    return Scene(paid[0], paid[1], wallet.published_keys(), stamp, "http://127.0.0.1:9/n", "http://127.0.0.1:9/g")


@pytest.mark.parametrize("name", WALLETS)
def test_every_variant_is_a_message_of_its_own_name(name: str) -> None:
    wallet = discover()[name]
    assert isinstance(wallet, Varied)
    known = [one for one in wallet.variants if one.exists_in(wallet.modes[0])]

    made = [one.make(scene(wallet)) for one in known]

    assert len({one.name for one in wallet.variants}) == len(wallet.variants)
    assert all(header.isprintable() or "\t" in header for message in made for _, header in message.headers)
    assert {"spoilt", "either", "odd"} <= {one.kind for one in known}


def test_the_other_half_of_an_ecdsa_pair_verifies_as_well_and_no_worthless_one_does() -> None:
    key = ec.derive_private_key(7, ec.SECP256R1())
    r, s = pair(key.sign(b"told", ec.ECDSA(SHA256())))

    key.public_key().verify(der(r, P256 - s), b"told", ec.ECDSA(SHA256()))

    for change in ECDSA_WORTHLESS.values():
        with pytest.raises((InvalidSignature, ValueError)):
            key.public_key().verify(change(der(r, s)), b"told", ec.ECDSA(SHA256()))


@pytest.mark.parametrize("name", JSON)
def test_a_json_spelling_means_the_same(name: str) -> None:
    told = {"amount": 1250, "note": "o/ö", "ok": True, "none": None, "parts": [1.5, "so"]}

    assert json.loads(JSON[name](told, Random(1))) == told


@pytest.mark.parametrize("name", BASE64)
def test_a_wrong_character_makes_another_text_in_any_spelling(name: str) -> None:
    text = "c29tZSBieXRlcyB0aGF0IGFyZSBzaWduZWQrLw=="

    assert BASE64[name](flipped(text)) != BASE64[name](text)


PROVING = [(name, mode) for name, wallet in discover().items() if wallet.travel != "observed" for mode in wallet.modes]


@pytest.mark.parametrize(("name", "mode"), PROVING)
def test_a_genuine_proof_can_say_anything_in_any_field(name: str, mode: str) -> None:
    """Half a surrogate pair, too, which JSON can say and UTF-8 cannot."""
    wallet = discover()[name]
    keys, stamp, at = wallet.published_keys(), Stamp(NOW, Random(1)), "http://127.0.0.1:9"
    money = Money(1999, wallet.docs.currencies[0])
    paid = wallet.act("settle", wallet.assume("123456789012", money, mode, stamp, f"{at}/n"), stamp)
    genuine = wallet.prove("paid", paid, keys, stamp, f"{at}/n", f"{at}/g")

    odd = [Change(place, text) for place in range(12) for text in (*ODD_TEXTS, *ODD_NUMBERS, nested(60))]

    for change in odd:
        assert wallet.mutate(genuine, keys, stamp, change).body
