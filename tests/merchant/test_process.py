"""The merchant as a process: announces itself, stops at once, refuses wrong settings."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from fixtures.processes import ROOT, child
from fixtures.sandbox.process import Sandbox
from tests.merchant.conftest import settings_for


def test_the_process_serves_and_stops(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "merchant.json"
    file.write_text(settings_for(sandbox, tmp_path / "books.sqlite").model_dump_json())

    with child("fixtures.merchant", ["--settings", str(file), "--port", "0"]) as running:
        health = httpx.get(f"{running.announced['url']}/health", trust_env=False)
        asked = time.monotonic()
        running.process.terminate()
        code = running.process.wait(5)

    assert health.json() == {"status": "ok"}
    assert running.announced["pid"] == running.process.pid
    assert code in (0, -signal.SIGTERM)
    assert time.monotonic() - asked < 2


def test_wrong_settings_end_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "merchant.json"
    file.write_text(json.dumps({"database": "sqlite:///x", "wallet": {}}))

    for options, said in ([], "--settings"), (["--settings", str(file)], "wallet"):
        command = [sys.executable, "-m", "fixtures.merchant", *options]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
        assert ended.returncode in (2, 4)
        assert said in ended.stderr
        assert "Traceback" not in ended.stderr
