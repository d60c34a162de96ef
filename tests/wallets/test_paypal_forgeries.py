"""PayPal's forgeries: each is refused by a sound receiver, each substitution is validly signed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from fixtures.model import Money, PaymentState
from fixtures.wallets.interface import Forgery, Scene
from fixtures.wallets.paypal import signing, spoiling
from tests.wallets.paypal_shop import BASE, KEYS, NOW
from tests.wallets.test_paypal import MONEY, URL, doubts, fetch, paid, payment, prove, stamp, wallet


def scene(seed: int = 1) -> Scene:
    victim = replace(payment(reference="victim"), state=PaymentState.PAID, paid=MONEY, paid_at=NOW)
    return Scene(victim, paid("other-order"), KEYS, stamp(seed=seed), URL, BASE)


def named(forgeries: Sequence[Forgery], group: str) -> list[Any]:
    return [pytest.param(each, id=each.name) for each in forgeries if each.group == group]


@pytest.mark.parametrize("forgery", named(wallet.forgeries, "forgery"))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_forgeries_are_refused(forgery: Forgery, seed: int) -> None:
    message = forgery.make(scene(seed))
    assert doubts(message)
    assert (message.method, message.url) == ("POST", URL)
    genuine = {name for name, _ in prove("paid", paid()).headers}
    assert {name for name, _ in message.headers} in (genuine, genuine - {signing.SIGNATURE})


@pytest.mark.parametrize("forgery", named(wallet.forgeries, "forgery"))
def test_forgeries_claim_the_victims_money(forgery: Forgery) -> None:
    resource = json.loads(forgery.make(scene()).body)["resource"]
    assert (resource["invoice_id"], resource["status"]) == ("victim", "COMPLETED")
    assert resource["amount"] == {"currency_code": "USD", "value": "19.99"}


@pytest.mark.parametrize("forgery", named(wallet.forgeries, "substitution"))
def test_substitutions_are_validly_signed_and_say_something_else(forgery: Forgery) -> None:
    message = forgery.make(scene())
    assert doubts(message) is None
    told, honest = json.loads(message.body), spoiling.event(scene())
    for each in (told, honest):
        each.pop("id")
    assert told != honest and "victim" in message.body.decode()


def test_forgery_names_are_unique_and_many() -> None:
    names = [(each.group, each.name) for each in wallet.forgeries]
    assert len(set(names)) == len(names)
    assert sum(group == "forgery" for group, _ in names) >= 14
    assert all(each.wrong and each.cost and each.seen_in for each in wallet.forgeries)


def test_the_certificates_of_forgeries_can_be_fetched() -> None:
    for forgery in wallet.forgeries:
        url = forgery.make(scene()).header(signing.CERTIFICATE_URL) or ""
        assert fetch(url.partition("?")[0]).startswith("-----BEGIN CERTIFICATE-----")
    assert spoiling.foreign_gateway("http://127.0.0.1:81/paypal") == "http://localhost:81/paypal"
    assert spoiling.foreign_gateway("http://localhost:81/paypal") == "http://127.0.0.1:81/paypal"


@pytest.mark.parametrize("forgery", wallet.forgeries, ids=lambda each: f"{each.group}.{each.name}")
@pytest.mark.parametrize("money", [Money(1, "USD"), Money(1, "JPY"), Money(99999999, "EUR")], ids=str)
def test_every_price_can_be_forged(forgery: Forgery, money: Money) -> None:
    told = scene()
    other = replace(told.other, asked=money, paid=money)
    message = forgery.make(replace(told, victim=replace(told.victim, asked=money, paid=money), other=other))
    assert bool(doubts(message)) == (forgery.group == "forgery")
