"""A failure reads as a letter: requirement, expected and observed, who says so, what it costs, how to see it again."""

from __future__ import annotations

from reports.letter import happened, letter
from reports.remedies import REMEDIES
from tests.reports.examples import FAILED, NOT_APPLICABLE


def test_a_failure_reads_in_the_order_a_tired_engineer_needs() -> None:
    assert letter(FAILED, exchanges=False) == (
        "A wallet repeats a proof until it is acknowledged; the goods leave once.\n"
        "\n"
        "Expected       fulfilments = 1\n"
        "Because        fulfilled 3 times\n"
        "Observed       fulfilments = 3\n"
        "Who says so    https://opendocs.alipay.com/open/203/105286 (read 2026-10-01)\n"
        "What it costs  The goods leave again for every repeat.\n"
        f"Remedy         {REMEDIES['notify.repeat'].en}\n"
        "Again          walletproof replay notify.repeat/alipay/key\n"
        "Seed           7"
    )


def test_the_exchanges_come_last() -> None:
    assert letter(FAILED).rstrip().endswith("s=a%2Fb'")


def test_what_is_not_applicable_names_the_missing_capability() -> None:
    assert "Missing        refund" in letter(NOT_APPLICABLE)


def test_a_terminal_adds_the_timeline_and_the_command() -> None:
    assert happened(FAILED).splitlines()[0].split()[:2] == ["at", "after"]
    assert happened(FAILED).endswith("\nAgain: walletproof replay notify.repeat/alipay/key")
    assert happened(NOT_APPLICABLE) == ""
