"""The sandbox as a process: it announces itself, refuses wrong settings, and does not outlive who started it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from fixtures.network.faults import Fault
from fixtures.processes import GRACE, ROOT, ChildFailed, child
from fixtures.sandbox.process import start_sandbox
from tests.sandbox.conftest import MODULE


def run(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs the toy's sandbox until it ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", MODULE, *args],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_it_announces_itself_and_ends_with_its_block() -> None:
    with start_sandbox(module=MODULE) as running:
        facts = running.child.announced
        health = running.client.health()
        process = running.child.process

    assert facts == {"url": running.url, "tls_url": None, "ca_pem_path": None, "pid": process.pid}
    assert health["pid"] == process.pid
    assert process.returncode == 0


def test_sigterm_ends_it_at_once_though_a_call_is_held() -> None:
    with start_sandbox(module=MODULE) as running:
        running.client.fault(Fault(wallet="toy", operation="query", kind="hold-after", seconds=60))
        with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ReadTimeout):
            client.get(f"{running.gateway_url('toy')}/pay/x", timeout=0.2)
        began = time.monotonic()
        running.child.process.send_signal(signal.SIGTERM)
        running.child.process.wait(GRACE)

    assert time.monotonic() - began < 2.0
    assert running.child.process.returncode == 0


def test_given_keys_stand_before_the_published_ones() -> None:
    with start_sandbox({"toy": {"secret": "private"}}, module=MODULE) as running, start_sandbox(module=MODULE) as other:
        signatures = {
            httpx.get(f"{one.gateway_url('toy')}/pay/x", trust_env=False).headers["x-signature"]
            for one in (running, other)
        }

    assert len(signatures) == 2


def test_the_same_seed_draws_the_same() -> None:
    drawn = set()
    for _ in range(2):
        with start_sandbox(module=MODULE, seed=5) as running:
            asked = {"reference": "r", "amount": 1, "currency": "CNY"}
            drawn.add(httpx.post(f"{running.gateway_url('toy')}/pay", json=asked, trust_env=False).json()["id"])

    assert len(drawn) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"tyo": {}}', "unknown wallet 'tyo'; there are toy"),
        ('{"toy": {"secret": 1}}', "toy: not an object of texts"),
        ("[]", "not an object of wallet names"),
        ("{", "Expecting"),
    ],
)
def test_wrong_keys_are_refused(tmp_path: Path, content: str, reason: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(content)

    ended = run("--keys", str(file), "--token", "t")

    assert ended.returncode == 4
    assert reason in ended.stderr


def test_it_is_not_open_to_others_without_a_token() -> None:
    ended = run("--host", "0.0.0.0", WALLETPROOF_SANDBOX_TOKEN="")

    assert ended.returncode == 4
    assert "give a --token" in ended.stderr


def test_an_allowed_host_that_is_none_is_refused() -> None:
    ended = run("--token", "t", "--allow-host", "http://shop.example/notify")

    assert ended.returncode == 4
    assert "is not a host or host:port" in ended.stderr


def test_a_child_that_dies_shows_its_last_words() -> None:
    with (
        pytest.raises(ChildFailed, match=r"ended with status 4 before it was ready(.|\n)*--allow-host"),
        start_sandbox(module=MODULE, allow_hosts=["a/b"]),
    ):
        pytest.fail("it started")


def test_a_child_that_stays_silent_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "silent.py").write_text("print('still here', flush=True)\nwhile True: pass\n")

    with (
        pytest.raises(ChildFailed, match=r"not ready after 1 s(.|\n)*still here"),
        child("silent", deadline=1.0, env={"PYTHONPATH": str(tmp_path)}),
    ):
        pytest.fail("it started")


def test_it_does_not_outlive_its_parent() -> None:
    script = (
        "import os\n"
        "from fixtures.processes import child\n"
        f"with child({MODULE!r}) as running:\n"
        "    print(running.process.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )

    parent = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)

    assert parent.returncode == -signal.SIGKILL
    assert ended_within(int(parent.stdout), GRACE)


def ended_within(pid: int, seconds: float) -> bool:
    """Whether a process that is not our child ends in time."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)
