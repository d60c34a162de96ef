"""`python -m load.engine`: commands come down its stdin, batches go up its stdout, words for people go to stderr."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, NoReturn, Protocol

import uvloop

from fixtures.target.problems import ConfigurationError
from load.engine.commands import Commands, Source
from load.engine.engine import Engine
from load.messages import Assignment, Batch, line

PATIENCE = 60.0  # seconds in which the assignment must have come
FLUSH = 10.0  # seconds in which the last batches must have been read
WRONG_ASSIGNMENT = 4


class Work(Protocol):
    """What is done with an assignment."""

    async def run(self, commands: Source) -> None:
        """Does what the commands say; the last batch is sent when this is over."""


Make = Callable[[Assignment, Callable[[Batch], None]], Work]
"""Makes the work of an assignment, whose batches are sent. Raises ConfigurationError or ValueError."""


class Output(asyncio.Protocol):
    """The pipe for batches. Nobody waits for its reader, so that a slow one slows no story down.

    `gone` is done when nobody reads any more.
    """

    def __init__(self) -> None:
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: Any = None

    @classmethod
    async def to(cls, pipe: IO[Any]) -> Output:
        """That into this pipe."""
        transport, output = await asyncio.get_running_loop().connect_write_pipe(cls, pipe)
        output._transport = transport
        return output

    def send(self, batch: Batch) -> None:
        """Writes one batch, as soon as the pipe takes it."""
        self._transport.write(line(batch))

    async def close(self) -> None:
        """Waits until everything is written, or nobody reads any more."""
        self._transport.close()
        await asyncio.wait([self.gone], timeout=FLUSH)

    def connection_lost(self, exception: Exception | None) -> None:
        if not self.gone.done():
            self.gone.set_result(None)


async def run(make: Make) -> int:
    """The process's exit code: 0 when it has said all there is to say."""
    batches = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever somebody prints is a word for people
    output = await Output.to(batches)
    commands = await Commands.of(sys.stdin)
    assignment = await asyncio.wait_for(commands.next(), PATIENCE)
    if not isinstance(assignment, Assignment):
        print("the first line was no assignment", file=sys.stderr)
        return WRONG_ASSIGNMENT
    try:
        work = make(assignment, output.send)
    except (ConfigurationError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return WRONG_ASSIGNMENT
    telling = asyncio.create_task(work.run(commands))
    await asyncio.wait({telling, output.gone}, return_when=asyncio.FIRST_COMPLETED)
    if not telling.done():  # nobody reads any more: whatever is sent now, nobody will know about
        telling.cancel()
    with suppress(asyncio.CancelledError):
        await telling
    await output.close()
    return 0


def main(make: Make = Engine) -> NoReturn:
    """Runs the engine; an interrupt at the terminal is for whoever started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(run(make)))


if __name__ == "__main__":
    main()
