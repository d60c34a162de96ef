"""What anybody may hand to the shop: odd tokens, news of passes, URLs for sessions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.merchant.bank import Bank, place, present, seen, shop_at_the_bank
from tests.merchant.conftest import Merchant
from tests.merchant.presented import google_callback


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


@pytest.mark.parametrize(
    "odd", [None, 7, [], {}, "", "x", True, {"paymentData": 1}, "[" * 10_000, {"a": {"b": []}}, "\x00"], ids=str
)
@pytest.mark.parametrize("wallet", ["applepay", "googlepay"])
def test_odd_tokens_are_refused_and_harmless(running: Merchant, wallet: str, odd: object) -> None:
    order = place(running, wallet)

    answer = present(running, order, odd)

    assert (answer.status_code, seen(running, order)) == (422, ("pending", 0))


def test_nothing_pushed_pays(running: Merchant) -> None:
    for setup in ("applepay", "googlepay"):
        assert running.http.post(f"/notify/{setup}", content=b'{"paid":true}').status_code == 401


def test_the_news_of_a_pass_is_booked_once(running: Merchant) -> None:
    news = google_callback("nonce-1")

    answers = [running.http.post("/passes/googlepay", content=news).status_code for _ in range(2)]

    assert answers == [200, 200]
    with running.shop.store.transaction() as tx:
        assert tx.add_news("googlepay", "0" * 64, "33.one", "save")
        assert not tx.add_news("googlepay", "0" * 64, "33.one", "save")


@pytest.mark.parametrize("changes", [{"classId": "33.other"}, {"expTimeMillis": 1}, {"eventType": "pay"}], ids=str)
def test_other_news_is_refused(running: Merchant, bank: Bank, changes: dict[str, Any]) -> None:
    answers = [
        running.http.post("/passes/googlepay", content=google_callback("nonce-2", **changes)),
        running.http.post("/passes/googlepay", content=google_callback("nonce-2").replace("save", "del")),
        running.http.post("/passes/googlepay", content=b"\xff{"),
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert running.http.post("/passes/applepay", content=google_callback("nonce-2")).status_code == 404
    bank.keys_down = True
    assert running.http.post("/passes/googlepay", content=google_callback("nonce-2")).status_code == 503


@pytest.mark.parametrize(
    "url", ["https://evil.test/", "http://apple-pay-gateway.apple.com/", "x", "https://127.0.0.1/"]
)
def test_a_session_is_asked_for_nowhere_else(running: Merchant, url: str) -> None:
    assert running.http.post("/sessions/applepay", json={"validation_url": url}).status_code == 422
    assert running.http.post("/sessions/googlepay", json={"validation_url": url}).status_code == 404


@pytest.mark.parametrize(("body", "status"), [(b'{"eventId":"1-a"}', 200), (b'{"eventId":"../x"}', 400), (b"[", 400)])
def test_an_event_that_the_gateway_does_not_know_is_acknowledged(running: Merchant, body: bytes, status: int) -> None:
    assert running.http.post("/tokens/applepay", content=body).status_code == status
    assert running.http.post("/tokens/googlepay", content=body).status_code == 404
