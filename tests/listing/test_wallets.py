"""`walletproof wallets`: the wallets side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fixtures.listing.comparing import Measured, compared, read_fees
from fixtures.listing.wallets import command, retries
from fixtures.model import Outcome
from fixtures.target.problems import ConfigurationError
from fixtures.wallets import discover
from reports.results import Result, write_results

WALLETS = discover()


def result(topic: str, wallet: str, outcome: Outcome) -> Result:
    return Result(topic, wallet, "-", outcome, "normal", 3, 0.1)


def test_every_wallet_says_what_its_proof_is_and_where_that_is_written() -> None:
    for row in compared(WALLETS.values(), {}, None):
        assert row.signature, f"{row.wallet}: Docs.signature"
        assert row.documentation.startswith("https://") and row.documentation_read
        assert row.region and row.region_page.startswith("https://") and row.region_read, f"{row.wallet}: Docs.region"
        assert row.measured is None


def test_what_was_measured_here_is_counted() -> None:
    results = [
        result("pay.success", "stripe", Outcome.PASSED),
        result("notify.repeat", "stripe", Outcome.FAILED),
        result("refund.partial", "stripe", Outcome.INCONCLUSIVE),
    ]

    rows = {row.wallet: row for row in compared(WALLETS.values(), {"stripe": "1 %"}, results)}

    assert rows["stripe"].measured == Measured(passed=1, failed=1, others=1)
    assert rows["stripe"].fees == "1 %"
    assert rows["alipay"].measured is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('strype = "1 %"', "fees.toml: strype: found no such wallet; .*; nearest: stripe"),
        ("stripe = 1.5", "fees.toml: stripe: found float; wanted a text"),
        ("stripe = ", "cannot be read"),
    ],
)
def test_wrong_fees_say_what_would_be_right(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "fees.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=words):
        read_fees(file, WALLETS)


def test_a_schedule_is_told_in_few_words() -> None:
    assert retries((60.0, 240.0, 540.0, 960.0)) == "4 after 60 s, 4 min, 9 min, …, 30 min in all"
    assert retries(()) == "none: nobody sends anything"


def test_the_command_prints_for_people_and_for_programs(tmp_path: Path) -> None:
    runner = CliRunner()
    write_results([result("pay.success", "stripe", Outcome.PASSED)], tmp_path / "results.json")

    people = runner.invoke(command, ["--out", str(tmp_path)])
    programs = runner.invoke(command, ["--out", str(tmp_path / "none"), "--json"])

    assert "1 passed, 0 failed, 0 neither" in people.output
    assert "nothing yet: walletproof test --wallet alipay" in people.output
    assert {row["wallet"] for row in json.loads(programs.output)["wallets"]} == set(WALLETS)


def test_broken_results_are_a_wrong_configuration(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text("{", encoding="utf-8")

    wrong = CliRunner().invoke(command, ["--out", str(tmp_path)])

    assert wrong.exit_code == 4
    assert "cannot be read" in wrong.output and "Traceback" not in wrong.output
