"""A notification spoilt by name is what a forger of the wallet would send; its twin is believed."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from fixtures.model import Answer, Message, Stamp
from fixtures.sandbox.history import Filter
from fixtures.sandbox.post.writing import as_if_paid, write
from fixtures.sandbox.state import State
from fixtures.wallets import discover
from fixtures.wallets.features import Explaining
from fixtures.wallets.interface import Forgery, Scene, Wallet
from tests.sandbox.post.counter import Counter, target

PUSHED = {name: wallet for name, wallet in discover().items() if wallet.travel == "pushed"}
NOW = 1_800_000_000.0
URL = "http://127.0.0.1:9/notify"


def believed(wallet: Wallet, counter: Counter, message: Message) -> bool:
    assert isinstance(wallet, Explaining)
    explanation = wallet.explain_proof(message, counter.state.keys[wallet.name])
    return explanation is None or explanation.believed


@pytest.mark.parametrize(
    ("name", "forgery"),
    [(name, forgery) for name, wallet in PUSHED.items() for forgery in wallet.forgeries],
    ids=lambda value: value.name if isinstance(value, Forgery) else value,
)
def test_it_is_what_the_forger_makes(name: str, forgery: Forgery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(State, "stamp", lambda self: Stamp(NOW, self.random))
    counter = Counter(PUSHED)
    wallet, keys = PUSHED[name], counter.state.keys[name]
    mode = next(mode for mode in wallet.modes if forgery.exists_in(mode))
    victim, other = counter.open(name, URL, mode), counter.pay(name, URL, mode)

    parcel = counter.office.post(name, victim.reference, "paid", spoilt=forgery.name)
    counter.state.random.seed(1)
    made = write(counter.state, parcel, URL)

    drawn = as_if_paid(counter.state, victim)
    wanted = forgery.make(Scene(parcel.about, other, keys, Stamp(NOW, Random(1)), URL, f"/{name}"))
    assert parcel.about.paid == drawn.paid
    assert (made.method, made.url, [key for key, _ in made.headers]) == (
        wanted.method,
        wanted.url,
        [key for key, _ in wanted.headers],
    )
    assert len(made.body) == pytest.approx(len(wanted.body), abs=8)  # where keys are drawn anew, so are signatures


@pytest.mark.parametrize("name", PUSHED)
def test_the_twin_of_a_spoilt_one_is_genuine(name: str) -> None:
    async def scenario() -> None:
        counter = Counter({name: PUSHED[name]})
        forged = next(one for one in PUSHED[name].forgeries if one.name == "wrong-key" or one.group == "forgery")
        async with target(Answer(400), Answer(204)) as shop:
            payment = counter.pay(name, shop.url())
            [spoilt] = await counter.ended(counter.office.post(name, payment.reference, "paid", spoilt=forged.name))
            assert (spoilt.state, spoilt.spoilt, len(shop.got)) == ("given up", forged.name, 1)
            counter.office.duplicate(counter.office.post(name, payment.reference, "paid").id, 1)
            await counter.ended(*counter.office.parcels())
        first, *genuine = counter.state.history.select(Filter(source=f"wallet:{name}"))
        assert first.note == f"{spoilt.id} attempt 1 of 1, spoilt: {forged.name}"
        assert [believed(PUSHED[name], counter, one.request) for one in genuine[:2]] == [True, True]

    asyncio.run(scenario())


@pytest.mark.parametrize("name", PUSHED)
def test_a_forger_with_nobody_else_to_copy_invents_another_payment(name: str) -> None:
    counter = Counter({name: PUSHED[name]})
    victim = counter.open(name, URL)
    for forgery in PUSHED[name].forgeries:
        if forgery.group == "substitution" and forgery.exists_in(victim.mode):
            parcel = counter.office.post(name, victim.reference, "paid", spoilt=forgery.name)
            assert write(counter.state, parcel, URL).url == URL
