"""Tokens that the buyer presents: believed, bound to one order for ever, charged once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fixtures.merchant import presenting
from tests.merchant.bank import (
    Bank,
    down,
    lost,
    place,
    present,
    reserved,
    reserved_and_lost,
    seen,
    shop_at_the_bank,
    unreadable,
)
from tests.merchant.conftest import Merchant
from tests.merchant.presented import apple_token, google_token


@pytest.fixture(scope="module")
def both_sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bank, Merchant]]:
    with shop_at_the_bank(tmp_path_factory.mktemp("shop")) as found:
        yield found


@pytest.fixture
def running(both_sides: tuple[Bank, Merchant]) -> Merchant:
    return both_sides[1]


@pytest.fixture
def bank(both_sides: tuple[Bank, Merchant]) -> Iterator[Bank]:
    yield both_sides[0]
    both_sides[0].trouble.clear()
    both_sides[0].keys_down = False


def token_for(wallet: str, order: dict[str, Any]) -> object:
    return apple_token(order) if wallet == "applepay" else google_token()


both = pytest.mark.parametrize("wallet", ["applepay", "googlepay"])


@both
def test_an_order_is_paid_by_its_token(running: Merchant, bank: Bank, wallet: str) -> None:
    order = place(running, wallet)

    answer = present(running, order, token_for(wallet, order))

    assert order["payment"] == {"redirect": None, "qr": None, "client_secret": None}
    assert (answer.status_code, answer.json()["state"], len(answer.json()["fulfilments"])) == (200, "paid", 1)
    assert [one["captured"] for one in bank.of(order)] == [order["amount"]]


def test_placing_and_cancelling_ask_nobody(running: Merchant, bank: Bank) -> None:
    order = place(running, "googlepay")

    answer = running.cancel(order)

    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert not [call for call in bank.calls if call[1] == order["reference"]]
    assert present(running, order, google_token()).status_code == 409
    assert not bank.of(order)


@both
def test_the_same_token_again_changes_nothing(running: Merchant, bank: Bank, wallet: str) -> None:
    order = place(running, wallet)
    token = token_for(wallet, order)

    answers = [present(running, order, token).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert len(bank.charges(order)) == 1
    assert seen(running, order) == ("paid", 1)


@both
def test_another_token_for_a_paid_order_is_not_charged(running: Merchant, bank: Bank, wallet: str) -> None:
    order = place(running, wallet)
    present(running, order, token_for(wallet, order))

    answer = present(running, order, token_for(wallet, order))

    assert answer.status_code == 409
    assert len(bank.charges(order)) == 1


def test_a_used_token_pays_no_other_order(running: Merchant) -> None:
    first, second = place(running, "googlepay"), place(running, "googlepay")
    present(running, first, google_token("one-token"))

    answer = present(running, second, google_token("one-token"))

    assert answer.status_code == 422
    assert seen(running, second) == ("pending", 0)
    assert present(running, second, google_token()).status_code == 200


@pytest.mark.parametrize(
    "changes", [{"transactionAmount": 1}, {"currencyCode": "978"}, {"made_for": "another order"}], ids=str
)
def test_a_token_for_something_else_is_refused(running: Merchant, bank: Bank, changes: dict[str, Any]) -> None:
    order = place(running, "applepay")

    answer = present(running, order, apple_token(order, **changes))

    assert (answer.status_code, seen(running, order), bank.of(order)) == (422, ("pending", 0), [])
    assert present(running, order, apple_token(order)).status_code == 200


def test_two_at_once_charge_once(running: Merchant, bank: Bank) -> None:
    order = place(running, "googlepay")
    token = google_token()

    with ThreadPoolExecutor(6) as hands:
        answers = list(hands.map(lambda _: present(running, order, token).status_code, range(6)))

    assert set(answers) == {200}
    assert (len(bank.of(order)), len(set(bank.charges(order)))) == (1, 1)
    assert seen(running, order) == ("paid", 1)


def test_two_tokens_at_once_charge_once(running: Merchant, bank: Bank) -> None:
    order = place(running, "googlepay")
    tokens = [google_token() for _ in range(6)]

    with ThreadPoolExecutor(6) as hands:
        answers = list(hands.map(lambda token: present(running, order, token).status_code, tokens))

    assert answers.count(200) == 1
    assert set(answers) <= {200, 409, 503}
    assert len(set(bank.charges(order))) == 1
    assert seen(running, order) == ("paid", 1)


def test_a_declined_card_leaves_the_order_payable(running: Merchant) -> None:
    order = place(running, "googlepay")
    bad = google_token(number="5000000000000009")

    answers = [present(running, order, bad).status_code for _ in range(2)]

    assert answers == [402, 402]
    assert seen(running, order) == ("pending", 0)
    assert present(running, order, google_token()).status_code == 200


def test_a_lost_answer_is_asked_for_before_anything_is_charged_again(running: Merchant, bank: Bank) -> None:
    order = place(running, "googlepay")
    bank.trouble.append(lost)

    answer = present(running, order, google_token())

    assert (answer.status_code, seen(running, order)) == (200, ("paid", 1))
    deeds = [method for method, reference, _ in bank.calls if reference == order["reference"]]
    assert deeds == ["POST", "GET"]


def test_a_charge_that_did_not_arrive_is_sent_again_under_its_key(running: Merchant, bank: Bank) -> None:
    order = place(running, "googlepay")
    bank.trouble += [down, unreadable]

    answer = present(running, order, google_token())

    assert answer.status_code == 200
    assert (len(bank.charges(order)), len(set(bank.charges(order)))) == (3, 1)


def test_money_that_was_set_aside_is_taken(running: Merchant, bank: Bank) -> None:
    order = place(running, "googlepay")
    bank.trouble.append(reserved)

    answer = present(running, order, google_token())

    assert (answer.status_code, answer.json()["state"]) == (200, "paid")
    assert [one["status"] for one in bank.of(order)] == ["captured"]


def test_cancelling_gives_back_what_was_set_aside(running: Merchant, bank: Bank) -> None:
    order = place(running, "googlepay", query_after=60)
    bank.trouble += [down, down, reserved_and_lost]
    with pytest.MonkeyPatch.context() as quiet:
        quiet.setattr(running.shop, "look_now", lambda _: None)
        assert present(running, order, google_token()).status_code == 503

    answer = running.cancel(order)

    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert [one["status"] for one in bank.of(order)] == ["voided"]


def test_what_nobody_knows_is_found_out_later(running: Merchant, bank: Bank) -> None:
    order = place(running, "googlepay", query_after=0.2)
    token = google_token()
    bank.trouble += [down, down, lost]

    answer = present(running, order, token)

    assert answer.status_code == 503
    assert running.until(order, "paid")["state"] == "paid"
    assert present(running, order, token).status_code == 200
    assert seen(running, order) == ("paid", 1)


def test_after_an_outage_the_same_token_still_pays(running: Merchant, bank: Bank) -> None:
    order = place(running, "googlepay")
    token = google_token()
    bank.trouble += [down] * 3

    answers = [present(running, order, token).status_code for _ in range(2)]

    assert answers == [503, 200]
    assert seen(running, order) == ("paid", 1)


def test_another_token_waits_for_the_first_but_not_for_ever(
    running: Merchant, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = place(running, "googlepay")
    bank.trouble += [down] * 3
    present(running, order, google_token())

    waiting = present(running, order, google_token()).status_code
    monkeypatch.setattr(presenting, "CHARGE_LIFE", -1.0)
    later = present(running, order, google_token()).status_code

    assert (waiting, later) == (503, 200)
    assert len(bank.of(order)) == 1


def test_without_keys_nothing_is_believed(running: Merchant, bank: Bank) -> None:
    order = place(running, "googlepay")
    bank.keys_down = True

    answer = present(running, order, google_token())

    assert (answer.status_code, seen(running, order)) == (503, ("pending", 0))
    bank.keys_down = False
    assert present(running, order, google_token()).status_code == 200


def test_refunds_go_back_through_the_acquirer(running: Merchant, bank: Bank) -> None:
    order = place(running, "applepay")
    present(running, order, apple_token(order))

    first, rest, over = (running.refund(order, amount) for amount in (100, None, 1))

    assert (first.status_code, rest.status_code, over.status_code) == (201, 201, 409)
    assert running.read(order)["state"] == "refunded"
    assert [one["refunded"] for one in bank.of(order)] == [order["amount"]]


def test_another_buyer_cannot_pay_it_nor_see_it(running: Merchant) -> None:
    order = place(running, "googlepay")

    for headers, status in (({"authorization": "Bearer token-b"}, 404), ({"authorization": ""}, 401)):
        answer = running.http.post(f"/orders/{order['id']}/payments", json={"token": google_token()}, headers=headers)
        assert answer.status_code == status
