"""The shop floor during one run: who may come in next, which letters are on their way, and the tally of both.

Nothing here waits; Locust's users do, and ask again.
"""

from __future__ import annotations

import heapq
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from fixtures.delivery import Round, Send
from fixtures.model import Exchange, Order, Payment
from fixtures.session import Session
from fixtures.wallets import discover
from fixtures.wallets.interface import Keys
from load.arrivals import Arrival
from load.journal import Journal, Note, Sample
from load.plan import Plan
from load.topics import BUYER_LAG, LETTER_LAG
from load.wire import LoadTarget

Tell = Callable[[Sample], None]

HEAD_START = 1.0  # seconds in which the first users are made, before anybody means to come


@dataclass(order=True, slots=True)
class Errand:
    """A letter of a wallet to the target, due at a time (Unix seconds)."""

    due: float
    number: int
    round: Round = field(compare=False)
    send: Send = field(compare=False)
    payment: Payment = field(compare=False)
    setup: str = field(compare=False)
    begun: float = field(compare=False)


class Floor:
    """One run. `tell` hands each sample to Locust's table, which is decoration; the journal is what counts."""

    def __init__(self, session: Session, plan: Plan, journal: Journal, tell: Tell) -> None:
        self.session, self.plan, self.journal, self._tell = session, plan, journal, tell
        settings = session.settings()
        wallets = discover()
        self.keys: Mapping[str, Keys] = json.loads(Path(session.keys).read_text(encoding="utf-8"))
        self.wallets = {setup: wallets[settings.wallets[setup].wallet or setup] for setup in plan.setups(settings)}
        self.target = LoadTarget(settings, self.wallets, self._exchanged, placed=self._placed)
        self.arrivals = plan.arrivals(settings)
        self.began = time.time() + HEAD_START
        self.closed = False
        self.tally: Counter[tuple[str, str]] = Counter()
        self.worst_lag = 0.0
        self._next = 0
        self._inside = 0
        self._errands: list[Errand] = []
        self._carried = 0
        self._numbers = count()

    # the door

    def due(self, arrival: Arrival) -> float:
        """When the buyer means to come, in Unix seconds."""
        return self.began + arrival.at

    def take(self) -> Arrival | None:
        """The next buyer to come, for whoever will play her; None when all have come or the door is closed."""
        if self.closed or self._next == len(self.arrivals):
            return None
        self._next += 1
        return self.arrivals[self._next - 1]

    def enter(self, arrival: Arrival) -> bool:
        """The buyer comes in, unless the door has been closed meanwhile."""
        if self.closed:
            return False
        self._inside += 1
        self.tally[arrival.setup, "came"] += 1
        self._late(BUYER_LAG, arrival.setup, self.due(arrival))
        return True

    def leave(self) -> None:
        """A buyer leaves."""
        self._inside -= 1

    def seats(self, ahead: float) -> int:
        """How many buyers must be at hand for everybody inside and for those who come within `ahead` seconds."""
        horizon = time.time() - self.began + ahead
        coming = sum(arrival.at <= horizon for arrival in self.arrivals[self._next : self._next + self.plan.buyers])
        return min(self.plan.buyers, self._inside + self._waiting() + coming)

    def _waiting(self) -> int:
        """Arrivals that somebody has taken and that have not come in."""
        return self._next - sum(number for (_, what), number in self.tally.items() if what == "came")

    # the post

    def post(self, setup: str, payment: Payment, round: Round) -> None:
        """Hands over a letter to be carried."""
        send = next(round)
        heapq.heappush(self._errands, Errand(send.at, next(self._numbers), round, send, payment, setup, time.time()))

    def errand(self) -> Errand | None:
        """The next letter that is due."""
        if not self._errands or self._errands[0].due > time.time():
            return None
        self._carried += 1
        errand = heapq.heappop(self._errands)
        self._late(LETTER_LAG, errand.setup, errand.due)
        return errand

    def again(self, errand: Errand, send: Send) -> None:
        """The wallet will repeat the letter."""
        errand.send, errand.due = send, send.at
        heapq.heappush(self._errands, errand)

    def carried(self) -> None:
        """A postman is free again."""
        self._carried -= 1

    # the tally

    def sample(self, sample: Sample) -> None:
        """Takes down a step or a story."""
        self.journal.write(sample)
        self.tally[sample.setup, sample.topic + (":failed" if sample.problem else "")] += 1
        self._tell(sample)

    def note(self, text: str, *, ours: bool = False) -> None:
        """Takes down what is no fault of the target, once."""
        if self.tally["-", text] == 0:
            self.journal.write(Note(text, ours))
        self.tally["-", text] += 1

    def close(self) -> None:
        """Nobody comes in any more."""
        self.closed = True

    @property
    def over(self) -> bool:
        """Whether the day is over, or the door was closed before."""
        return self.closed or time.time() >= self.began + self.plan.seconds

    @property
    def still(self) -> bool:
        """Whether everybody has left and every letter has arrived or been given up."""
        return not (self._inside or self._errands or self._carried)

    def _late(self, topic: str, setup: str, due: float) -> None:
        now = time.time()
        lag = max(0.0, now - due)
        self.worst_lag = max(self.worst_lag, lag)
        self.journal.write(Sample(topic, setup, now, lag))

    def _placed(self, order: Order) -> None:
        self.journal.write(order)

    def _exchanged(self, exchange: Exchange) -> None:
        # The audit asks for deliveries, and a reader for what went wrong; the rest would only fill the history.
        if exchange.source.startswith("wallet:") or exchange.answer is None or exchange.answer.status >= 500:
            self.journal.write(exchange)
