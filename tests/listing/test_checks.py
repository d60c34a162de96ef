"""`walletproof list`: every check, what it rests on, and where it does not apply."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fixtures.listing.__main__ import command, listed
from fixtures.target.problems import ConfigurationError

TARGET = """
base_url = "http://127.0.0.1:9"
[order]
place = { request = "POST /orders", capture = { id = "id" } }
read = { request = "GET /orders/{id}", capture = { state = "state" } }
states = { paid = ["paid"] }
[wallets.stripe]
notify = "/notify"
[wallets.ledger]
[[shelf]]
item = "tea"
price = 100
currency = "USD"
"""


def plain(target: str | None = None, *, topics: list[str], severity: str | None = None) -> list[dict[str, object]]:
    """The checks as programs read them."""
    told = json.loads(listed(target, topics, [], severity, as_json=True))
    assert told["schema"] == 1
    checks: list[dict[str, object]] = told["checks"]
    return checks


def test_every_check_has_a_severity_a_title_and_a_mutant_where_one_can_be() -> None:
    checks = plain(topics=[])

    assert len(checks) > 100
    assert all(
        check["title"] and check["severity"] and check["area"] in {"conformance", "security"} for check in checks
    )
    # the embedded merchant has neither TLS nor a tree of its own, so that no mutant can have them wrong
    unproven = {str(check["topic"]).partition(".")[0] for check in checks if not check["mutants"]}
    assert unproven <= {"hygiene", "transport"}


def test_a_topic_is_listed_with_the_pages_that_ask_for_it() -> None:
    said = listed(None, ["notify.repeat"], ["stripe"], None, as_json=False)

    assert said.startswith("notify.repeat  (critical, conformance, depth ")
    assert "proven by " in said
    assert "stripe: https://docs.stripe.com/" in said
    assert "alipay:" not in said and "Alipay" not in said
    assert said.endswith("\n1 check")


def test_a_forgery_s_own_topic_leads_to_the_check_that_plays_it() -> None:
    assert {check["topic"] for check in plain(topics=["forgery.wrong-key"])} == {"forgery"}


def test_a_severity_is_the_lowest() -> None:
    severities = {check["severity"] for check in plain(topics=[], severity="critical")}

    assert severities == {"blocker", "critical"}


def test_what_does_not_apply_to_a_target_is_said_with_its_reason(tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(TARGET, encoding="utf-8")

    (published,) = plain(str(file), topics=["keys.published"])
    said = listed(str(file), ["keys.published"], [], None, as_json=False)

    assert published["beside"] == {
        "ledger": "the shop holds no secret of the wallet's: its key is an extended public key",
        "stripe": "the target file gives no fulfilments",
    }
    assert "does not apply to stripe: the target file gives no fulfilments" in said
    assert "1 of them do not apply everywhere" in said


@pytest.mark.parametrize(
    ("topics", "wallets", "severity", "words"),
    [
        (["notify.repaet"], [], None, "--topic notify.repaet: found no such name; nearest: notify.repeat"),
        ([], ["strype"], None, "--wallet strype: found no such name; nearest: stripe"),
        ([], [], "critcal", "--severity critcal: found no such severity; wanted one of blocker, critical"),
    ],
)
def test_a_wrong_name_says_what_to_type(
    topics: list[str], wallets: list[str], severity: str | None, words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        listed(None, topics, wallets, severity, as_json=False)


def test_the_command_ends_with_4_and_helps_with_examples() -> None:
    runner = CliRunner()
    wrong, help_ = runner.invoke(command, ["--target", "nowhere.toml"]), runner.invoke(command, ["--help"])

    assert wrong.exit_code == 4 and "nowhere.toml: cannot be read" in wrong.output
    assert "walletproof list --target target.toml" in help_.output
    assert "\x1b" not in help_.output + wrong.output
