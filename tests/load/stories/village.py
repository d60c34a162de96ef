"""A shop that speaks the canonical contract and a sandbox that keeps its ledger, both without a socket."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fixtures.model import Answer, Exchange, Message, Payment, Stamp
from fixtures.sandbox.bodies import Errand
from fixtures.session import Session
from fixtures.target.reading import CANONICAL
from fixtures.wallets import discover
from fixtures.wallets.interface import Action, Refused, Wallet
from fixtures.wire import dump, load
from load.arrivals import Arrival
from load.stories import STORIES
from load.stories.scene import Scene
from load.story import Ask, Heard, NoAnswer
from tests.load.stories.taking import Taken
from tests.load.teller import Teller

SHOP, SANDBOX = "http://127.0.0.1:1", "http://127.0.0.1:2"
SOON = 0.01  # seconds that an answer takes
WALLETS = discover()
KEYS = {name: wallet.published_keys() for name, wallet in WALLETS.items()}

Mend = Callable[[Message, Answer], Answer | None]


@dataclass(slots=True)
class Sold:
    """An order as the shop has it."""

    id: str
    state: str = "pending"
    refunded: int = 0
    fulfilments: int = 0


@dataclass(slots=True)
class Village:
    """`goods` leave at each notification, `early` ones when the order is placed; the shop `forgets` what it refunds, or
    the wallet sends nobody back (`returns`). `mend` may change an answer of the shop, or take it away."""

    setup: str = "stripe"
    goods: tuple[int, ...] = (1,)
    early: int = 0
    forgets: bool = False
    returns: bool = True
    mend: Mend = lambda message, answer: answer
    session: Session = field(init=False)
    taken: Taken = field(default_factory=Taken)
    said: list[Ask] = field(default_factory=list)
    sold: dict[str, Sold] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    notified: int = 0
    number: int = 0

    def __post_init__(self) -> None:
        self.session = Session(None, None, SHOP, SANDBOX, "t", "-", "run", 1, 0, "usual", None, None, 0.0)

    def described(self, folder: Path, first: str = "", last: str = "") -> Village:
        """The same by a target file: the canonical one with keys before the first table and after the last."""
        consent = 'capabilities = ["gateway", "load"]\n'
        text = CANONICAL.read_text("utf-8").replace("${BASE_URL}", SHOP)
        file = folder / "target.toml"
        file.write_text(f"{consent}{first}\n{text}\n{last}\n", "utf-8")
        self.session = Session(str(file), None, None, SANDBOX, "t", "-", "run", 1, 0, "usual", None, None, 0.0)
        return self

    def tell(self, story: str, seed: int = 0) -> Taken:
        """What came of one arrival's story; another number is another draw."""
        teller = Teller(self._answered)
        scene = Scene(self.session, KEYS, self.taken, now=teller.now)
        self._now = teller.now
        teller.tell(STORIES[story].tell(scene, Arrival(seed, 0.0, self.setup, story), teller.now()))
        return self.taken

    _now: Callable[[], float] = field(init=False)

    @property
    def wallet(self) -> Wallet:
        """The one with which everybody pays."""
        return WALLETS[self.setup]

    def _answered(self, ask: Ask) -> Heard:
        self.said.append(ask)
        message = ask.message
        if ask.side == "sandbox":
            return Heard(self._sandbox(message), self._now(), SOON)
        answer = self.mend(message, self._shop(message))
        if answer is None:
            raise NoAnswer(f"nothing came of {message.url}")
        return Heard(answer, self._now(), SOON)

    # the shop

    def _shop(self, message: Message) -> Answer:
        match message.method, *urlsplit(message.url).path.strip("/").split("/"):
            case "POST", "orders":
                return self._placed()
            case "GET", "orders", id:
                return self._shown(self.sold[id])
            case "POST", "orders", id, "refunds":
                self.sold[id].refunded = 0 if self.forgets else 10**9
                return Answer(200)
            case "POST", "notify", _:
                self._paid(self.goods[min(self.notified, len(self.goods) - 1)])
                self.notified += 1
                return Answer(200, (), b"success" if self.setup == "alipay" else b"")
            case "POST", "orders", _, "payments":
                self._paid(self.goods[0])
                return Answer(200)
        return Answer(200, (), b"a page")

    def _placed(self) -> Answer:
        self.number += 1
        sold = Sold(f"order-{self.number:08}", fulfilments=self.early)
        self.sold[sold.id] = sold
        reference = f"ref-{self.number:08}"
        if self.wallet.travel == "pushed":
            house, mode = Scene(self.session, KEYS, self.taken).house, self.wallet.modes[0]
            money, url = house.item(self.setup).price, house.notify_url(self.setup)
            made = self.wallet.assume(reference, money, mode, self._stamp(), url)
            self.payments[reference] = replace(made, return_url=f"{SHOP}/return" if self.returns else None)
        payment = {"redirect": None, "qr": None, "client_secret": None}
        return _json({"id": sold.id, "reference": reference, "payment": payment}, 201)

    def _paid(self, goods: int) -> None:
        last = self.sold[f"order-{self.number:08}"]
        last.state, last.fulfilments = "paid", last.fulfilments + goods

    def _shown(self, sold: Sold) -> Answer:
        price = {"amount": 1000, "currency": "USD"}
        shown = {"state": sold.state, "refunded": sold.refunded, "fulfilments": sold.fulfilments}
        return _json({"id": sold.id, **price, **shown})

    # the sandbox

    def _sandbox(self, message: Message) -> Answer:
        parts = urlsplit(message.url)
        match message.method, *parts.path.removeprefix("/control/").split("/"):
            case "GET", "payments":
                found = self.payments.get(parse_qs(parts.query)["reference"][0])
                return Answer(200, (), dump(list[Payment], [found] if found else []))
            case "POST", "payments":
                made = load(Payment, message.body)
                if made.reference in self.payments:
                    return _json({"problem": "there is one"}, 409)
                self.payments[made.reference] = made
                return Answer(200, (), dump(Payment, made))
            case "POST", "payments", _, reference, action:
                return self._acted(reference, action)
            case "POST", "deliveries":
                errand = load(Errand, message.body)
                answer = self._shop(errand.message)
                sent = Exchange("wallet", "target", errand.message, answer, self._now(), SOON, order=errand.order)
                return Answer(200, (), dump(Exchange, sent))
        return Answer(404)

    def _acted(self, reference: str, action: Any) -> Answer:
        payment, wanted = self.payments.get(reference), action
        if payment is None:
            return Answer(404)
        try:
            self.payments[reference] = self._act(wanted, payment)
        except Refused as refused:
            return _json({"problem": str(refused)}, 409)
        return Answer(200, (), dump(Payment, self.payments[reference]))

    def _act(self, action: Action, payment: Payment) -> Payment:
        return self.wallet.act(action, payment, self._stamp())

    def _stamp(self) -> Stamp:
        return Stamp(self._now(), Random(self.number))


def _json(document: Any, status: int = 200) -> Answer:
    return Answer(status, (("Content-Type", "application/json"),), json.dumps(document).encode())
