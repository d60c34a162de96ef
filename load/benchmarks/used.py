"""What the processes of a run have used, as the system counts it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds of processors so far, and resident bytes now, of one process or of several together."""

    processor: float = 0.0
    memory: int = 0

    def __add__(self, other: Used) -> Used:
        return Used(self.processor + other.processor, self.memory + other.memory)


def used(pid: int) -> Used:
    """What one process has used, in all its threads; nothing where it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return Used()
    return Used((int(fields[11]) + int(fields[12])) / _TICKS, pages * _PAGE)


def apart(pid: int, program: str) -> tuple[Used, Used]:
    """What a process and those below it have used: first those that run a Python module of that name, then the rest."""
    own, rest = Used(), Used()
    for each in _tree(pid):
        words = _words(each)
        if program in words:
            own += used(each)
        elif words != [""]:  # one that has ended has no words any more
            rest += used(each)
    return own, rest


def _tree(pid: int) -> list[int]:
    found = [pid]
    for each in found:  # grows meanwhile
        for thread in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                found += map(int, thread.read_text().split())
            except OSError:
                continue
    return found


def _words(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return [""]
