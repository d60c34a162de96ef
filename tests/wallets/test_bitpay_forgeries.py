"""Forgeries, substitutions and hints of the emulated BitPay."""

from __future__ import annotations

import json
import re
from random import Random

import pytest

from fixtures.model import Money, Stamp
from fixtures.wallets.bitpay import WALLET
from fixtures.wallets.bitpay.signing import HEADER
from fixtures.wallets.interface import Forgery, Scene
from tests.wallets.test_bitpay import GATEWAY, KEYS, NOW, URL, asked, objection, prove, stamp, told


def scene(mode: str = "signed") -> Scene:
    other = WALLET.assume("B-2", Money(500, "USD"), mode, Stamp(NOW, Random(9)), URL)
    settled = WALLET.act("settle", asked(mode), stamp()), WALLET.act("settle", other, stamp())
    return Scene(*settled, KEYS, stamp(), URL, GATEWAY)


def _each(group: str) -> list[Forgery]:
    return [forgery for forgery in WALLET.forgeries if forgery.group == group]


def _name(forgery: Forgery) -> str:
    return forgery.name


@pytest.mark.parametrize("forgery", _each("forgery"), ids=_name)
def test_a_forgery_is_refused_and_looks_genuine_otherwise(forgery: Forgery) -> None:
    """Its signature does not hold; method, address and the other headers are those of a genuine delivery."""
    given = scene()
    forged, genuine = forgery.make(given), prove("paid", given.victim)

    assert forgery.modes == ("signed",)
    assert objection(forged) is not None
    assert (forged.method, forged.url) == (genuine.method, genuine.url)
    assert json.loads(forged.body) == json.loads(genuine.body)
    for name in ("accept", "content-type"):
        assert forged.header(name) == genuine.header(name)


@pytest.mark.parametrize("forgery", _each("substitution"), ids=_name)
def test_a_substitution_is_signed_but_does_not_say_that_this_invoice_was_paid(forgery: Forgery) -> None:
    """Something a merchant compares is another: id, price, currency or status."""
    given = scene()
    forged, genuine = forgery.make(given), prove("paid", given.victim)

    assert objection(forged) is None
    assert told(forged)["orderId"] == given.victim.reference
    assert any(told(forged)[name] != told(genuine)[name] for name in ("id", "price", "currency", "status"))


@pytest.mark.parametrize("forgery", _each("hint"), ids=_name)
def test_a_hint_is_unsigned_and_names_the_victim(forgery: Forgery) -> None:
    """Fetching the invoice is the only way to know."""
    given = scene("classic")
    forged = forgery.make(given)

    assert forgery.modes == ("classic",)
    assert forged.header(HEADER) is None
    assert told(forged)["orderId"] == given.victim.reference
    assert "complete" in forged.body.decode()


def test_names_of_forgeries_are_unique_and_many() -> None:
    """Each is a permanent slug within its group."""
    names = [(forgery.group, forgery.name) for forgery in WALLET.forgeries]

    assert len(names) == len(set(names))
    assert (len(_each("forgery")) >= 14, len(_each("substitution")) >= 4, len(_each("hint")) >= 4) == (True,) * 3
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for _, name in names)
