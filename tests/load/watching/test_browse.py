"""Who looks, and who knocks: at a shop that does right, and at shops that do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures.counterpart.postman import Delivery
from fixtures.model import Answer, Given, Message, Money, Order, OrderState, Payment, Stamp, View
from fixtures.target.scripts import Done
from fixtures.wallets import discover
from load.arrivals import Arrival
from load.stories.browse import BROWSING
from load.stories.kind import Kind
from load.stories.knock import KNOCKING, has_a_door, plainest
from load.stories.scene import Scene, Unserved
from load.story import Telling
from tests.load.stories.taking import Taken
from tests.load.teller import Teller

STRIPE = discover()["stripe"]
KEYS = STRIPE.make_keys()
SETUP, MODE, URL = "stripe", STRIPE.modes[0], "http://127.0.0.1:1/notify"
PUSHED = [name for name, wallet in discover().items() if wallet.travel == "pushed"]


class Stage:
    """The parts of a scene that both stories use. `faults` are what the shop does wrong; `did` is what happened."""

    def __init__(self, *faults: str, capabilities: str = "orders cancel") -> None:
        self.faults, self.capabilities = set(faults), set(capabilities.split())
        self.tally = Taken()
        self.did: list[str] = []
        self.messages: list[Message] = []
        self.keys, self.wallets = {SETUP: KEYS}, {SETUP: STRIPE}
        self.setups = {SETUP: SimpleNamespace(mode=MODE, currencies=())}
        self._random, self._paid = Random(1), False

    def of(self, arrival: Arrival) -> Stage:
        return self

    def now(self) -> float:
        return 1_000_000.0

    def stamp(self) -> Stamp:
        return Stamp(self.now(), self._random)

    def notify_url(self, setup: str) -> str:
        return URL

    def gateway_url(self, wallet: str) -> str:
        return f"http://127.0.0.1:2/{wallet}"

    @contextmanager
    def judged(self, metric: str, due: float) -> Iterator[None]:
        try:
            yield
        except Unserved as unserved:
            self.tally.failed(metric, SETUP, 0.0, str(unserved))
        else:
            self.tally.took(metric, SETUP, 0.0)

    def place(self, setup: str) -> Telling[Order]:
        yield from self._do("place")
        return Order("1", "R-1", setup, Money(1999, "USD"), Given(), "first", 0.0)

    def read(self, order: Order) -> Telling[View]:
        yield from self._do("read")
        return View("1", OrderState.PAID if self._paid else OrderState.PENDING)

    def cancel(self, order: Order) -> Telling[Done]:
        yield from self._do("cancel")
        return Done("stubborn" not in self.faults, Answer(409 if "stubborn" in self.faults else 200))

    def deliver(
        self, message: Message, payment: Payment, order: Order | None = None, *, forged: bool = False
    ) -> Telling[Delivery]:
        assert forged
        yield from self._do("deliver")
        self.messages.append(message)
        self._paid = "trusting" in self.faults
        answer = Answer(500 if "crashing" in self.faults else 200 if {"polite", "trusting"} & self.faults else 400)
        return Delivery(message, answer, STRIPE.refusal(answer))

    def _do(self, what: str) -> Telling[None]:
        self.did.append(what)
        if f"no {what}" in self.faults:
            raise Unserved(f"no {what}")
        yield from ()


def told(kind: Kind, *faults: str, **options: str) -> Stage:
    stage = Stage(*faults, **options)
    arrival = Arrival(0, 0.0, SETUP, "story")
    Teller().tell(kind.tell(cast("Scene", stage), arrival, stage.now()))
    return stage


def test_who_looks_leaves_nothing_behind() -> None:
    stage = told(BROWSING)

    assert stage.did == ["place", "read", "cancel"]
    assert (stage.tally.good["browse"], stage.tally.problems) == (1, [])


def test_where_nothing_can_be_cancelled_she_only_reads() -> None:
    assert told(BROWSING, capabilities="orders").did == ["place", "read"]


@pytest.mark.parametrize("what", ["place", "read", "cancel"])
def test_what_fails_is_taken_down_once(what: str) -> None:
    stage = told(BROWSING, f"no {what}")

    assert stage.tally.problems == [("browse", f"no {what}")]


def test_an_order_that_cannot_be_cancelled_is_a_failure() -> None:
    assert told(BROWSING, "stubborn").tally.problems == [
        ("browse", "her order could not be cancelled: answered with 409")
    ]


def test_a_knock_is_refused_and_its_order_cancelled() -> None:
    stage = told(KNOCKING)

    assert stage.did == ["place", "deliver", "read", "cancel"]
    assert (stage.tally.good["knock"], stage.tally.counts["forged"], stage.tally.counts["believed"]) == (1, 1, 0)


def test_without_a_way_back_it_is_about_a_number_that_was_never_given_out() -> None:
    stage = told(KNOCKING, capabilities="orders")

    assert stage.did == ["deliver"] and stage.tally.good["knock"] == 1
    assert b"R-1" not in stage.messages[0].body


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ("trusting", "a forged notification paid an order"),
        ("polite", "a forged notification was acknowledged"),
        ("crashing", "a forged notification was answered with 500"),
        ("no deliver", "no deliver"),
    ],
)
def test_a_shop_that_opens_is_found_out_and_its_order_cancelled(fault: str, problem: str) -> None:
    stage = told(KNOCKING, fault)

    assert stage.tally.problems == [("knock", problem)]
    assert stage.tally.counts["believed"] == (fault == "trusting")
    assert stage.did[-1] == "cancel"


@pytest.mark.parametrize("name", PUSHED)
def test_every_wallet_that_notifies_can_knock(name: str) -> None:
    wallet = discover()[name]

    ways = {mode: plainest(wallet, mode) for mode in wallet.modes}

    assert {way.name for way in ways.values() if way.group == "forgery"} <= {
        "wrong-key",
        "random-signature",
        "unsigned",
    }
    assert [(name, mode) for mode, way in ways.items() if way.group == "hint"] in ([], [("bitpay", "classic")])


@pytest.mark.parametrize(
    ("wallet", "notify", "door"),
    [("stripe", "/notify", True), ("stripe", "/notify/{id}", False), ("stripe", None, False), ("ledger", "/n", False)],
)
def test_only_a_path_that_needs_no_order_is_knocked_at(wallet: str, notify: str | None, door: bool) -> None:
    assert has_a_door(discover()[wallet], cast("Any", SimpleNamespace(notify=notify))) is door


def test_whoever_hangs_up_ends_the_story() -> None:
    ended: Callable[[], None] = KNOCKING.tell(cast("Scene", Stage()), Arrival(0, 0.0, SETUP, "knock"), 0.0).close
    ended()
