"""`walletproof sandbox` for a person: what it takes from a target file, and what it says when that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.sandbox.__main__ import main
from fixtures.sandbox.app import create_app
from fixtures.sandbox.greeting import lines, public_url
from fixtures.sandbox.server import listen
from fixtures.wallets import discover
from fixtures.workplace import described
from tests.sandbox.toy import TOY

TARGET = """
base_url = "http://127.0.0.1:8080"
allowed_hosts = ["127.0.0.1:8080", "localhost"]

[sandbox]
url = "http://{place}"
token = "a-token-that-is-long"

[order.place]
request = "POST /orders"
capture = {{ id = "id", reference = "reference" }}

[order.read]
request = "GET /orders/{{id}}"
capture = {{ state = "state" }}

[order.states]
paid = ["paid"]

[wallets.stripe]
mode = "intent"
notify = "/notify/stripe"
{keys}

[[shelf]]
item = "tea"
price = 100
currency = "USD"
"""


def written(folder: Path, place: str = "127.0.0.1:8900", keys: str = "") -> Path:
    """A target file."""
    file = folder / "target.toml"
    file.write_text(TARGET.format(place=place, keys=keys), "utf-8")
    return file


def test_a_target_file_says_what_a_sandbox_needs(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text('{"stripe": {"secret_key": "sk_test_ours"}}')

    found = described(written(tmp_path, keys='keys = "own.json"'))

    assert (found.hosts, found.wallets, found.token) == (
        ("127.0.0.1:8080", "localhost"),
        ("stripe",),
        "a-token-that-is-long",
    )
    assert (found.name, found.port) == (None, 8900)
    assert found.keys["stripe"]["secret_key"] == "sk_test_ours"
    assert set(found.keys["stripe"]) == set(discover()["stripe"].published_keys())


def test_the_name_in_a_target_file_leads_here(tmp_path: Path) -> None:
    assert described(written(tmp_path, "sandbox.test:8900")).name == "sandbox.test:8900"


def test_a_wrong_target_file_ends_the_command_with_4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, keys="modes = 1")

    with pytest.raises(SystemExit) as end:
        main(["--target", str(file)], {"toy": TOY}, described)

    assert end.value.code == 4
    assert "target.toml:23: wallets.stripe.modes" in capsys.readouterr().err


def test_without_a_reader_there_is_no_such_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--target", "target.toml"], {"toy": TOY})

    assert end.value.code == 4
    assert "unrecognized arguments: --target" in capsys.readouterr().err


def test_a_person_is_told_where_everything_is() -> None:
    app = create_app({"toy": TOY}, {}, "a-token", 1)
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        app.state.url = public_url(listener, [])

    told = lines(app, {"tls_url": None}, Path("state.db")).splitlines()

    assert [line.split()[0] for line in told] == ["gateways", "cashier", "dashboard", "stop"]
    assert f"http://127.0.0.1:{port}/dashboard/enter?once=" in told[2]
    assert told[3] == "stop       Ctrl-C; the state stays in state.db"


@pytest.mark.parametrize(
    ("names", "url"), [(["pay.test"], "http://pay.test:{}"), (["pay.test:8443"], "http://pay.test:8443")]
)
def test_others_reach_it_by_its_public_name(names: list[str], url: str) -> None:
    with listen("127.0.0.1", 0) as listener:
        assert public_url(listener, names) == url.format(listener.getsockname()[1])


def test_an_address_for_everybody_is_no_address_to_go_to() -> None:
    with listen("0.0.0.0", 0) as listener:
        assert public_url(listener, []) == f"http://127.0.0.1:{listener.getsockname()[1]}"
