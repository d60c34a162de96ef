"""A sandbox's gateways without a network: one call is one function, through the same door as any other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fixtures.model import Answer, Exchange, Message, Payment
from fixtures.sandbox import deeds
from fixtures.sandbox.gateway import Sent, Visit, serve
from fixtures.sandbox.history import Filter
from fixtures.sandbox.state import State
from tests.sandbox.medicine.scene import WALLETS, Buyer, Scene, Story
from tests.sandbox.medicine.stories import story

HOST = "127.0.0.1:8900"


class Counter:
    """The gateways of all wallets over books of their own."""

    def __init__(self) -> None:
        keys = {name: wallet.published_keys() for name, wallet in WALLETS.items()}
        self.state = State(WALLETS, keys, seed=7)

    def base_url(self, name: str) -> str:
        """Where the gateway would be reached."""
        return f"http://{HOST}/{name}"

    def ask(self, name: str, message: Message) -> Answer:
        """The answer to a call."""
        heard = replace(message, headers=(("host", HOST), *message.headers))
        try:
            serve(self.state, Visit(name, heard, self.base_url(name))).send(None)
        except StopIteration as ended:
            sent: Sent = ended.value
        assert sent.answer is not None
        return sent.answer

    def newest(self) -> Exchange:
        """The latest exchange of the history."""
        (found,) = self.state.history.select(Filter(after=len(self.state.history) - 1))
        return found

    def live(self, name: str, scene: Scene) -> Iterator[Exchange]:
        """Lives a payment's story and yields each exchange of it, as the history has it."""
        told: Story = story(name, scene)
        happening = next(told)
        while True:
            answer = Answer(204)
            if isinstance(happening, Message):
                answer = self.ask(name, happening)
                yield self.newest()
            else:
                self.happen(name, scene.reference, happening)
            try:
                happening = told.send(answer)
            except StopIteration:
                return

    def happen(self, name: str, reference: str, happening: Buyer | Payment) -> None:
        """What happens without the merchant's doing. Raises KeyError, Refused."""
        if isinstance(happening, Buyer):
            deeds.move(self.state, name, reference, happening.action)
        else:
            deeds.assume(self.state, happening)

    def payment(self, name: str, reference: str) -> Payment:
        """What the book says."""
        found = self.state.ledger.book(name).by_reference(reference)
        assert found is not None
        return found
