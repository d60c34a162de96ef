"""What kinds of stories there are: who tells them, how often, and what the target must be able to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fixtures.target.setups import WalletSetup
from fixtures.wallets.interface import Wallet
from load.arrivals import Arrival
from load.stories.scene import Scene
from load.story import Story

Play = Callable[[Scene, Arrival, float], Story]
"""Tells one arrival's story; the float is when somebody meant to come, in Unix seconds."""

Plays = Callable[[Wallet, WalletSetup], bool]
"""Whether a story makes sense with a wallet as the target takes it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of story.

    `weight` is its share where the target file says nothing, `needs` are capabilities of the target, `by` is who comes
    to the target, `pays` says whether money moves, `orders` how many it places at most, `plays` whether it makes sense
    with a wallet. `production` is what a live target must be capable of, so that it needs no proof of ours and leaves
    nothing behind; with None it is never told there.
    """

    play: Play
    weight: float
    needs: frozenset[str] = frozenset({"orders"})
    by: Literal["buyer", "wallet"] = "buyer"
    pays: bool = True
    orders: int = 1
    plays: Plays = lambda wallet, setup: True
    production: frozenset[str] | None = None

    def tell(self, scene: Scene, arrival: Arrival, due: float) -> Story:
        """The story of one arrival, due at that Unix time, on a scene of its own."""
        return self.play(scene.of(arrival), arrival, due)
