"""What the engine is told, line by line, down a pipe that ends when nobody wants anything of it any more."""

from __future__ import annotations

import asyncio
from typing import IO, Any, Protocol

from load.messages import Assignment, Batch, Close, Command, told

LONGEST_LINE = 256 * 1024 * 1024
"""Bytes; an assignment with the instants of a long day is some megabytes long."""


class Source(Protocol):
    """Where commands come from."""

    @property
    def over(self) -> bool:
        """Whether no more will come."""

    async def next(self) -> Assignment | Command:
        """The next one, as soon as there is one; Close when there are no more."""


class Commands:
    """The messages of a pipe, in order. The end of the pipe counts as Close, and so does nonsense."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    @property
    def over(self) -> bool:
        """Whether the pipe has ended."""
        return self._reader.at_eof()

    @classmethod
    async def of(cls, pipe: IO[Any]) -> Commands:
        """Those that come down a pipe."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(LONGEST_LINE, loop)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader, loop=loop), pipe)
        return cls(reader)

    async def next(self) -> Assignment | Command:
        """The next one."""
        try:
            line = await self._reader.readline()
            message = told(line.rstrip(b"\n")) if line.endswith(b"\n") else Close("its Locust process is gone")
        except ValueError as problem:
            return Close(f"a command cannot be understood: {problem}")
        return Close("a batch is no command") if isinstance(message, Batch) else message
