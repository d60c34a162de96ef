"""The keeper kills its merchant without warning and starts it again at the same address."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.processes import ROOT, ChildFailed, child


def knock(door: str) -> int:
    command = [sys.executable, "-I", "-S", str(ROOT / "fixtures" / "knock.py"), door]
    return subprocess.run(command, timeout=20, check=False).returncode


def alive(pid: str) -> bool:
    return Path("/proc", pid).exists()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_a_knock_makes_another_process_of_the_same_address(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with child("fixtures.keeper", ["tests.kept:main", "--settings", str(said)]) as keeper:
        first, port = said.read_text().split()
        code = knock(str(keeper.announced["door"]))
        second, same = said.read_text().split()

        assert (code, port) == (0, same)
        assert keeper.announced["url"].endswith(f":{port}")
        assert [alive(pid) for pid in (first, second)] == [False, True]

    assert not alive(second)


def test_a_program_that_does_not_start_is_told(tmp_path: Path) -> None:
    with pytest.raises(ChildFailed), child("fixtures.keeper", ["tests.kept:nothing", "--settings", str(tmp_path)]):
        pass
