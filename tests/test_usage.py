"""Wrong use of a command: one line that says what was meant, exit code 4, and never a traceback."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from fixtures.sandbox.__main__ import main as sandbox
from fixtures.standalone import command as merchant
from fixtures.usage import Parser
from tests.reports.command import invoked


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
