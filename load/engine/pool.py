"""Requests over connections that are kept alive. An answer wakes nobody up: it is handed straight to who asked."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Protocol

from fixtures.model import Answer
from load.engine.connection import CLOSED, Connection
from load.engine.deadlines import Deadlines
from load.engine.requests import Place, Unsendable, place, split, written
from load.story import Ask, Heard, NoAnswer, Side

KEPT = 1.5  # seconds; the shortest that common servers keep an idle connection is 2
ADDRESS_KEPT = 30.0  # seconds until a host's name is looked up again

Allowed = Callable[[str, Side], str | None]
"""Why nothing may be sent to an origin (a URL) on that side; None if it may."""

_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM})
"""Errors of a connection that say something about this machine, not about who was asked."""


class Asker(Protocol):
    """Who waits for an answer."""

    def go(self, heard: Heard | None, problem: Exception | None = None) -> None:
        """The answer, or why there is none: a NoAnswer, or an OSError where this machine has no connections left."""


class Origin:
    """One origin, its idle connections (the one used last at the end) and the addresses of its host."""

    def __init__(self, where: Place, trust: ssl.SSLContext | None, loop: asyncio.AbstractEventLoop) -> None:
        self.where, self._loop = where, loop
        self._posted: list[tuple[asyncio.Transport, bytes]] = []
        self.tls = (trust or ssl.create_default_context()) if where.scheme == "https" else None
        self.idle: list[Connection] = []
        self.refused: dict[Side, str | None] = {}
        self._addresses: list[str] = []
        self._looked_up = 0.0

    async def dial(self, loop: asyncio.AbstractEventLoop) -> Connection:
        """A new connection, to the first of the host's addresses that takes one. Raises OSError."""
        if not self._addresses or loop.time() - self._looked_up > ADDRESS_KEPT:
            found = await loop.getaddrinfo(self.where.host, self.where.port, type=socket.SOCK_STREAM)
            self._addresses, self._looked_up = list(dict.fromkeys(str(each[4][0]) for each in found)), loop.time()
        *others, last = self._addresses
        for address in others:
            with suppress(OSError):
                return await self._dialled(loop, address)
            if self._addresses[0] == address:  # nobody listens there, such as on ::1 of a server that knows IPv4 only
                self._addresses = [*self._addresses[1:], address]
        return await self._dialled(loop, last)

    async def _dialled(self, loop: asyncio.AbstractEventLoop, address: str) -> Connection:
        name = self.where.host if self.tls else None
        _, made = await loop.create_connection(
            lambda: Connection(self), address, self.where.port, ssl=self.tls, server_hostname=name
        )
        return made

    def post(self, transport: asyncio.Transport, request: bytes) -> None:
        """Writes what the loop's present round brings all at once: a server that sleeps between two requests costs who
        wakes it more than the request."""
        if not self._posted:
            self._loop.call_soon(self._write)
        self._posted.append((transport, request))

    def _write(self) -> None:
        posted, self._posted = self._posted, []
        for transport, request in posted:
            if not transport.is_closing():
                transport.write(request)

    def take_back(self, connection: Connection) -> None:
        """A connection that has served and may serve again."""
        connection.idle_since = time.monotonic()
        self.idle.append(connection)

    def free(self) -> Connection | None:
        """An idle connection that is still open; the one that was used last is the least likely to be stale."""
        idle = self.idle
        while idle:
            connection = idle.pop()
            if connection.open:
                return connection
        return None

    def drop_stale(self, before: float) -> None:
        """Closes what has been idle since before that time (monotonic seconds)."""
        stale = 0
        while stale < len(self.idle) and self.idle[stale].idle_since < before:
            self.idle[stale].close()
            stale += 1
        del self.idle[:stale]


