"""Ledger, history and wire format as plain objects: nothing is lost, mixed up or kept for ever."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fixtures.model import Answer, Exchange, Message, Money, Payment, Refund
from fixtures.network.faults import Fault
from fixtures.sandbox.bodies import FaultState
from fixtures.sandbox.history import Filter, History
from fixtures.sandbox.ledger import Ledger, WalletBook
from fixtures.wire import Malformed, dump, load


def payment(reference: str, id: str, wallet: str = "toy") -> Payment:
    return Payment(wallet, "plain", id, reference, Money(5, "CNY"))


def exchange(order: str | None, note: str = "") -> Exchange:
    return Exchange("buyer", "target", Message("GET", "/"), None, 1.0, 0.0, order=order, note=note)


def test_a_payment_is_found_by_both_its_numbers() -> None:
    book = WalletBook("toy")
    book.save(payment("r", "i"))

    assert book.by_reference("r") == book.by_id("i") == payment("r", "i")
    assert book.by_reference("i") is book.by_id("r") is None


def test_saving_again_replaces_and_forgets_the_old_number() -> None:
    book = WalletBook("toy")
    book.save(payment("r", "old"))
    book.save(payment("s", "other"))
    book.save(payment("r", "new"))

    assert book.by_id("old") is None
    assert [one.id for one in book.payments()] == ["new", "other"]


def test_each_wallet_has_a_book_and_a_store_of_its_own() -> None:
    ledger = Ledger(["toy", "other"])
    ledger.book("toy").save(payment("r", "i"))
    ledger.book("other").save(payment("r", "i", "other"))
    ledger.book("toy").store["key"] = 1

    assert [one.wallet for one in ledger.payments(reference="r")] == ["toy", "other"]
    assert ledger.payments("other", "r") == [payment("r", "i", "other")]
    assert "key" not in ledger.book("other").store


def test_a_payment_does_not_get_into_another_wallets_book() -> None:
    with pytest.raises(ValueError, match="'other' does not belong into the book of 'toy'"):
        WalletBook("toy").save(payment("r", "i", "other"))


def test_a_full_history_drops_the_oldest_and_counts_them() -> None:
    history = History(limit=3)
    for number in range(5):
        history.append(exchange("even" if number % 2 == 0 else "odd", str(number)))

    assert (len(history), history.dropped) == (3, 2)
    assert [(one.sequence, one.note) for one in history.select(Filter())] == [(3, "2"), (4, "3"), (5, "4")]
    assert [one.note for one in history.select(Filter(order="even"))] == ["2", "4"]
    assert [one.note for one in history.select(Filter(order="odd"))] == ["3"]


@pytest.mark.parametrize(("after", "expected"), [(0, [3, 4, 5]), (2, [3, 4, 5]), (4, [5]), (5, []), (9, [])])
@pytest.mark.parametrize("order", [None, "x"])
def test_reading_goes_on_after_a_sequence_number(order: str | None, after: int, expected: list[int]) -> None:
    history = History(limit=3)
    for _ in range(5):
        history.append(exchange("x"))

    assert [one.sequence for one in history.select(Filter(order=order, after=after))] == expected


def test_a_limit_shows_the_oldest_that_fit() -> None:
    history = History()
    for order in ("a", "b", "a", "a"):
        history.append(exchange(order))

    assert [one.sequence for one in history.select(Filter(order="a", limit=2))] == [1, 3]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Payment, replace(payment("r", "i"), refunds=(Refund("n", "i", Money(1, "CNY"), 2.5),), details={"a": [1]})),
        (Exchange, replace(exchange("x"), answer=Answer(200, (("a", "ü"),), bytes(range(256))))),
        (Fault, Fault(wallet="toy", operation="query", kind="slow", seconds=0.5)),
        (FaultState, FaultState(wallet="toy", operation="query", kind="cut", hits=1)),
        (list[Payment], []),
    ],
)
def test_what_travels_arrives_as_it_was(kind: Any, value: object) -> None:
    assert load(kind, dump(kind, value)) == value


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"null", "null instead"),
        (b"{", "JSON"),
        (b'{"wallet": "toy", "operation": "query", "kind": "boom"}', "kind: "),
        (b'{"wallet": "toy", "operation": "query", "kind": "cut", "tmies": 1}', "tmies: "),
        (b'{"wallet": "toy", "operation": "query", "kind": "cut", "times": 0}', "times: 0 is not at least 1"),
    ],
)
def test_what_is_malformed_names_the_field(data: bytes, field: str) -> None:
    with pytest.raises(Malformed, match=field):
        load(Fault, data)


def test_a_malformed_value_is_not_repeated() -> None:
    with pytest.raises(Malformed) as caught:
        load(Fault, b'{"wallet": "toy", "operation": "query", "kind": "sk_test_secret"}')

    assert "sk_test_secret" not in str(caught.value)
