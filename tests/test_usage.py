"""Wrong use of a command: one line that says what was meant, exit code 4, and never a traceback."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import walletproof
from fixtures.commands import commanded
from fixtures.sandbox.__main__ import main as sandbox
from fixtures.standalone import command as merchant
from fixtures.usage import Parser
from tests.reports.command import invoked
from tests.suites import ROOT

WRONG: list[tuple[str, str]] = [
    ("gte", "there is no command 'gte'; type: walletproof gate"),
    ("init --bse-url http://x", "there is no option --bse-url; did you mean --base-url?"),
    ("init --ci githb", "'githb' is not one of 'github', 'gitlab', 'none'; did you mean github?"),
    ("doctor --wallt stripe", "there is no option --wallt; did you mean --wallet?"),
    ("doctor --wallet", "option '--wallet' requires an argument"),
    ("doctor strange", "(strange)"),
    ("sandbox --prt 1", "unrecognized arguments: --prt 1; did you mean --port?"),
    ("sandbox --port one", "invalid int value: 'one'"),
    ("merchant", "missing option '--sandbox'"),
    ("merchant --sandbx http://x", "there is no option --sandbx; did you mean --sandbox?"),
    ("merchant --sandbox http://x --port one", "invalid value for '--port'"),
    ("load --shpe peak", "unrecognized arguments: --shpe peak; did you mean --shape?"),
    ("load --shape peek", "invalid choice: 'peek'"),
    ("keys --int .", "there is no option --int; did you mean --into?"),
    ("keys strype", "no such wallet: strype"),
    ("keys strype", "; did you mean stripe?"),
    ("gate --rles x", "there is no option --rles; did you mean --rules?"),
    ("gate extra", "(extra)"),
    ("known", "missing argument 'TOPIC/WALLET/MODE'"),
    ("known a/b/c --ot x", "there is no option --ot; did you mean --out?"),
    ("diff", "missing argument 'A'"),
    ("diff one", "missing argument 'B'"),
    ("diff one two", "one"),
    ("diff --xyzzy", "there is no option --xyzzy\n"),
    ("report --ot x", "unrecognized arguments: --ot x; did you mean --out?"),
    ("quiet", "the following arguments are required: HTML"),
    ("quiet no-such.html", "no-such.html cannot be read"),
    ("replay", "the following arguments are required: ID"),
    ("replay a/b/c --targt x", "unrecognized arguments: --targt x; did you mean --target?"),
    ("list --severty major", "there is no option --severty; did you mean --severity?"),
    ("list --severity majr", "majr"),
    ("wallets --fes x", "there is no option --fes; did you mean --fees?"),
    ("wallets --fees no-such.toml", "no-such.toml"),
    ("completion", "the following arguments are required: shell"),
    ("completion bsh", "invalid choice: 'bsh'"),
]


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")  # imported before, by other tests
@pytest.mark.parametrize(("line", "told"), WRONG)
def test_wrong_use_of_any_command_is_told_and_ends_with_4(
    line: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["walletproof", *line.split()])
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit) as ended:
        walletproof.main()

    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (4, "")
    assert told in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("pytest --severty=major", "there is no option --severty; did you mean --severity?\n"),
        ("walletproof test --xyzzy", "there is no option --xyzzy\n"),
    ],
)
def test_a_run_with_an_unknown_option_names_the_nearest(line: str, told: str) -> None:
    ended = subprocess.run([sys.executable, "-m", *line.split()], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout) == (4, "")
    assert f"{told}walletproof test --help says more" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_every_command_is_tried() -> None:
    # `test` is pytest with our options, see above and test_configuration
    assert {line.split()[0] for line, _ in WRONG} >= walletproof.COMMANDS.keys() - {"test"}


def test_an_interrupt_ends_with_2_and_nothing_else_does() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    def ended(code: int = 0) -> None:
        raise typer.Exit(code)

    assert invoked(commanded(interrupted)).exit_code == 2
    assert [invoked(commanded(ended), "--code", str(code)).exit_code for code in (0, 1, 3)] == [0, 1, 3]


def test_a_misspelt_option_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    parser = Parser("walletproof load")
    parser.add_argument("--rate", type=float)

    parser.add_argument("--wallet", choices=("every", "stripe"))

    for words, told in (
        (["--rte=5"], "did you mean --rate?"),
        (["--wallet", "strip"], "did you mean stripe?"),
        (["--rate", "fast"], "invalid float value: 'fast'"),
    ):
        with pytest.raises(SystemExit) as ended:
            parser.parse_args(words)
        assert ended.value.code == 4
        assert told in capsys.readouterr().err


def test_a_port_that_is_taken_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with pytest.raises(SystemExit) as ended:
            sandbox(["--port", port], {})
        refused = invoked(merchant, "--sandbox", "http://127.0.0.1:9", "--port", port)

    assert (ended.value.code, refused.exit_code) == (4, 4)
    assert f"{port} cannot be listened on: Address already in use; choose another --port" in capsys.readouterr().err
    assert f"--port {port}: Address already in use; choose another" in refused.output


@pytest.mark.parametrize("text", [None, "no JSON", '{"stripe": 1}', "[]"])
def test_a_wrong_keys_file_is_named(text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "keys.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")

    with pytest.raises(SystemExit) as ended:
        sandbox(["--keys", str(file)], {})
    refused = invoked(merchant, "--sandbox", "http://127.0.0.1:9", "--keys", str(file))

    assert (ended.value.code, refused.exit_code) == (4, 4)
    for told in (capsys.readouterr().err, refused.output):
        assert 'wanted JSON: {"WALLET"' in told or 'wanted {"WALLET": {"NAME": "TEXT"}}' in told
