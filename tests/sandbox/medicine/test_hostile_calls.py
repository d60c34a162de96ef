"""Hostile input at every gateway: refused in the vendor's own words, the books untouched, the next call served."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from random import Random

import pytest

from fixtures.model import Answer, Exchange, Message, Payment
from fixtures.sandbox.gateway import OUR_ERROR
from fixtures.wallets.features import Explaining
from fixtures.wallets.interface import Refused
from tests.sandbox.medicine.conftest import Dose
from tests.sandbox.medicine.counter import Counter
from tests.sandbox.medicine.scene import SETUPS, WALLETS, Scene
from tests.sandbox.medicine.spoiling import rubbish, spoilt, twisted
from tests.sandbox.medicine.stories import story

pytestmark = pytest.mark.xdist_group("medicine hostile_calls")  # one sandbox for all of it
IDS = [f"{name}-{mode}" for name, mode in SETUPS]
CHAINS = ("ledger", "trezor")


@pytest.fixture(scope="module")
def counter() -> Counter:
    """Gateways that go through all of it: what one call leaves behind, the next one meets."""
    return Counter()


def _life(counter: Counter, name: str, mode: str, reference: str) -> list[Exchange]:
    index = SETUPS.index((name, mode)) + 100 * len(counter.state.ledger.payments())
    return list(counter.live(name, Scene(mode, reference, counter.base_url(name), time.time, index)))


def _books(counter: Counter, name: str) -> tuple[Payment, ...]:
    return counter.state.ledger.book(name).payments()


def _ask(counter: Counter, name: str, message: Message) -> Exchange:
    """Sends what is hostile and asserts what must hold whatever it was."""
    before = _books(counter, name)
    answer = counter.ask(name, message)
    exchange = counter.newest()
    assert exchange.note != OUR_ERROR, (exchange.error, message.method, message.url[:200], message.body[:300])
    assert answer.status < 500 or _documented(name, answer), (answer, message)
    call = exchange.call
    if call is None or call.problem is not None or call.signed is False:
        assert _books(counter, name) == before, (call, message)
    wallet = WALLETS[name]
    if isinstance(wallet, Explaining):
        found = wallet.explain_call(exchange.request, counter.state.keys[name])
        assert found is None or found.believed or call is None or not call.signed, (found, exchange)
    return exchange


def _documented(name: str, answer: Answer) -> bool:
    """Bitcoin's node answers its older callers 500 with the error of JSON-RPC in the body."""
    return name in CHAINS and answer.status == 500 and b'"error":{"code":-' in answer.body


@pytest.mark.parametrize(("name", "mode"), SETUPS, ids=IDS)
def test_a_genuine_life_is_served_and_its_signatures_are_explained(counter: Counter, name: str, mode: str) -> None:
    for exchange in _life(counter, name, mode, f"LIFE{SETUPS.index((name, mode)):04}"):
        assert exchange.answer is not None and exchange.call is not None
        assert (exchange.answer.status < 300, exchange.call.problem) == (True, None), exchange
        wallet = WALLETS[name]
        if isinstance(wallet, Explaining):
            found = wallet.explain_call(exchange.request, counter.state.keys[name])
            assert found is None or found.believed, found


@pytest.mark.parametrize(("name", "mode"), SETUPS, ids=IDS)
def test_rubbish_and_spoilt_calls_are_refused(counter: Counter, name: str, mode: str, dose: Dose) -> None:
    lived = _life(counter, name, mode, f"SPOIL{SETUPS.index((name, mode)):04}")
    random = Random(f"{name} {mode}")
    for exchange in lived:
        for _ in range(dose.mutations):
            _ask(counter, name, spoilt(exchange.request, random))
    for message in _every(lived) if dose.whole else rubbish(lived[0].request):
        _ask(counter, name, message)
    _life(counter, name, mode, f"STILL{SETUPS.index((name, mode)):04}")


@pytest.mark.parametrize(("name", "mode"), SETUPS, ids=IDS)
def test_nonsense_that_the_merchant_signed_itself_is_refused(
    counter: Counter, name: str, mode: str, dose: Dose
) -> None:
    random = Random(f"nonsense {name} {mode}")
    own = SETUPS.index((name, mode))
    calls = len(_life(counter, name, mode, f"LENGTH{own:04}"))
    for number in range(dose.mutations * calls):
        asked, place = count(), number % calls

        def twist(told: object, asked: count[int] = asked, place: int = place) -> object:
            return twisted(told, random) if next(asked) == place else told

        scene = Scene(mode, f"NO{own:04}N{number:04}", counter.base_url(name), time.time, 9_000 + number, twist)
        _follow(counter, name, scene)
    _life(counter, name, mode, f"AFTER{own:04}")


def _follow(counter: Counter, name: str, scene: Scene) -> None:
    told = story(name, scene)
    try:
        happening = next(told)
        while True:
            answer = Answer(204)
            if isinstance(happening, Message):
                answer = _ask(counter, name, happening).answer or answer
            else:
                counter.happen(name, scene.reference, happening)
            happening = told.send(answer)
    except (StopIteration, LookupError, ValueError, TypeError, Refused):
        return  # the merchant or its buyer cannot go on with what was answered


def _every(lived: list[Exchange]) -> Iterator[Message]:
    for exchange in lived:
        yield from rubbish(exchange.request)
