"""Many merchants and buyers at one running sandbox at once; who gets no answer sends the very same once more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import httpx

from fixtures.model import Answer, Message, Payment
from fixtures.sandbox import requests
from tests.sandbox.medicine.scene import Buyer, Happening, Scene
from tests.sandbox.medicine.stories import looking, story

CLIENTS = 24
PATIENCE = 60.0  # seconds


@dataclass(slots=True)
class Life:
    """One payment's life, and what of it was acknowledged so far."""

    name: str
    scene: Scene
    acknowledged: list[tuple[Happening, Answer]] = field(default_factory=list)

    @property
    def calls(self) -> list[Message]:
        """The merchant's calls that were answered."""
        return [one for one, _ in self.acknowledged if isinstance(one, Message)]


class Crowd:
    """`url` is where the sandbox is, `token` its control API's; `heard` is called after each answer."""

    def __init__(self, url: str, token: str, heard: Callable[[int], Awaitable[None]] | None = None) -> None:
        self.url = url
        self._token = token
        self._heard = heard
        self.answered = 0
        self.interrupted = 0
        self._up = asyncio.Event()
        self._up.set()
        self._fall = 0

    async def live(self, lives: Iterable[Life]) -> None:
        """Lives them all, CLIENTS at a time. Raises AssertionError for an answer that no genuine call should get."""
        waiting = iter(lives)
        limits = httpx.Limits(max_connections=CLIENTS)
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE, limits=limits) as http:

            async def client() -> None:
                for life in waiting:
                    await self._live(http, life)

            async with asyncio.TaskGroup() as group:
                for _ in range(CLIENTS):
                    group.create_task(client())

    def fallen(self) -> None:
        """From now on nobody answers, and everybody waits."""
        self._fall += 1
        self._up.clear()

    def risen(self) -> None:
        """The sandbox is back where it was."""
        self._up.set()

    async def say(self, http: httpx.AsyncClient, life: Life, happening: Happening) -> Answer:
        """The answer to what happens, however often it has to be said."""
        again = False
        while True:
            await self._up.wait()
            fall = self._fall
            try:
                found = await self._found(http, life, happening) if again else None
                answer = found or await self.said(http, life, happening)
            except httpx.TransportError:
                assert self._fall != fall, "a connection ended though nobody ended it"
                self.interrupted += 1
                again = True
                continue
            # What the buyer did has no key: said again, it is refused where it was done already.
            done = again and not isinstance(happening, Message) and answer.status == 409
            assert answer.status < 300 or done, (life.name, life.scene.mode, happening, answer)
            return answer

    async def _live(self, http: httpx.AsyncClient, life: Life) -> None:
        told = story(life.name, life.scene)
        happening = next(told)
        while True:
            answer = await self.say(http, life, happening)
            life.acknowledged.append((happening, answer))
            self.answered += 1
            if self._heard is not None:
                await self._heard(self.answered)
            try:
                happening = told.send(answer)
            except StopIteration:
                return

    async def _found(self, http: httpx.AsyncClient, life: Life, happening: Happening) -> Answer | None:
        """What came of a call that may have been carried out, where the wallet has to be asked for it."""
        look = looking(life.name, life.scene, happening) if isinstance(happening, Message) else None
        answer = None if look is None else await self.said(http, life, look)
        return answer if answer is not None and answer.status < 300 else None

    async def said(self, http: httpx.AsyncClient, life: Life, happening: Happening) -> Answer:
        """What comes back when it is said once. Raises httpx.TransportError where nothing does."""
        if isinstance(happening, Message):
            method, url, body = happening.method, f"{self.url}/{life.name}{happening.url}", happening.body
            headers = dict(happening.headers)
        else:
            method, path, body = _asked(life, happening)
            url, headers = f"{self.url}/control{path}", {"authorization": f"Bearer {self._token}"}
        response = await http.request(method, url, headers=headers, content=body)
        return Answer(response.status_code, tuple(response.headers.items()), response.content)


def _asked(life: Life, happening: Buyer | Payment) -> requests.Request:
    if isinstance(happening, Buyer):
        return requests.act(life.name, life.scene.reference, happening.action)
    return requests.assume(happening)
