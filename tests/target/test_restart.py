"""A target is restarted by its owner's own command, and nothing is concluded from one that does not come back."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.model import Inconclusive, NotApplicable
from fixtures.target import ConfigurationError
from fixtures.target.restart import restart
from fixtures.target.settings import Restart
from fixtures.target.target import Target
from tests.target.conftest import SHOP, WALLETS, Bench, Shop, read

CONSENT = ('["gateway"]', '["gateway", "restart"]')


def table(program: str, *, ready: str = "/orders", timeout: float = 5.0) -> str:
    command = json.dumps([sys.executable, "-I", "-S", "-c", program])
    return f'\n[restart]\ncommand = {command}\nready = "{ready}"\ntimeout = {timeout}\n'


def test_the_command_runs_beside_the_target_file(bench: Callable[..., Bench], tmp_path: Path) -> None:
    program = "open('restarted', 'w').close()"

    bench(CONSENT, extra=table(program), folder=tmp_path).target.restart()

    assert (tmp_path / "restarted").exists()


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ((sys.executable, "-I", "-S", "-c", "raise SystemExit(3)"), "ended with status 3"),
        (("/nonexistent/command",), "could not be run: FileNotFoundError"),
    ],
)
def test_a_command_that_fails_proves_nothing(command: tuple[str, ...], told: str, tmp_path: Path) -> None:
    with pytest.raises(Inconclusive, match=told):
        restart(Restart(command=command), tmp_path, lambda: True)


def test_a_target_that_does_not_come_back_proves_nothing(tmp_path: Path) -> None:
    quiet = Restart(command=(sys.executable, "-I", "-S", "-c", ""), timeout=0.2)

    with pytest.raises(Inconclusive, match=r"was not back 0.2 s after its restart"):
        restart(quiet, tmp_path, lambda: False)


def test_the_target_is_awaited(tmp_path: Path) -> None:
    looks = iter([False, False, True])

    restart(Restart(command=(sys.executable, "-I", "-S", "-c", "")), tmp_path, lambda: next(looks))

    assert next(looks, "all looked at") == "all looked at"


def test_without_a_command_there_is_no_restart(bench: Callable[..., Bench]) -> None:
    with pytest.raises(NotApplicable, match=r"no \[restart\] command"):
        bench(CONSENT).target.restart()


def test_other_workers_are_not_disturbed(shop: Shop, tmp_path: Path) -> None:
    text = SHOP.replace(*CONSENT).replace("BASE", shop.url) + table("open('restarted', 'w').close()")
    target = Target(read(text, tmp_path), {"toypay": WALLETS["toypay"]}, lambda exchange: None, workers=2)

    with pytest.raises(NotApplicable, match="without -n"):
        target.restart()

    assert not (tmp_path / "restarted").exists()


def test_a_command_without_consent_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="a restart command without consent"):
        read(SHOP.replace("BASE", "http://127.0.0.1:8000") + table(""))
