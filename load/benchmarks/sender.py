"""The engine of the benchmark of signing, as Locust starts it: notifications about a payment that was made.

Crowd, scene, pool, tally and batches are those of every engine; only who comes when is decided here.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

from fixtures.model import Message, Money
from fixtures.session import Session
from fixtures.wallets.wechatpay.proof import examine
from fixtures.wallets.wechatpay.wallet import WALLET
from load.arrivals import Arrival
from load.benchmarks.nginx import Server
from load.engine import __main__ as usual
from load.engine.commands import Source
from load.engine.crowd import Crowd, Tell
from load.engine.engine import allowed, tidy
from load.engine.pool import Pool
from load.engine.reporter import Reporter
from load.engine.tally import Book
from load.messages import Assignment, Batch
from load.presigning import HORIZON, PIECE, THREADS, Job, Presigner
from load.stories.scene import Scene
from load.story import Begin, Story, Telling
from load.topics import LETTER

PROGRAM = "load.benchmarks.sender"
SETUP, MODE, PRICE, KEYS = "wechatpay", "pubkey", Money(1234, "CNY"), WALLET.published_keys()
AT_ONCE = 64  # stories
SAMPLE = 97  # one in so many messages is verified
FRESH = 1.0  # seconds that may lie between the time in a message and the one for which it was meant
FIXED = b"\0" * 256  # the bytes of a signature that nobody made
WARM = 400  # messages signed to learn how long that takes
SPARE, PAUSE = 3.0, 1.0  # for signing there is so many times as long as learnt, and so many seconds more
WHOLE = 60.0  # seconds in which everything that was signed must have gone out
WARMING = 0.3  # seconds
LOOK = 0.01  # seconds between two looks whether everything is signed

Following = Callable[[], Telling[tuple[float, Message] | None]]
"""The next message to send with the time for which it is meant (Unix seconds); None where there is no more."""


class Failed(RuntimeError):
    """The benchmark could not be run as it is meant; the message says why."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The rate of what was signed over that of what was not, and the run in a sentence; or why there is none."""

    ratio: float | None
    said: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A message, when it was meant to be sent and when it was (Unix seconds)."""

    meant: float
    at: float
    message: Message


@dataclass(slots=True)
class Run:
    """What nginx has answered in how many seconds (of the clock, and of the sender's processor), what of it
    acknowledges, and a sample."""

    answered: int = 0
    seconds: float = 0.0
    processor: float = 0.0
    acknowledged: int = 0
    sample: list[Sent] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.answered / self.seconds

    def __str__(self) -> str:
        return f"{self.rate:.0f}/s ({1e6 * self.processor / self.answered:.0f} us of its core each)"


class Sender:
    """The parts of an engine that tells letters about a payment that was made, AT_ONCE beside each other."""

    def __init__(self, session: Session, threads: int, core: int, send: Callable[[Batch], None]) -> None:
        self._loop, self._server = asyncio.get_running_loop(), Server(session.settings().base_url)
        self._count, self._core, self._send = threads, core, send
        self._threads, self._book = ThreadPoolExecutor(threads), Book()
        self._pool = Pool(self._loop, allowed(session.settings(), session.sandbox_url))
        self._scene = Scene(session, {WALLET.name: KEYS}, self._book)
        self._wallet = self._scene.of(_arrival(0))
        asked = WALLET.assume("benchmark", PRICE, MODE, self._scene.stamp(), self._scene.notify_url(SETUP))
        self._payment = WALLET.act("settle", asked, self._scene.stamp())

    def job(self, at: float) -> Job[Message]:
        """A message to sign for an instant."""
        return Job(at, self._wallet.signing(self._payment, at=at))

    async def signed(self, presigner: Presigner[Message], number: int, until: float) -> float:
        """Has that many messages signed; how many seconds it took. Raises Failed where they are not ready in time."""
        begun = time.time()
        self._crowd(lambda arrival, due: _signing(presigner, self._count)).enter(_arrival(0), 0, begun)
        while presigner.signed < number:
            if time.time() > until:
                raise Failed(f"only {presigner.signed} of {number} messages were signed in time; is the machine quiet?")
            await asyncio.sleep(LOOK)
        return time.time() - begun

    async def sent(self, following: Following, seconds: float) -> Run:
        """Sends from one core until there is no more, or for so many seconds. Raises Failed for a wrong answer."""
        run, out, cores = Run(), asyncio.Event(), os.sched_getaffinity(0)
        crowd = self._crowd(lambda arrival, due: self._letter(arrival, following, run, out))
        reporter = self._reporter(crowd)
        before = self._server.requests()
        os.sched_setaffinity(0, {self._core})
        reports = asyncio.create_task(reporter.report())
        begun, spent = time.perf_counter(), time.thread_time()
        crowd.saturate(AT_ONCE, map(_arrival, count()))
        with suppress(TimeoutError):
            await asyncio.wait_for(out.wait(), seconds)
        crowd.close()
        await asyncio.sleep(0)  # those who were called before
        await crowd.gone()
        run.seconds, run.processor = time.perf_counter() - begun, time.thread_time() - spent
        reports.cancel()
        os.sched_setaffinity(0, cores)
        run.answered = self._server.requests() - before - 1
        if run.acknowledged != run.answered:
            raise Failed(f"{run.answered} were answered, and {run.acknowledged} of them acknowledged")
        return run

    async def tell(self, *, over: bool = False) -> None:
        """Sends what has happened since the batch before; nobody is inside."""
        await self._reporter(self._crowd(lambda arrival, due: _nothing())).tell(over=over)

    def _reporter(self, crowd: Crowd) -> Reporter:
        return Reporter(0, self._book, crowd, self._pool, self._send)

    def _crowd(self, tell: Tell) -> Crowd:
        return Crowd(self._loop, self._pool, self._threads, self._book, tell, AT_ONCE, lambda: None)

    def _letter(self, arrival: Arrival, following: Following, run: Run, out: asyncio.Event) -> Story:
        scene = self._scene.of(arrival)
        taken = yield from following()
        if taken is None:
            out.set()
            return
        at = scene.now()
        delivery = yield from scene.deliver(taken[1], self._payment)
        scene.tally.took(LETTER, SETUP, scene.now() - at)
        run.acknowledged += delivery.acknowledged
        if arrival.number % SAMPLE == 0:
            run.sample.append(Sent(taken[0], at, taken[1]))


@dataclass(frozen=True, slots=True)
class Ahead:
    """So many messages, made ahead by so many threads in `each` seconds, and meant to be sent at such a rate."""

    sender: Sender
    threads: int
    each: float
    rate: float
    number: int

    async def run(self, change: Callable[[Message], Message]) -> tuple[Run, float]:
        """Makes them, changes them, and sends them when all are ready; how long the making took (seconds).

        Raises Failed where they would be stale.
        """
        begins = time.time() + SPARE * self.each * self.number + PAUSE
        if begins + self.number / self.rate > time.time() + HORIZON:
            raise Failed(f"{self.number} messages cannot be made within {HORIZON:g} s; take fewer --seconds")
        jobs = (self._job(begins + number / self.rate, change) for number in range(self.number))
        presigner = Presigner(jobs, time.time, threads=self.threads, held=self.number + PIECE)
        took = await self.sender.signed(presigner, self.number, begins)
        await asyncio.sleep(begins - time.time())
        return await self.sender.sent(presigner.take, WHOLE), took

    def _job(self, at: float, change: Callable[[Message], Message]) -> Job[Message]:
        sign = self.sender.job(at).sign
        return Job(at, lambda: change(sign()))


async def _pair(sender: Sender, threads: int, seconds: float) -> Figures:
    """The same messages unsigned, and signed. Raises Failed."""
    one, begun = sender.job(time.time()).sign(), time.perf_counter()
    for _ in range(WARM):
        sender.job(time.time()).sign()
    each = (time.perf_counter() - begun) / WARM / threads
    await sender.sent(lambda: _again(one), WARMING)  # connections are made, and code is warm
    again = await sender.sent(lambda: _again(one), seconds)
    ahead = Ahead(sender, threads, each, again.rate, int(again.rate * seconds))
    unsigned, _ = await ahead.run(lambda message: WALLET.with_signature(message, FIXED))
    signed, took = await ahead.run(lambda message: message)
    late = max(abs(sent.at - sent.meant) for sent in signed.sample)
    _verify(signed.sample)
    return Figures(
        signed.rate / unsigned.rate,
        f"unsigned {unsigned}, signed {signed}, one again and again {again}; signing {ahead.number} took {took:.1f} s "
        f"on {threads} threads; {len(signed.sample)} verified, sent at most {late:.2f} s from when they were meant",
    )


class Day:
    """What is done with an assignment: both halves, whatever the commands say."""

    def __init__(self, options: argparse.Namespace, assignment: Assignment, send: Callable[[Batch], None]) -> None:
        self._options = options
        self._sender = Sender(Session(**assignment.session), options.threads, options.core, send)

    async def run(self, commands: Source) -> None:
        """Writes the figures into their file, and is over."""
        tidy()
        await self._sender.tell()  # so that everybody knows that it is ready
        try:
            figures = await _pair(self._sender, self._options.threads, self._options.seconds)
        except Failed as problem:
            figures = Figures(None, str(problem))
        self._options.figures.write_text(json.dumps(asdict(figures)), encoding="utf-8")
        await self._sender.tell(over=True)


def _signing(presigner: Presigner[Message], threads: int) -> Story:
    for _ in range(threads):
        yield Begin(presigner.sign())


def _nothing() -> Story:
    yield from ()


def _again(message: Message) -> Telling[tuple[float, Message]]:
    yield from ()
    return time.time(), message


def _verify(sample: Sequence[Sent]) -> None:
    """Raises Failed for a message that is not genuine, or not of the instant for which it was meant."""
    for sent in sample:
        problem = examine(sent.message, KEYS, sent.at)
        away = abs(int(sent.message.header("Wechatpay-Timestamp") or 0) - sent.meant)
        if problem or away > FRESH:
            raise Failed(problem or f"a message was signed for {away:.1f} s before or after it was meant")
    if len({sent.message.header("Wechatpay-Signature") for sent in sample}) < len(sample):
        raise Failed("two messages have the same signature")


def _arrival(number: int) -> Arrival:
    return Arrival(number, 0.0, SETUP, "letter")


def main() -> None:
    """The engine's own process; threads sign on both cores, and one of the cores sends."""
    parser = argparse.ArgumentParser(prog=f"python -m {PROGRAM}", description=__doc__)
    parser.add_argument("--core", type=int, required=True, metavar="N", help="of whoever sends")
    parser.add_argument("--beside", type=int, required=True, metavar="N", help="the other one")
    parser.add_argument("--seconds", type=float, required=True, metavar="S", help="of sending, in each half")
    parser.add_argument("--threads", type=int, default=THREADS, metavar="N", help="that sign")
    parser.add_argument("--figures", type=Path, required=True, metavar="FILE", help="where they are written")
    options = parser.parse_args()
    os.sched_setaffinity(0, {options.core, options.beside})
    usual.main(partial(Day, options))


if __name__ == "__main__":
    main()
