"""What the target's own orders say: how many payments succeed, who is about to buy, what is stuck. Only reads.

What the target cannot tell is absent, never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, Self

from fixtures.model import OrderState, View
from fixtures.target.client import TargetSilent, TargetUnwell

WINDOW = 3600.0  # seconds that a ratio looks back
STUCK_AFTER = 900.0  # seconds after which an order that is not finished is stuck
GIVEN_UP = 86_400.0  # seconds after which an unpaid order is no longer followed: its buyer has gone
MOST_READS = 20  # orders read at one look
MOST_FOLLOWED = 2000  # orders followed at the same time

Stuck = Literal["pending", "paid"]
"""Where an order is stuck: before the money, or between money and goods."""

_SUCCEEDED = frozenset({OrderState.PAID, OrderState.REFUNDED})


@dataclass(frozen=True, slots=True)
class Standing:
    """How the orders stand. `success` is 0 to 1, `buyers` a number, `stuck` numbers by place; what is not observable
    is None, or is not there."""

    success: float | None = None
    buyers: float | None = None
    stuck: Mapping[Stuck, float] = field(default_factory=dict)

    @classmethod
    def told(cls, numbers: Mapping[str, float]) -> Self:
        """What an adapter told (`fixtures.target.watching.WATCHED`)."""
        payments, succeeded = numbers.get("payments", 0.0), numbers.get("succeeded")
        places: tuple[tuple[Stuck, str], ...] = (("pending", "pending"), ("paid", "unfulfilled"))
        return cls(
            success=min(1.0, succeeded / payments) if payments and succeeded is not None else None,
            buyers=numbers.get("buyers"),
            stuck={place: numbers[name] for place, name in places if name in numbers},
        )


class Shelf(Protocol):
    """Where orders are looked at. Both may raise TargetUnwell."""

    def list(self) -> Sequence[str]:
        """The ids of all orders that may be seen."""

    def read(self, id: str) -> View:
        """One of them."""


@dataclass(frozen=True, slots=True)
class _Followed:
    """An order that is not finished: when it was first seen and last looked at (Unix seconds), and how it stood."""

    since: float
    looked: float
    view: View | None = None

    @property
    def place(self) -> Stuck | None:
        """Where it stands; None before it was read, or where the target shows no state."""
        match self.view:
            case View(state=OrderState.PENDING):
                return "pending"
            case View(state=OrderState.PAID):
                return "paid"
        return None


class Orders:
    """Follows orders from look to look, in bounded memory: the longest unread first.

    `ours` says which ids are the run's own, for those are no buyers; because that may be told a moment late, an order
    counts from the second look on. What stood there at the first look counts from then, because when it was placed is
    not known.
    """

    def __init__(
        self,
        shelf: Shelf,
        ours: Callable[[], Collection[str]] = tuple,
        *,
        window: float = WINDOW,
        stuck_after: float = STUCK_AFTER,
    ) -> None:
        self._shelf, self._ours, self._window, self._stuck_after = shelf, ours, window, stuck_after
        self._listed: frozenset[str] | None = None
        self._followed: dict[str, _Followed] = {}
        self._came: dict[str, float] = {}
        self._decided: dict[str, tuple[float, bool]] = {}
        self._states_shown = False

    def look(self, now: float) -> Standing:
        """Lists, reads some of what is new or unfinished, and tells how things stand. Raises TargetUnwell."""
        first = self._listed is None
        self._take(self._shelf.list(), now)
        for id in self._ours():  # one of them may have been seen before it was told to be ours
            for kept in (self._followed, self._came, self._decided):
                kept.pop(id, None)
        turn = sorted((one.looked, one.view is not None, id) for id, one in self._followed.items())
        for _, _, id in turn[:MOST_READS]:
            self._read(id, now)
        return self._standing(now, first)

    def _take(self, listed: Sequence[str], now: float) -> None:
        before, self._listed = self._listed, frozenset(listed)
        self._came = {id: at for id, at in self._came.items() if now - at < self._window and id in self._listed}
        self._decided = {id: told for id, told in self._decided.items() if now - told[0] < self._window}
        self._followed = {id: one for id, one in self._followed.items() if id in self._listed}
        for id in dict.fromkeys(listed):
            if before is not None and id in before:
                continue
            if before is not None:
                self._came[id] = now
            if len(self._followed) < MOST_FOLLOWED:
                self._followed[id] = _Followed(now, now)

    def _read(self, id: str, now: float) -> None:
        one = replace(self._followed[id], looked=now)
        try:
            one = replace(one, view=self._shelf.read(id))
        except TargetSilent:
            raise
        except TargetUnwell:  # this one is not shown, or not in words of the file; the others may be
            pass
        self._followed[id] = one
        view = one.view
        if view is None:
            return
        self._states_shown |= view.state is not None
        if id in self._came and (view.state in _SUCCEEDED or view.state is OrderState.FAILED):
            self._decided.setdefault(id, (now, view.state in _SUCCEEDED))
        if _finished(view) or (one.place == "pending" and now - one.since > GIVEN_UP):
            del self._followed[id]

    def _standing(self, now: float, first: bool) -> Standing:
        late = [one.place for one in self._followed.values() if now - one.since >= self._stuck_after]
        places: tuple[Stuck, ...] = ("pending", "paid") if self._states_shown else ()
        outcomes = [succeeded for at, succeeded in self._decided.values() if at < now]
        return Standing(
            success=sum(outcomes) / len(outcomes) if outcomes else None,
            buyers=None if first else sum(at < now for at in self._came.values()),
            stuck={place: late.count(place) for place in places},
        )


def _finished(view: View) -> bool:
    """Whether nothing more is to be expected: the goods left, or there will be none."""
    if view.state is OrderState.PAID:
        return view.fulfilments != 0
    return view.state not in (None, OrderState.PENDING) or bool(view.fulfilments)
