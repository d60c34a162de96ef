"""What a story of a payment is made of.

A story yields what happens next and is sent the answer: a `Message` of the merchant to the gateway (origin form), or
what the buyer does. Each call carries a key of its own, so that whoever got no answer sends the very same once more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from fixtures.model import Answer, Message, Payment, Stamp
from fixtures.wallets import discover
from fixtures.wallets.interface import Action


@dataclass(frozen=True, slots=True)
class Buyer:
    """What the buyer does at the wallet."""

    action: Action


Happening = Message | Buyer | Payment
"""A payment is opened without a gateway call, as with wallets that nobody calls."""
Story = Generator[Happening, Answer, None]

NOTIFY = "http://127.0.0.1:9/notify"
PRICE = 1200  # minor units; half of it is given back
HALF = 600
WALLETS = discover()
SETUPS = tuple((name, mode) for name, wallet in WALLETS.items() for mode in wallet.modes)


@dataclass(frozen=True, slots=True)
class Scene:
    """One order at one wallet. `base_url` is where the gateway is reached, `clock` gives Unix seconds.

    `twist` may change what a call says before it is signed.
    """

    mode: str
    reference: str
    base_url: str
    clock: Callable[[], float]
    index: int = 0
    twist: Callable[[Any], Any] = lambda told: told

    @property
    def stamp(self) -> Stamp:
        """Now, with randomness of the order's own."""
        return Stamp(self.clock(), Random(self.reference))


def keys_of(name: str) -> Mapping[str, str]:
    """Both sides' credentials."""
    return WALLETS[name].published_keys()


def written(told: object) -> bytes:
    """JSON."""
    return json.dumps(told, ensure_ascii=False).encode()
