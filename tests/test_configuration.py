"""A wrong configuration ends a run with exit code 4 and a line that says what to mend, before anything is sent."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from fixtures.preparing import prepare
from fixtures.target.problems import ConfigurationError
from tests.foreign.running import TARGET
from tests.hostile.servers import breaking, hostile
from tests.suites import Ran, run_suites

TEXT = TARGET.read_text(encoding="utf-8")
PASSPHRASE = "a-passphrase-nobody-may-read"
CAPABILITIES = 'capabilities = ["gateway"'
KEYS = 'keys = "${FOREIGN_KEYS}"\n'
SANDBOX = TEXT[TEXT.index("[sandbox]") : TEXT.index("[timing]")]

BROKEN_ADAPTER = """
class Shop:
    def __init__(self, access):
        raise RuntimeError("no books for " + access.buyers["first"]["passphrase"])
    def list(self, buyer):
        return []
"""


def variables(folder: Path, url: str) -> dict[str, str]:
    """What the target file wants of the environment; the folder has what the file names beside it."""
    (folder / "broken.py").write_text(BROKEN_ADAPTER, encoding="utf-8")
    (folder / "keys.json").write_text("{}", encoding="utf-8")
    return {
        "FOREIGN_URL": url,
        "FOREIGN_FIRST": PASSPHRASE,
        "FOREIGN_SECOND": "another-one",
        "FOREIGN_KEYS": str(folder / "keys.json"),
        "FOREIGN_SANDBOX": url,
        "FOREIGN_SANDBOX_TOKEN": "a-token-nobody-may-read",
    }


def refused(folder: Path, url: str, text: str) -> str:
    """What a run says that ends with exit code 4 and has written nothing."""
    file = folder / "target.toml"
    file.write_text(text, encoding="utf-8")
    return told(run_suites(folder / "out", f"--target={file}", "-q", environment=variables(folder, url)))


def told(ran: Ran) -> str:
    """The text of a refusal, once it is sure that it is one."""
    assert ran.code == 4, ran.text
    assert "wrong configuration, nothing was sent" in ran.text
    assert "Traceback" not in ran.text and "INTERNALERROR" not in ran.text
    assert PASSPHRASE not in ran.text and "a-token-nobody-may-read" not in ran.text
    assert not (ran.out / "results.json").exists()
    return ran.text


PUBLISHED = TEXT.replace(KEYS, "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            TEXT.replace("${FOREIGN_FIRST}", "${FOREIGN_FIRTS}"),
            "found ${FOREIGN_FIRTS}, which is not set; wanted the environment variable FOREIGN_FIRTS to be set; "
            "nearest: FOREIGN_FIRST",
        ),
        (
            TEXT.replace('"${FOREIGN_URL}"', '"https://api.stripe.com"'),
            "base_url: found api.stripe.com, a wallet's production host; wanted a test environment of your own",
        ),
        (
            PUBLISHED.replace(CAPABILITIES, f'allowed_hosts = ["127.0.0.1", "shop.example"]\n{CAPABILITIES}'),
            "though the target is off loopback",
        ),
        (
            TEXT.replace("${FOREIGN_FIRST}", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"),
            "found a live key among the secrets of the file; wanted test keys only",
        ),
        (
            TEXT.replace(KEYS, 'keys = "nowhere.json"\n'),
            "wallets.alipay.keys: found nowhere.json, which cannot be read",
        ),
        (TEXT.replace("[timing]", "[timing"), "not TOML"),
    ],
    ids=["environment", "production", "published", "live", "keys-file", "toml"],
)
def test_a_wrong_target_file_is_found_before_anything_is_sent(
    text: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert text != TEXT
    file = tmp_path / "target.toml"
    file.write_text(text, encoding="utf-8")

    with hostile(breaking) as server, ExitStack() as stack:
        for name, value in variables(tmp_path, server.url).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ConfigurationError) as refusal:
            prepare(str(file), None, tmp_path, stack, seed=1, examples=0)

    assert line in str(refusal.value)
    assert "sk_live_" not in str(refusal.value) and PASSPHRASE not in str(refusal.value)
    assert server.heard == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            TEXT.replace('notify = "/hooks/paypal"', 'notfy = "/hooks/paypal"'),
            "wallets.paypal.notfy: found an unknown key; wanted one of callback, challenge, confirms_by_query, "
            "credentials, currencies, decrypts, keys, login, mode, notify, place, present, return, session, wallet; "
            "nearest: notify",
        ),
        (
            PUBLISHED.replace(CAPABILITIES, f'adapter = "broken:Shop"\n{CAPABILITIES}').replace(SANDBOX, ""),
            "the adapter broken:Shop cannot be made: RuntimeError: no books for ***",
        ),
    ],
    ids=["key", "adapter"],
)
def test_a_run_on_a_wrong_target_file_is_refused(text: str, line: str, tmp_path: Path) -> None:
    assert text != TEXT

    with hostile(breaking) as server:
        said = refused(tmp_path, server.url, text)

    assert line in said
    assert server.heard == []


def test_a_target_that_is_not_there_is_said_to_be_down(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"

    said = refused(tmp_path, url, PUBLISHED.replace(SANDBOX, ""))

    assert f"target.toml:3: base_url: {url} cannot be reached: nothing listens on port" in said
    assert "start the target, or correct the port in base_url" in said


def test_a_sandbox_that_is_none_is_said_to_be_none(tmp_path: Path) -> None:
    with hostile(breaking) as server:
        said = refused(tmp_path, server.url, PUBLISHED)

    assert "sandbox.url: GET /control/health: 500" in said
    assert "start it (walletproof sandbox), or correct sandbox.url and sandbox.token" in said
    assert {heard.split(b" ")[1] for heard in server.heard} == {b"/control/health"}


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--target=nowhere.toml"], "nowhere.toml: cannot be read"),
        (["--target-url=http://user:secret@127.0.0.1:9"], "found a URL with user and password"),
        ([f"--target={TARGET}", "--target-url=http://127.0.0.1:9"], "choose one target"),
    ],
    ids=["no-file", "password", "two-targets"],
)
def test_a_wrong_option_is_refused(options: list[str], line: str, tmp_path: Path) -> None:
    said = told(run_suites(tmp_path / "out", "-q", *options))

    assert line in said
    assert "user:secret" not in said


@pytest.mark.parametrize(
    ("option", "line"),
    [
        ("--topic=notify.repaet", "--topic notify.repaet: found no such name; nearest: notify.repeat"),
        ("--wallet=strype", "--wallet strype: found no such name; nearest: stripe"),
    ],
    ids=["topic", "wallet"],
)
def test_a_wrong_name_is_refused(option: str, line: str, tmp_path: Path) -> None:
    with hostile(breaking) as server:
        said = told(run_suites(tmp_path / "out", "-q", f"--target-url={server.url}", option))

    assert line in said
    assert {heard.split(b" ")[1] for heard in server.heard} <= {b"/openapi.json"}
