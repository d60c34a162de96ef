"""One engine from its assignment to its last batch."""

from __future__ import annotations

import asyncio
import gc
import resource
import ssl
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import httpx

from fixtures.model import Inconclusive
from fixtures.session import Session
from fixtures.target.redirects import origin
from fixtures.target.settings import Settings
from load.arrivals import Arrival
from load.engine.commands import Source
from load.engine.crowd import Crowd
from load.engine.door import Door
from load.engine.pool import Pool
from load.engine.reporter import Reporter
from load.engine.tally import Book
from load.messages import Assignment, Batch, Close, Stage, Start
from load.mix import mix
from load.notes import Note
from load.stories import STORIES
from load.stories.kind import Kind
from load.stories.scene import Scene
from load.story import Side, Story

THREADS = 4  # for what stories have computed
GRACE = 5.0  # seconds beyond those in which whoever gave the assignment sends everybody home

_NEW, _YOUNG, _OLD = 50_000, 50, 1000
"""Thresholds of the garbage collector: a story leaves no cycles behind, so that there is next to nothing to find."""


class Engine:
    """Tells the stories of its assignment, and sends batches. Raises ConfigurationError or ValueError for an assignment
    that makes no sense here."""

    def __init__(
        self, assignment: Assignment, send: Callable[[Batch], None], stories: Mapping[str, Kind] = STORIES
    ) -> None:
        self._assignment, self._stories = assignment, stories
        session = Session(**assignment.session)
        settings = session.settings()
        loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="work")
        self._book = Book()
        self._scene = Scene(session, assignment.keys, self._book, workers=assignment.of)
        self._schedule = mix(assignment.plan, settings).schedule(assignment.plan)
        self._pool = Pool(loop, allowed(settings, session.sandbox_url), trust(settings))
        self._full, self._saturated = asyncio.Event(), False
        loop.set_exception_handler(self._unforeseen)
        ceiling = -(-assignment.plan.buyers // assignment.of)
        self._crowd = Crowd(loop, self._pool, self._threads, self._book, self._tell, ceiling, self._full.set)
        self._door = Door(loop, self._crowd.enter, assignment.began)
        self._reporter = Reporter(assignment.index, self._book, self._crowd, self._pool, send)
        self._drain = settings.timing.reconcile + 2 * settings.timing.request + GRACE

    async def run(self, commands: Source) -> None:
        """Does what the commands say, until everybody has left after the last of them."""
        try:
            self._scene.log_in()
        except Inconclusive as problem:
            self._book.keep(Note(str(problem)))
            self._full.set()
        tidy()
        await self._reporter.tell()  # so that everybody knows that it is ready
        reports = asyncio.create_task(self._reporter.report())
        reports.add_done_callback(lambda task: self._full.set())  # what cannot be told is not worth doing
        try:
            await self._day(commands)
        finally:
            reports.cancel()
            with suppress(asyncio.CancelledError):
                await reports
            self._door.close()
            self._crowd.send_home()
            self._pool.close()
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._scene.close()
        await self._reporter.tell(over=True)

    def saturate(self, buyers: int) -> None:
        """Keeps so many inside from now on, whatever the stages say: for measuring the engine itself."""
        self._saturated, endless = True, Stage(0, 0.0, 1e9, 1.0, 1.0)
        self._crowd.saturate(buyers, self._schedule.of(endless))

    async def _day(self, commands: Source) -> None:
        """Lets people in until Close, or until a limit is reached; then waits for them to leave, or to be sent home."""
        listening = asyncio.create_task(self._listen(commands))
        full = asyncio.create_task(self._full.wait())
        await asyncio.wait({listening, full}, return_when=asyncio.FIRST_COMPLETED)
        self._door.close()
        self._crowd.close()
        full.cancel()
        hurry = asyncio.create_task(self._hurried(commands, listening))
        gone = asyncio.create_task(self._crowd.gone())
        done, _ = await asyncio.wait({hurry, gone}, timeout=self._drain, return_when=asyncio.FIRST_COMPLETED)
        for task in (listening, hurry, gone):
            task.cancel()
        for task in done:
            task.result()

    async def _listen(self, commands: Source) -> Close:
        """Opens the door for each stage; the first Close."""
        while True:
            command = await commands.next()
            if isinstance(command, Close):
                return command
            if isinstance(command, Start):
                self._door.begin(command.began)
            if isinstance(command, Stage):
                self._open(command)

    async def _hurried(self, commands: Source, listening: asyncio.Task[Close]) -> None:
        """Waits until everybody is to be sent home. The end of the pipe is no reason to: who is inside is served."""
        closed = await listening
        while not closed.at_once:
            command = await commands.next()
            if isinstance(command, Close):
                closed = command
                if not closed.at_once and commands.over:
                    await asyncio.Event().wait()

    def _open(self, stage: Stage) -> None:
        if self._saturated:
            return
        index, of = self._assignment.index, self._assignment.of
        mine = (arrival for arrival in self._schedule.of(stage) if arrival.number % of == index)
        self._door.open(stage.number, mine)

    def _unforeseen(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """An error that nobody waits for."""
        error = context.get("exception")
        what = f"{type(error).__name__}: {error}" if error is not None else str(context.get("message"))
        self._book.keep(Note(f"the engine met an error: {what}", ours=True))
        loop.default_exception_handler(context)

    def _tell(self, arrival: Arrival, due: float) -> Story:
        return self._stories[arrival.story].tell(self._scene, arrival, due)


def allowed(settings: Settings, sandbox: str) -> Callable[[str, Side], str | None]:
    """The target's owner says where the target is; the sandbox's gateways stand all at its own address."""

    def refusal(url: str, side: Side) -> str | None:
        if side == "sandbox":
            return None if origin(url) == origin(sandbox) else f"nothing was sent to {url}: it is not the sandbox"
        if settings.loadable.allow(url):
            return None
        listed = ", ".join(settings.loadable.entries)
        return f"nothing was sent to {url}: the target file does not name it for load, only {listed}"

    return refusal


def trust(settings: Settings) -> ssl.SSLContext | None:
    """Whom to believe over TLS, as the suites do."""
    if settings.ca_file is not None:
        return ssl.create_default_context(cafile=str(settings.beside(settings.ca_file)))
    return httpx.create_ssl_context(trust_env=False) if settings.base_url.startswith("https:") else None


def tidy() -> None:
    """Makes room for many connections, and keeps the garbage collector from stopping everybody."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = hard if hard != resource.RLIM_INFINITY or sys.platform != "darwin" else 10_240
    if soft != most:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW, _YOUNG, _OLD)
