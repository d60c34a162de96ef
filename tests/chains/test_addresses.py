"""Whose address it is."""

from __future__ import annotations

import time
from random import Random

from fixtures.chains import life
from fixtures.chains.addresses import orders_at
from fixtures.chains.make import OnChains
from fixtures.model import Money, Stamp
from fixtures.sandbox.ledger import WalletBook
from tests.chains.ethereum_desk import key_set

STAMP = Stamp(time.time(), Random(1))


def order(book: WalletBook, reference: str, address: str) -> None:
    """An order to be paid there."""
    made = life.assume(book.wallet, reference, Money(1, "ETH"), "ethereum", STAMP)
    book.save(life.noted(made, address=address))


def test_an_address_is_found_as_soon_as_it_is_known() -> None:
    book = WalletBook("ledger")
    order(book, "one", "0xAb")

    assert orders_at(book, "0xAb") == {"one"}
    assert orders_at(book, "0xCd") == frozenset()

    order(book, "two", "0xCd")

    assert orders_at(book, "0xCd") == {"two"}


def test_spelling_is_the_callers() -> None:
    book = WalletBook("ledger")
    order(book, "one", "0xAb")

    assert orders_at(book, "0xab", str.lower) == {"one"}
    assert orders_at(book, "0xab") == frozenset()


def test_two_orders_with_one_address_are_both_told() -> None:
    book = WalletBook("ledger")
    order(book, "one", "0xAb")
    order(book, "two", "0xAb")

    assert orders_at(book, "0xAb") == {"one", "two"}


def test_both_chains_are_there_before_anybody_asks() -> None:
    book = WalletBook("ledger")

    OnChains().begin(book, key_set(), STAMP)

    assert set(book.store["chains"]) == {"bitcoin", "ethereum"}
