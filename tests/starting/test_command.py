"""The command `walletproof` itself: help, mistyped commands, completion."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import walletproof
from fixtures.starting.completion import main, script

ROOT = Path(walletproof.__file__).parent


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    command = [sys.executable, str(ROOT / "walletproof.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_help_names_every_command_and_gives_examples() -> None:
    ran = run("--help")

    assert ran.returncode == 0
    assert all(f"  {name} " in ran.stdout for name in walletproof.COMMANDS)
    assert "walletproof test --target target.toml" in ran.stdout
    assert "\x1b" not in ran.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["docter", "--wallet", "stripe"], "there is no command 'docter'; type: walletproof doctor --wallet stripe"),
        (["--wallet", "stripe"], "usage: walletproof COMMAND"),
        (["xyzzy"], "usage: walletproof COMMAND"),
    ],
)
def test_a_mistyped_command_says_what_to_type(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["walletproof", *words])

    with pytest.raises(SystemExit) as ended:
        walletproof.main()

    assert ended.value.code == 4
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_can_read_its_script(shell: str) -> None:
    text = script(shell)

    assert all(name in text for name in (*walletproof.COMMANDS, "wechatpay", "blocker", "smoke"))
    if shutil.which(shell):
        assert subprocess.run([shell, "-n"], input=text, text=True, check=False).returncode == 0


def test_bash_completes_commands_and_names() -> None:
    asked = 'COMP_WORDS=(walletproof {0}); COMP_CWORD={1}; _walletproof; echo "${{COMPREPLY[@]}}"\n'
    text = script("bash") + asked.format("do", 1) + asked.format("test --wallet str", 3)

    ran = subprocess.run(["bash"], input=text, capture_output=True, text=True, check=True)

    assert ran.stdout.splitlines() == ["doctor", "stripe"]


def test_an_unknown_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["tcsh"])

    assert "invalid choice: 'tcsh'" in capsys.readouterr().err
