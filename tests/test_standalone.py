"""`walletproof merchant` without a sandbox says so, instead of serving a shop at which nobody can pay."""

from __future__ import annotations

import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from fixtures.standalone import command


def ended(url: str) -> int | str | None:
    """With what the command ends."""
    with pytest.raises(SystemExit) as end:
        command(["--sandbox", url, "--port", "0"], prog_name="walletproof merchant")
    return end.value.code


def test_an_address_where_nobody_listens(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"

    assert ended(url) == 4
    assert f"--sandbox {url}: " in (told := capsys.readouterr().err)
    assert "start one (walletproof sandbox), or correct the URL" in told


@pytest.mark.parametrize("url", ["nonsense", "http://["])
def test_what_is_no_address(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(url) == 4
    assert "correct the URL" in capsys.readouterr().err


def test_something_else_listens_there(capsys: pytest.CaptureFixture[str]) -> None:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as other:
        Thread(target=other.handle_request, daemon=True).start()

        assert ended(f"http://127.0.0.1:{other.server_port}") == 4

    assert "but no sandbox" in capsys.readouterr().err
