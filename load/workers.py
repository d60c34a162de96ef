"""The engine of one Locust process: started for a run, told what the master says, heard until it is over.

Nothing here holds up Locust's loop: lines are written and read by greenlets of their own. Alone, a Locust process is
its own master; its messages take the same way.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any

import gevent
from gevent import subprocess
from gevent.queue import Queue

from fixtures.processes import ROOT, stop
from load.messages import Assignment, Batch, Close, Command, line, told

BEGIN, COMMAND = "walletproof-begin", "walletproof-command"
BATCH, LOST = "walletproof-batch", "walletproof-lost"
ENGINE: tuple[str, ...] = ("load.engine",)
"""The program that brings the load, and its options."""

LAST_LINES = 12
PATIENCE = 10.0  # seconds in which an engine that is over must have ended

log = logging.getLogger("walletproof")


class Generator:
    """What a Locust process that brings load does for the conductor; one engine at a time."""

    def __init__(self, runner: Any, target: str | None) -> None:
        self._runner, self._target = runner, target
        self._engine: Engine | None = None
        self._interrupted = False
        runner.register_message(BEGIN, self._begin)
        runner.register_message(COMMAND, self._command)

    def interrupt(self) -> None:
        """The first interrupt closes the door for this process's share, the second sends everybody home."""
        if self._engine is None or self._engine.process.poll() is not None:
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            self._engine.tell(Close("the worker was interrupted", at_once=self._interrupted))
            self._interrupted = True

    def quit(self, **_: Any) -> None:
        """Ends the engine if it is still there."""
        if self._engine is not None:
            stop(self._engine.process)

    def _begin(self, msg: Any, **_: Any) -> None:
        self.quit()
        self._interrupted = False
        assignment = told(msg.data)
        if not isinstance(assignment, Assignment):
            raise ValueError("the master sent no assignment")
        mine = replace(assignment, session=self._here(assignment.session))
        missing = mine.session["target"]
        if missing is not None and not Path(missing).is_file():
            why = f"the target file {missing} is not on the worker's machine; put it there or name it with --target"
            self._runner.send_message(LOST, {"engine": mine.index, "why": why})
            return
        self._engine = Engine(mine, self._runner.send_message)

    def _here(self, session: Any) -> dict[str, Any]:
        """The session as it is on this machine, where the target file may lie elsewhere."""
        given = dict(session)
        if given["target"] is not None and self._target is not None:
            given["target"] = self._target
        return given

    def _command(self, msg: Any, **_: Any) -> None:
        if self._engine is not None:
            command = told(msg.data)
            if not isinstance(command, Assignment | Batch):
                self._engine.tell(command)


class Engine:
    """A engine process; its batches go to `send` as they come, its end without `over` as a loss."""

    def __init__(self, assignment: Assignment, send: Any) -> None:
        self.index, self._send = assignment.index, send
        self.process = _started()
        self._lines: Queue[bytes] = Queue()
        self._lines.put(line(assignment))
        self._complaints: deque[str] = deque(maxlen=LAST_LINES)
        for work in (self._write, self._listen, self._complain):
            gevent.spawn(work)

    def tell(self, command: Command) -> None:
        """Hands a command on to the engine."""
        self._lines.put(line(command))

    def _write(self) -> None:
        try:
            for text in self._lines:
                self.process.stdin.write(text)
                self.process.stdin.flush()
        except OSError:
            return  # it has ended; the listener says so

    def _listen(self) -> None:
        over = False
        try:
            for text in self.process.stdout:
                if batch := _batch(text):
                    self._send(BATCH, text)
                    over = batch.over
                if over:
                    break
        finally:
            self._end(over)

    def _complain(self) -> None:
        for text in self.process.stderr:
            self._complaints.append(text.decode("utf-8", "replace").rstrip())
            log.warning("engine %d: %s", self.index + 1, self._complaints[-1])

    def _end(self, over: bool) -> None:
        self._lines.put(StopIteration)
        with gevent.Timeout(PATIENCE, False):
            self.process.wait()
        stop(self.process)
        if not over:
            why = "\n".join([f"its process ended with status {self.process.returncode}", *self._complaints])
            self._send(LOST, {"engine": self.index, "why": why})


def _batch(text: bytes) -> Batch | None:
    try:
        message = told(text)
    except ValueError as problem:
        log.error("the engine says something else than batches: %s", problem)
        return None
    return message if isinstance(message, Batch) else None


def _started() -> Any:
    # A session of its own: an interrupt at the terminal is for Locust, which drains. Its stdin ends with Locust.
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", *ENGINE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
    )