class Errand:
    """One request on its way."""

    __slots__ = (
        *("_ask", "_asker", "_at", "_connection", "_dialling", "_origin", "_pool", "_request", "_start"),
        *("method", "moment"),
    )

    def __init__(self, pool: Pool, origin: Origin, ask: Ask, asker: Asker, request: bytes) -> None:
        self._pool, self._origin, self._ask, self._asker, self._request = pool, origin, ask, asker, request
        self._connection: Connection | None = None
        self._dialling: asyncio.Task[None] | None = None
        self.method, self.moment = ask.message.method, 0
        self._at, self._start = time.time(), time.perf_counter()

    def go(self, connection: Connection | None) -> None:
        """Sends the request over a connection, or over a new one."""
        self._connection = connection
        if connection is not None:
            connection.send(self._request, self)
        else:
            self._dialling = self._pool.loop.create_task(self._dial())

    def answered(self, answer: Answer) -> None:
        """The connection's: the whole answer."""
        seconds = self._over()
        self._asker.go(Heard(answer, self._at, seconds))

    def broken(self, problem: str, unheard: bool) -> None:
        """The connection's: no whole answer. A kept connection that its server has closed meanwhile is nobody's fault:
        where it does no harm, the request is sent once more, over a new one."""
        kept = self._connection is not None and self._connection.used
        if unheard and kept and self.method in {"GET", "HEAD"}:
            self.go(None)
        else:
            self._fail(f"{problem}; see the {self._ask.side}'s log" if unheard or problem == CLOSED else problem)

    def expire(self) -> None:
        """Its time is over."""
        if self._connection is not None:
            self._connection.close()
            advice = f"mend the {self._ask.side}, or raise timing.request"
            self._fail(f"no whole answer within {self._ask.seconds:g} s; {advice}")
        else:
            self._fail(f"no connection within {self._ask.seconds:g} s; check that the {self._ask.side} is up")

    def drop(self) -> None:
        """Nobody waits for the answer any more."""
        if self._connection is not None:
            self._connection.close()
        if self._dialling is not None:
            self._dialling.cancel()

    def _over(self) -> float:
        seconds = time.perf_counter() - self._start
        pool = self._pool
        pool.deadlines.remove(self)
        pool.waited[self._ask.side] += seconds
        return seconds

    def _fail(self, problem: str | OSError) -> None:
        self._over()
        if self._dialling is not None:
            self._dialling.cancel()
        if isinstance(problem, str):
            place = f"{self.method} {self._ask.message.url.split('?', 1)[0]}"
            self._asker.go(None, NoAnswer(f"{place}: {problem}"))
        else:
            self._asker.go(None, problem)

    async def _dial(self) -> None:
        problem: OSError | None = None
        try:
            connection = await self._origin.dial(self._pool.loop)
        except OSError as found:  # ssl.SSLError and socket.gaierror are OSErrors, too
            problem = found
        self._dialling = None
        if problem is None:
            self.go(connection)
        elif problem.errno in _OURS:
            self._fail(OSError(problem.errno, f"no more connections on this machine ({problem})"))
        else:
            self._fail(f"no connection ({problem}); check that the {self._ask.side} is up")


class Pool:
    """Sends what is allowed, and sees to it that every request has an end.

    `allowed` is asked once for each origin and side. `waited` sums up the seconds spent waiting for each side.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, allowed: Allowed, trust: ssl.SSLContext | None = None) -> None:
        self.loop = loop
        self.deadlines: Deadlines[Errand] = Deadlines(loop, self._look)
        self.waited: dict[Side, float] = {"target": 0.0, "sandbox": 0.0}
        self._allowed, self._trust = allowed, trust
        self._origins: dict[str, Origin] = {}

    def ask(self, ask: Ask, asker: Asker) -> NoAnswer | None:
        """Sends the request; the asker hears what comes of it later. What cannot be sent is refused at once."""
        message = ask.message
        try:
            where, target = split(message.url)
            origin = self._origins.get(where) or self._met(where)
            refusal = origin.refused[ask.side] if ask.side in origin.refused else self._judged(origin, ask.side)
            request = written(message, origin.where, target)
        except Unsendable as problem:
            return NoAnswer(str(problem))
        if refusal is not None:
            return NoAnswer(refusal)
        errand = Errand(self, origin, ask, asker, request)
        self.deadlines.add(errand, ask.seconds)
        errand.go(origin.free())
        return None

    def close(self) -> None:
        """Closes all connections; who waits for an answer hears nothing any more."""
        for errand in self.deadlines.close():
            errand.drop()
        for connection in self._idle():
            connection.close()

    def _idle(self) -> Iterator[Connection]:
        return (connection for origin in self._origins.values() for connection in origin.idle)

    def _met(self, where: str) -> Origin:
        found = place(where)
        self._origins[where] = origin = Origin(found, self._trust, self.loop)
        return origin

    def _judged(self, origin: Origin, side: Side) -> str | None:
        origin.refused[side] = found = self._allowed(origin.where.url, side)
        return found

    def _look(self) -> None:
        before = time.monotonic() - KEPT
        for origin in self._origins.values():
            if origin.idle:
                origin.drop_stale(before)
