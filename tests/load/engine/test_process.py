"""`python -m load.engine`: one line makes it begin, the end of its stdin makes it end, and it says all it did."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop

from fixtures.processes import ROOT
from load.benchmarks.engine import make
from load.engine.__main__ import WRONG_ASSIGNMENT
from load.engine.commands import Commands
from load.engine.engine import Engine
from load.journal import entries
from load.messages import Assignment, Batch, Close, Command, Stage, Start, line, told
from load.notes import Note
from load.plan import Plan
from load.topics import BROWSE, CAME, LAG, LEFT, PLACE, READ
from tests.load.engine.browsing import session
from tests.load.engine.servers import request, run

PATIENCE = 20.0
RATE = 40.0
ORDER = json.dumps({"id": "o-1", "reference": "r-1", "state": "pending"}).encode()


@contextmanager
def shop(*, silent: bool = False) -> Iterator[str]:
    """A shop in a thread, which takes orders and shows them, or never says anything."""
    loop = uvloop.new_event_loop()
    ready: list[str] = []
    started = threading.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await request(reader):
                if silent:
                    await reader.read()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(ORDER), ORDER))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        ready.append(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        started.set()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=run)
    thread.start()
    started.wait(PATIENCE)
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)


@contextmanager
def engine() -> Iterator[subprocess.Popen[bytes]]:
    """The process, as a Locust worker starts it."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "load.engine"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def assignment(folder: Path, url: str) -> Assignment:
    """A short even day."""
    given = session(folder, url)
    plan = Plan(RATE, 1.0, 1000, "every", 1, shape="peak", process="constant")
    return Assignment(given.told(), json.loads(Path(given.keys).read_text()), plan, time.time())


def say(process: subprocess.Popen[bytes], *messages: Assignment | Command) -> None:
    """Writes them down the pipe."""
    assert process.stdin is not None
    for message in messages:
        process.stdin.write(line(message))
    process.stdin.flush()


def heard(process: subprocess.Popen[bytes]) -> list[Batch]:
    """Everything it says until it ends."""
    output, words = process.communicate(timeout=PATIENCE)
    batches = [told(text) for text in output.splitlines()]
    assert all(isinstance(batch, Batch) for batch in batches), words
    return [batch for batch in batches if isinstance(batch, Batch)]


def total(batches: list[Batch], name: str) -> int:
    """How often something happened."""
    return sum(batch.counts.get(name, 0) for batch in batches)


def until(process: subprocess.Popen[bytes], come: Callable[[Batch], bool]) -> list[Batch]:
    """What it says until it says that."""
    assert process.stdout is not None
    batches: list[Batch] = []
    while not batches or not come(batches[-1]):
        batch = told(process.stdout.readline())
        assert isinstance(batch, Batch)
        batches.append(batch)
    return batches


def begin(process: subprocess.Popen[bytes], given: Assignment) -> None:
    """Begins its day as soon as it is ready."""
    say(process, given)
    until(process, lambda batch: True)
    say(process, Start(time.time()), Stage(0, 0.0, 60.0, RATE, RATE))


def test_a_day_from_its_assignment_until_its_parent_is_gone(tmp_path: Path) -> None:
    with shop() as url, engine() as process:
        begin(process, assignment(tmp_path, url))
        batches = until(process, lambda batch: bool(batch.counts)) + heard(process)
        assert process.returncode == 0
    assert [batch.over for batch in batches] == [False] * (len(batches) - 1) + [True]
    assert total(batches, f"{CAME}/alipay") == total(batches, f"{LEFT}/alipay") > 0
    named = {name for batch in batches for name in batch.histograms}
    assert named == {f"{name}/alipay" for name in (BROWSE, PLACE, READ)} | {f"{LAG}/-", "stage.0/-"}
    assert not any(batch.failures for batch in batches)
    assert batches[-1].inside == 0
    assert batches[-1].memory > 1_000_000
    assert batches[-1].processor > 0


