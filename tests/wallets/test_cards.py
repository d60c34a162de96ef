"""Tokens whose card a bank declines, that tell another way in which the buyer was authenticated, or are respelt."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from fixtures.acquirer import Card, refusal
from fixtures.model import Message, Money, Stamp
from fixtures.wallets import applepay, discover, googlepay
from fixtures.wallets.applepay.statement import card_of
from fixtures.wallets.features import Carded
from fixtures.wallets.googlepay.keys import payment_roots
from fixtures.wallets.googlepay.proof import card_in
from fixtures.wallets.googlepay.recipient import Recipient, statement
from fixtures.wallets.interface import Wallet

NOW = 1_796_000_000.0
WALLETS: Mapping[str, Wallet] = {name: one for name, one in discover().items() if isinstance(one, Carded)}
MODES = [(name, mode) for name, one in WALLETS.items() for mode in one.modes]


def stamp(seed: int = 3) -> Stamp:
    return Stamp(NOW, Random(seed))


def token(wallet: Wallet, mode: str) -> Message:
    payment = wallet.act("pay", wallet.assume("A-1", Money(1999, "USD"), mode, stamp(), None), stamp())
    return wallet.prove("paid", payment, wallet.published_keys(), stamp(), "", "")


def told(name: str, message: Message, mode: str) -> dict[str, Any]:
    """What a strict receiver reads in a token."""
    keys = WALLETS[name].published_keys()
    if name == "applepay":
        return applepay.WALLET.believed(message, keys, NOW)
    shop = Recipient(keys["recipient_id"], payment_roots(keys), keys["private_key"], frozenset({mode}))
    return statement(shop.open(message.body, NOW), NOW)


def card(name: str, message: Message, mode: str) -> Card:
    return card_of(told(name, message, mode)) if name == "applepay" else card_in(told(name, message, mode))


def carded(name: str) -> Carded:
    return applepay.WALLET if name == "applepay" else googlepay.WALLET


@pytest.mark.parametrize(("name", "mode"), MODES)
def test_only_the_bank_can_tell_that_a_card_will_not_pay(name: str, mode: str) -> None:
    keys, genuine = WALLETS[name].published_keys(), token(WALLETS[name], mode)

    found = card(name, carded(name).unpayable(genuine, keys, stamp(4)), mode)

    assert refusal(keys["issuer_secret"], card(name, genuine, mode), NOW) is None
    assert refusal(keys["issuer_secret"], found, NOW) == "the cryptogram was not made for this card"
    assert len(found.cryptogram or "") == len(card(name, genuine, mode).cryptogram or "")


@pytest.mark.parametrize("indicator", ["05", "07", None])
@pytest.mark.parametrize(("name", "mode"), MODES)
def test_an_indicator_is_what_it_was_made_to_be(name: str, mode: str, indicator: str | None) -> None:
    keys = WALLETS[name].published_keys()

    made = carded(name).indicating(token(WALLETS[name], mode), keys, stamp(4), indicator)

    assert card(name, made, mode).eci == indicator
    assert refusal(keys["issuer_secret"], card(name, made, mode), NOW) is None


@pytest.mark.parametrize(("name", "mode"), MODES)
def test_every_spelling_is_believed_and_none_is_another(name: str, mode: str) -> None:
    genuine = token(WALLETS[name], mode)

    spelt = carded(name).respellings(genuine)

    assert [told(name, one, mode) for one in spelt] == [told(name, genuine, mode)] * len(spelt)
    assert len({genuine.body, *(one.body for one in spelt)}) == len(spelt) + 1
