"""A day played by one real engine against a server of known truth: without Locust, sandbox and wallets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO

from fixtures.processes import ROOT, child, stop
from fixtures.session import Session
from fixtures.wallets import discover
from load.benchmarks.servers import DESCRIPTION
from load.course import Course
from load.messages import Assignment, Batch, line, told
from load.plan import Plan
from load.stories import STORIES

LOOK = 0.05  # seconds between two looks at the run
HEAD_START = 5.0  # seconds in which the engine starts
LONGEST_DRAIN = 60.0  # seconds, after which the benchmark gives up
WALLET = "alipay"


@contextmanager
def shop(kind: str, *options: str, core: int | None = None) -> Iterator[Session]:
    """A server of `load.benchmarks.servers`, as a target whose only story is `browse`."""
    pinned = [] if core is None else ["--core", str(core)]
    with (
        tempfile.TemporaryDirectory(prefix="walletproof-") as folder,
        child("load.benchmarks.servers", [kind, *options, *pinned]) as server,
    ):
        yield session(Path(folder), str(server.announced["url"]))


def session(folder: Path, url: str) -> Session:
    """What an engine is told; there is no sandbox, and no wallet is played."""
    target, keys = folder / "target.toml", folder / "keys.json"
    nothing_else = "\n".join(f"{name} = 0" for name in STORIES if name != "browse")
    target.write_text(DESCRIPTION.format(url=url, nothing_else=nothing_else), encoding="utf-8")
    keys.write_text(json.dumps({WALLET: dict(discover()[WALLET].published_keys())}), encoding="utf-8")
    return Session(
        target=str(target),
        url=None,
        embedded_url=None,
        sandbox_url="http://127.0.0.1:9",
        sandbox_token="none",
        keys=str(keys),
        run="benchmark",
        seed=1,
        examples=0,
        depth="usual",
        document=None,
        document_problem=None,
        began=time.time(),
    )


def played(session: Session, plan: Plan, core: int | None = None) -> Course:
    """The day of the plan, to its end. Raises RuntimeError where the engine ends before it, or not at all."""
    keys = json.loads(Path(session.keys).read_text(encoding="utf-8"))
    began = time.time() + HEAD_START
    course = Course(plan, session.settings(), began, engines=1)
    with _engine(core) as engine:
        assert engine.stdin is not None and engine.stdout is not None
        batches = _heard(engine.stdout)
        engine.stdin.write(line(Assignment(session.told(), keys, plan, began)))
        deadline = began + plan.seconds + LONGEST_DRAIN
        while not course.over:
            if engine.poll() is not None and batches.empty():
                raise RuntimeError(f"the engine ended with status {engine.returncode}")
            if time.time() > deadline:
                raise RuntimeError("the day has no end")
            _pass_on(course, engine.stdin, batches)
    return course


def _pass_on(course: Course, commands: IO[bytes], batches: SimpleQueue[Batch]) -> None:
    with suppress(Empty):
        course.hear(batches.get(timeout=LOOK), time.time())
    for command in course.commands(time.time()):
        commands.write(line(command))


@contextmanager
def _engine(core: int | None) -> Iterator[subprocess.Popen[bytes]]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    engine = subprocess.Popen(
        [sys.executable, "-P", "-m", "load.engine"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
        bufsize=0,
    )
    if core is not None:
        os.sched_setaffinity(engine.pid, {core})
    try:
        yield engine
    finally:
        stop(engine)


def _heard(pipe: IO[bytes]) -> SimpleQueue[Batch]:
    """The engine's batches, as they come."""
    batches: SimpleQueue[Batch] = SimpleQueue()

    def listen() -> None:
        for text in pipe:
            message = told(text.rstrip(b"\n"))
            if isinstance(message, Batch):
                batches.put(message)

    Thread(target=listen, daemon=True).start()
    return batches
