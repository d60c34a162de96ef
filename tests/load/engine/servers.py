"""Servers that say, byte for byte, what a test wants, in the loop of the engine that asks them."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import uvloop

from fixtures.model import Message
from load.engine.pool import Pool
from load.story import Ask, Heard, Side

T = TypeVar("T")
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

BOUND = 20.0  # seconds; no test may take longer
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Twice: 1\r\nx-twice: 2\r\n\r\nok"


def run(test: Coroutine[Any, Any, T]) -> T:
    """Runs it on the engine's kind of loop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(asyncio.wait_for(test, BOUND))


@asynccontextmanager
async def serving(handler: Handler, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """The URL of a server that handles every connection so."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    host, port = server.sockets[0].getsockname()[:2]
    try:
        yield f"http{'s' if context else ''}://{'localhost' if context else host}:{port}"
    finally:
        server.close()


async def request(reader: asyncio.StreamReader) -> bytes:
    """The bytes of the next request."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
    return head + (await reader.readexactly(int(length[1])) if length else b"")


class Script:
    """Gives the answers one after the other, over however many connections; `every` byte for itself if so wished.

    After an answer of `closing` the connection is closed. `requests` are what was asked, `connections` how many came.
    """

    def __init__(self, *answers: bytes, closing: frozenset[int] = frozenset(), every_byte: bool = False) -> None:
        self._answers, self._closing, self._every_byte = list(enumerate(answers)), closing, every_byte
        self.requests: list[bytes] = []
        self.connections = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while True:
            self.requests.append(await request(reader))
            number, answer = self._answers.pop(0)
            for part in [answer[at : at + 1] for at in range(len(answer))] if self._every_byte else [answer]:
                writer.write(part)
                await writer.drain()
                if self._every_byte:
                    await asyncio.sleep(0)
            if number in self._closing:
                return


class Ear:
    """Waits for one answer."""

    def __init__(self) -> None:
        self._future: asyncio.Future[Heard] = asyncio.get_running_loop().create_future()

    def go(self, heard: Heard | None, problem: Exception | None = None) -> None:
        """The pool's."""
        if heard is None:
            self._future.set_exception(problem or ValueError("neither an answer nor a problem"))
        else:
            self._future.set_result(heard)

    async def result(self) -> Heard:
        """What came of it."""
        return await self._future


@asynccontextmanager
async def pool(trust: ssl.SSLContext | None = None) -> AsyncIterator[Pool]:
    """A pool for the length of a block."""
    made = Pool(asyncio.get_running_loop(), lambda url, side: None, trust)
    try:
        yield made
    finally:
        made.close()


async def ask(
    pool: Pool, url: str, method: str = "GET", *, body: bytes = b"", seconds: float = 5.0, side: Side = "target"
) -> Heard:
    """One request. Raises NoAnswer."""
    ear = Ear()
    refused = pool.ask(Ask(Message(method, url, (), body), seconds, side), ear)
    if refused is not None:
        raise refused
    return await ear.result()
