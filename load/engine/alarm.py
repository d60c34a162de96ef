"""An alarm clock finer than the loop's timers, which know milliseconds only."""

from __future__ import annotations

import asyncio
import ctypes
import os
import sys
import time
from collections.abc import Callable

_CLOCK_REALTIME = 0
_ABSOLUTE = 1
_FLAGS = os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)
_BILLION = 1_000_000_000


class _Setting(ctypes.Structure):
    """C's `struct itimerspec`: the interval of repetition, and the time."""

    _fields_ = (
        ("interval_s", ctypes.c_long),
        ("interval_ns", ctypes.c_long),
        ("value_s", ctypes.c_long),
        ("value_ns", ctypes.c_long),
    )


class Alarm:
    """Calls `ring` once at a Unix time: to about 0.1 ms on Linux (a timerfd), elsewhere to the loop's milliseconds.

    Setting it again forgets the time before.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop, self._ring = loop, ring
        self._timer: asyncio.TimerHandle | None = None
        self._file = -1
        if sys.platform == "linux":
            self._c = ctypes.CDLL(None, use_errno=True)
            self._file = self._c.timerfd_create(_CLOCK_REALTIME, _FLAGS)
        if self._file >= 0:
            loop.add_reader(self._file, self._rang)

    def set(self, at: float) -> None:
        """Rings at that Unix time, at once if it has passed."""
        if self._file < 0:
            self._forget()
            self._timer = self._loop.call_later(max(0.0, at - time.time()), self._ring)
            return
        seconds, nanoseconds = divmod(max(1, int(at * _BILLION)), _BILLION)
        setting = _Setting(0, 0, seconds, nanoseconds)
        self._c.timerfd_settime(self._file, _ABSOLUTE, ctypes.byref(setting), None)

    def close(self) -> None:
        """Never rings again."""
        self._forget()
        if self._file >= 0:
            self._loop.remove_reader(self._file)
            os.close(self._file)
            self._file = -1

    def _rang(self) -> None:
        try:
            os.read(self._file, 8)
        except BlockingIOError:  # it was set anew after it had rung
            return
        self._ring()

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
