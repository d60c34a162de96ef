"""A tenth wallet touches no file but its own: wallet and shop in a foreign folder, and the whole suite runs on them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fixtures.sandbox.process import start_sandbox
from tests.suites import ROOT, run_suites

EXAMPLE = ROOT / "examples" / "wallet"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example in a folder of its own, the wallet registered by its entry point as an installer does it."""
    home = tmp_path / "acorn"
    shutil.copytree(EXAMPLE, home, ignore=shutil.ignore_patterns("__pycache__"))
    registered = home / "walletproof_acorn-1.0.dist-info"
    registered.mkdir()
    (registered / "METADATA").write_text("Metadata-Version: 2.1\nName: walletproof-acorn\nVersion: 1.0\n")
    (registered / "entry_points.txt").write_text("[walletproof.wallets]\nacorn = acorn:WALLET\n")
    return home


@contextmanager
def shop(folder: Path, gateway: str) -> Iterator[str]:
    """The example's shop for as long as the block lasts; gives its address."""
    command = [sys.executable, "shop.py", "--secret", "acorn-published-secret", "--gateway", gateway]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield running.stdout.readline().strip()
        finally:
            running.terminate()


def test_the_whole_suite_runs_on_a_wallet_from_elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every check that makes sense for the wallet passes at a shop that takes it; no other wallet is asked for."""
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)
    with start_sandbox() as sandbox, shop(folder, f"{sandbox.url}/acorn") as url:
        target = folder / "target.toml"
        more = f'\n[sandbox]\nurl = "{sandbox.url}"\ntoken = "{sandbox.token}"\n'
        target.write_text(target.read_text(encoding="utf-8") + more, encoding="utf-8")

        ran = run_suites(folder / "out", f"--target={target}", "-q", environment={"SHOP_URL": url})

    outcomes = Counter(row["outcome"] for row in ran.results)
    assert ran.code == 0, ran.text
    assert {row["wallet"] for row in ran.results if row["topic"] != "openapi"} <= {"acorn", "-"}
    assert outcomes["passed"] >= 50
    assert set(outcomes) == {"passed", "not_applicable"}


def test_its_author_puts_it_on_trial(folder: Path) -> None:
    """The trial for wallets passes from the author's own folder."""
    path = os.pathsep.join([str(folder), str(ROOT)])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_acorn.py"]

    ended = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert " passed" in ended.stdout


def test_a_broken_wallet_fails_its_trial(folder: Path) -> None:
    """The trial is no formality: a wallet that lets closed payments be paid is told so."""
    broken = folder / "acorn.py"
    text = broken.read_text(encoding="utf-8")
    text = text.replace(
        'if action in ("pay", "settle") and payment.state is PaymentState.OPEN:', 'if action in ("pay", "settle"):'
    )
    broken.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_acorn.py"]

    ended = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert "test_a_closed_payment_takes_no_action_silently" in ended.stdout
