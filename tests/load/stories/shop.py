"""A shop of a few lines that takes WeChat Pay's notifications, and the scene on which stories meet it."""

from __future__ import annotations

from collections import Counter
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from fixtures.counterpart.postman import Delivery
from fixtures.delivery import Plan
from fixtures.model import Answer, Given, Message, Money, Order, OrderState, Payment, Stamp, View
from fixtures.wallets.interface import Wording
from fixtures.wallets.wechatpay.proof import examine, opened
from fixtures.wallets.wechatpay.wallet import WALLET
from load.arrivals import Arrival
from load.stories.kind import Kind
from load.stories.scene import Ending, Scene, Unserved
from load.stories.speaker import apart
from load.story import Ask, Heard, Telling, Until, Work
from tests.load.stories.taking import Taken
from tests.load.teller import Teller

SETUP = "wechatpay"
MODE = "pubkey"
PATIENCE = 3.0
PRICE = Money(1234, "CNY")
KEYS = WALLET.published_keys()
URL = "http://127.0.0.1/notify"


class Shop:
    """`busy` notifications are answered 503 before one is heard; `counts` fulfils at every one, `trusting` at whatever
    comes, `deaf` acknowledges genuine ones and does nothing, `polite` acknowledges forgeries and does nothing, `strict`
    refuses what it has heard before."""

    def __init__(self, *faults: str, busy: int = 0) -> None:
        self.faults, self.busy = faults, busy
        self.fulfilments: Counter[str] = Counter()
        self.placed: list[str] = []
        self.heard: list[tuple[float, Message]] = []
        self.teller = Teller(self._answered)
        self.taken = Taken()

    def tell(self, kind: Kind) -> Taken:
        """What came of one arrival's story."""
        scene = cast("Scene", Stage(self))
        self.teller.tell(kind.play(scene, Arrival(0, 0.0, SETUP, "-"), self.teller.now()))
        return self.taken

    def genuine(self) -> list[tuple[float, Message]]:
        """What was proven when it came, with the time."""
        return [(at, message) for at, message in self.heard if examine(message, KEYS, at) is None]

    def _answered(self, ask: Ask) -> Heard:
        self.heard.append((self.teller.now(), ask.message))
        return Heard(Answer(self._status(ask.message)), self.teller.now(), 0.0)

    def _status(self, message: Message) -> int:
        if self.busy:
            self.busy -= 1
            return 503
        if examine(message, KEYS, self.teller.now()) is None:
            reference = opened(message, KEYS)["out_trade_no"]
        elif "trusting" in self.faults:
            reference = self.placed[-1]
        else:
            return 200 if "polite" in self.faults else 401
        if "strict" in self.faults and self.fulfilments[reference]:
            return 409
        if "deaf" not in self.faults:
            self.fulfilments[reference] += 1 if "counts" in self.faults else 1 - self.fulfilments[reference]
        return 200


class Stage:
    """The parts of a scene that the wallets' stories use."""

    def __init__(self, shop: Shop) -> None:
        self._shop, self._random = shop, Random(1)
        self.tally, self.now = shop.taken, shop.teller.now
        self.keys, self.wallets = {SETUP: KEYS}, {SETUP: WALLET}
        self.setups = {SETUP: SimpleNamespace(mode=MODE)}
        self.setup, self.about = SETUP, None
        self.settings = SimpleNamespace(timing=SimpleNamespace(quiet=0.3))

    def stamp(self, at: float | None = None) -> Stamp:
        return Stamp(self.now() if at is None else at, self._random)

    def journey(self, wallet: Any, lost: frozenset[int]) -> Plan:
        return Plan(schedule=(0.5, 0.5, 1.0), lost=lost)

    def door(self, setup: str, order: Order | None) -> str:
        return URL

    def gateway_url(self, wallet: str) -> str:
        return "http://127.0.0.1/gateway"

    def judged(self, metric: str, due: float) -> Ending:
        return Ending(self, metric, due)

    def place(self, setup: str) -> Telling[Order]:
        reference = self.stamp().digits(20)
        self._shop.placed.append(reference)
        yield from ()
        return Order(reference, reference, setup, PRICE, Given(), "first", self.now())

    def open(self, order: Order) -> Telling[Payment]:
        yield from ()
        return WALLET.assume(order.id, order.price, MODE, self.stamp(), URL)

    def pay(self, order: Order) -> Telling[Payment]:
        return WALLET.act("settle", (yield from self.open(order)), self.stamp())

    def read(self, order: Order) -> Telling[View]:
        yield from ()
        times = self._shop.fulfilments[order.id]
        return View(order.id, OrderState.PAID if times else OrderState.PENDING, fulfilments=times)

    def goods(self, order: Order, since: float) -> Telling[View]:
        while self.now() < since + PATIENCE:
            view = yield from self.read(order)
            if view.fulfilments:
                return view
            yield Until(self.now() + 0.05)
        raise Unserved("paid, and not fulfilled")

    def signing(
        self, payment: Payment, event: Any, wording: Wording, *, order: Order, at: float | None = None
    ) -> partial[Message]:
        stamp = apart(self.stamp(at))
        return partial(WALLET.prove, event, payment, KEYS, stamp, URL, self.gateway_url(SETUP), wording)

    def proof(self, payment: Payment, event: Any, wording: Wording, **options: Any) -> Telling[Message]:
        message: Message = yield Work(self.signing(payment, event, wording, **options))
        return message

    def deliver(
        self, message: Message, payment: Payment, order: Order | None = None, *, forged: bool = False
    ) -> Telling[Delivery]:
        heard: Heard = yield Ask(message, PATIENCE)
        return Delivery(message, heard.answer, WALLET.refusal(heard.answer))
