"""No forgery pays, none of those nobody signed is acknowledged, and the genuine proof still pays the same order."""

from __future__ import annotations

import pytest

from fixtures.wallets import discover
from fixtures.wallets.interface import Forgery, Scene
from tests.merchant.conftest import SETUPS, Merchant, Wallet

CASES = [
    pytest.param(setup, forgery, id=f"{setup}-{forgery.name}")
    for setup, (name, mode) in SETUPS.items()
    for forgery in discover()[name].forgeries
    if forgery.exists_in(mode)
]


@pytest.mark.parametrize(("wallet", "forgery"), CASES, indirect=["wallet"])
def test_a_forgery_is_refused_and_its_twin_believed(merchant: Merchant, wallet: Wallet, forgery: Forgery) -> None:
    other = merchant.place(wallet.setup)
    wallet.prove(wallet.pay(other))
    victim = merchant.place(wallet.setup)
    wallet.open(victim)
    drawn = wallet.wallet.act("settle", wallet.payment(victim), wallet.stamp())
    url = f"{merchant.url}/notify/{wallet.setup}"
    gateway = wallet.sandbox.gateway_url(wallet.name)
    scene = Scene(drawn, wallet.payment(other), wallet.keys, wallet.stamp(), url, gateway)

    answer = merchant.deliver(forgery.make(scene))

    assert merchant.read(victim)["fulfilments"] == []
    assert len(merchant.read(other)["fulfilments"]) == 1
    assert answer.status < 500
    assert forgery.group == "substitution" or wallet.wallet.refusal(answer) is not None
    wallet.prove(wallet.act(victim, "settle"))
    assert merchant.read(victim)["state"] == "paid"