def test_everybody_is_sent_home_when_there_is_no_time(tmp_path: Path) -> None:
    with shop(silent=True) as url, engine() as process:
        begin(process, assignment(tmp_path, url))
        batches = until(process, lambda batch: batch.inside > 0)
        say(process, Close("no time"), Close("no time", at_once=True))
        batches += heard(process)
    assert batches[-1].over
    assert batches[-1].inside == 0
    assert total(batches, f"{CAME}/alipay") > total(batches, f"{LEFT}/alipay") == 0


def test_it_sends_nothing_more_when_nobody_reads_what_it_says(tmp_path: Path) -> None:
    with shop(silent=True) as url, engine() as process:
        begin(process, assignment(tmp_path, url))
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(PATIENCE) == 0


def test_without_an_assignment_it_says_so_and_ends() -> None:
    with engine() as process:
        output, words = process.communicate(b"nonsense\n", timeout=PATIENCE)
    assert (output, process.returncode) == (b"", WRONG_ASSIGNMENT)
    assert b"no assignment" in words


def test_commands_come_in_order_and_nonsense_and_the_end_are_the_last() -> None:
    async def heard(*lines: bytes) -> list[object]:
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb", buffering=0) as ours:
            commands = await Commands.of(ours)
            with os.fdopen(writing, "wb", buffering=0) as theirs:
                theirs.write(b"".join(lines))
            found: list[object] = [await commands.next() for _ in range(3)]
            assert commands.over
        return found

    stage = Stage(0, 0.0, 1.0, 1.0, 1.0)
    gone = Close("its Locust process is gone")
    assert run(heard(line(stage), line(Close()))) == [stage, Close(), gone]
    assert run(heard(line(Batch(0, 0.0)), line(stage)[:-1])) == [Close("a batch is no command"), gone, gone]
    assert "cannot be understood" in str(run(heard(b"nonsense\n"))[0])


def test_an_engine_that_is_kept_full_lets_nobody_else_in(tmp_path: Path) -> None:
    class Rush:
        """A crowded day that ends as soon as many have left."""

        over = False

        def __init__(self, batches: list[Batch]) -> None:
            self._batches, self._stages = batches, [Stage(0, 0.0, 60.0, 2000.0, 2000.0)]

        async def next(self) -> Assignment | Command:
            while not self._stages and total(self._batches, f"{LEFT}/alipay") < 100:
                await asyncio.sleep(0.01)
            self.over = not self._stages
            return self._stages.pop() if self._stages else Close()

    async def kept(given: Assignment) -> list[Batch]:
        batches: list[Batch] = []
        await make(Namespace(buyers=3, looks=2), given, batches.append).run(Rush(batches))
        return batches

    with shop() as url:
        batches = run(kept(assignment(tmp_path, url)))
    assert max(batch.inside for batch in batches) == 3
    assert not any(batch.failures for batch in batches)
    assert total(batches, f"{CAME}/alipay") == total(batches, f"{LEFT}/alipay") >= 100


def test_a_limit_is_noted_and_ends_the_day_of_one_engine(tmp_path: Path) -> None:
    class Endless:
        """A day without an end."""

        over = False

        def __init__(self) -> None:
            self._stages = [Stage(0, 0.0, 60.0, 100.0, 100.0)]

        async def next(self) -> Assignment | Command:
            if not self._stages:
                await asyncio.Event().wait()
            return self._stages.pop()

    async def limited(given: Assignment) -> list[Batch]:
        batches: list[Batch] = []
        await Engine(given, batches.append).run(Endless())
        return batches

    with shop() as url:
        given = assignment(tmp_path, url)
        target = tmp_path / "target.toml"
        target.write_text(target.read_text() + "\n[limits]\norders = 3\n")
        batches = run(limited(given))
    assert batches[-1].over
    notes = [one for batch in batches for one in entries(batch.entries) if isinstance(one, Note)]
    assert [note.ours for note in notes] == [False]
    assert "limits.orders (3) is used up" in notes[0].text
