"""What a story is given: who is who, the time, where to take things down, and the parts of which stories are made.

    scene = Scene(session, keys, tally, workers=4)      once in an engine
    scene.log_in()                                      before the day begins, blocking
    STORIES[name].tell(scene, arrival, due)             each story plays on a scene of its own

The parts stand in speaker (asking), shopping (the target), proving (proofs), paying (the wallet); with `yield from`:

    place · read · cancel · refund · visit · wait_for_goods · goods
    proof · deliver · letter · hand_over
    open · pay · decline · come_back · ledger

What may leave a story beside Unserved: LimitReached and NotApplicable (nobody comes any more, a note says why), and
errors of ours, SandboxError among them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Protocol, Self

from fixtures.model import Order
from fixtures.session import Session
from fixtures.target.setups import WalletSetup
from fixtures.wallets.interface import Keys, Wallet
from load.arrivals import Arrival
from load.stories.house import House
from load.stories.paying import PayingSide
from load.stories.speaker import Unserved
from load.story import Tally, Telling

__all__ = ["Scene", "Unserved"]


class Scene(PayingSide):
    """The stage of one story. `workers` engines share the limits; `now` is the clock, in Unix seconds."""

    def __init__(
        self,
        session: Session,
        keys: Mapping[str, Keys],
        tally: Tally,
        *,
        workers: int = 1,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._set_up(House(session, keys, tally, workers=workers, now=now))

    def _set_up(self, house: House, story: str = "-", setup: str = "-", number: int | None = None) -> None:
        super().__init__(house, story, setup, number)
        self._taken, self._seen = {}, set()
        self._order: Order | None = None

    def of(self, arrival: Arrival) -> Self:
        """The scene of one arrival's story."""
        scene = object.__new__(type(self))
        scene._set_up(self.house, arrival.story, arrival.setup, arrival.number)
        return scene

    def log_in(self) -> None:
        """Logs the buyer in before the day begins, over connections of its own. Raises Inconclusive with the reason."""
        self.house.log_in()

    def close(self) -> None:
        """Closes the connections that an adapter or the login opened."""
        self.house.close()

    @property
    def keys(self) -> Mapping[str, Keys]:
        """Both sides' credentials, by wallet."""
        return self.house.keys

    @property
    def wallets(self) -> Mapping[str, Wallet]:
        """The wallets, by wallet table."""
        return self.house.wallets

    @property
    def setups(self) -> Mapping[str, WalletSetup]:
        """How the target takes them, by wallet table."""
        return self.house.setups

    @property
    def capabilities(self) -> frozenset[str]:
        """What the target can do and show."""
        return self.house.capabilities

    def place(self, setup: str) -> Telling[Order]:
        """See ShoppingSide; the order is what the story is about from now on."""
        order = yield from super().place(setup)
        self._order = order
        return order

    def judged(self, metric: str, due: float) -> Ending:
        """Takes a story down under its metric when the block is left: well, or failed with the sentence of the Unserved
        that ended it. It took from `due` (Unix seconds) until the buyer had what she came for, which the story says to
        what is given here, or until the end of the block."""
        return Ending(self, metric, due)

    @property
    def about(self) -> str | None:
        """The target's id of the order that the story is about, once there is one."""
        return None if self._order is None else self._order.id


class Judged(Protocol):
    """Whose ending is taken down."""

    setup: str
    now: Callable[[], float]

    @property
    def tally(self) -> Tally:
        """Where it is taken down."""

    @property
    def about(self) -> str | None:
        """The target's id of the order that the story is about, once there is one."""


class Ending:
    """When a buyer went home; whatever her story looks at later takes her no time."""

    __slots__ = ("_due", "_metric", "_over", "_scene")

    def __init__(self, scene: Judged, metric: str, due: float) -> None:
        self._scene, self._metric, self._due = scene, metric, due
        self._over: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        scene = self._scene
        seconds = (scene.now() if self._over is None else self._over) - self._due
        if error is None:
            scene.tally.took(self._metric, scene.setup, seconds, scene.about)
        elif isinstance(error, Unserved):
            scene.tally.failed(self._metric, scene.setup, seconds, str(error), scene.about)
        return isinstance(error, Unserved)

    def over(self) -> None:
        """She has what she came for."""
        self._over = self._scene.now()
