"""Sums as buyers read and write them."""

from __future__ import annotations

import pytest

from fixtures.model import Money
from fixtures.sandbox.cashier.amounts import read, shown


@pytest.mark.parametrize(
    ("money", "english", "chinese"),
    [
        (Money(1250, "CNY"), "¥ 12.50", "¥12.50"),
        (Money(1999, "USD"), "$19.99", "US$19.99"),
        (Money(129900, "USD"), "$1,299.00", "US$1,299.00"),
        (Money(1250, "JPY"), "¥ 1,250", "JP¥1,250"),
        (Money(1250, "KWD"), "1.250 KWD", "1.250 KWD"),
        (Money(42000, "BTC"), "0.00042 BTC", "0.00042 BTC"),
        (Money(100_000_000, "BTC"), "1 BTC", "1 BTC"),
        (Money(1, "ETH"), "0.000000000000000001 ETH", "0.000000000000000001 ETH"),
        (Money(0, "USDC"), "0 USDC", "0 USDC"),
    ],
)
def test_a_sum_is_written_as_its_currency_and_the_readers_language_ask(
    money: Money, english: str, chinese: str
) -> None:
    assert (shown(money, "en"), shown(money, "zh")) == (english, chinese)


@pytest.mark.parametrize(("text", "minor"), [("12.5", 1250), (" 12 ", 1200), ("0.01", 1)])
def test_a_sum_is_read_in_major_units(text: str, minor: int) -> None:
    assert read(text, "USD") == Money(minor, "USD")


@pytest.mark.parametrize(
    ("text", "currency"),
    [("0.001", "USD"), ("1.5", "JPY"), ("1,5", "USD"), ("+1", "USD"), ("1", "usd"), ("0.00", "USD")],
)
def test_what_is_no_sum_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match="sum"):
        read(text, currency)
