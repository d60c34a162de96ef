"""Payments by transaction: what the shop does with what a chain tells."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from fixtures.merchant.integrations.chain import Received
from fixtures.merchant.integrations.ethereum import Ethereum
from fixtures.merchant.integrations.hardware import Hardware
from fixtures.merchant.placing import Wish
from fixtures.merchant.settings import Settings
from fixtures.merchant.shop import Shop
from fixtures.merchant.words import Message, Order, Problem, Refused
from tests.merchant.conftest import open_shop, serve
from tests.merchant.nodes import (
    BITCOIN,
    ETHEREUM,
    FakeBitcoin,
    FakeEthereum,
    an_order,
    bip321,
    eip681,
    integration,
)


@dataclass
class Stand:
    """A shop with one wallet on a chain of the test's own; the test is the watcher."""

    shop: Shop
    node: Any

    def place(self, item: str, **wish: Any) -> Order:
        return self.shop.place("alice", Wish(item, 1, "coins", **wish), "http://shop.test")

    def look(self) -> None:
        self.shop.watch("coins")
        self.shop.sweep("coins")

    def state(self, order: Order) -> tuple[str, int, list[str]]:
        """State, fulfilments and incidents."""
        with self.shop.store.reading() as tx:
            seen = tx.order(order.id)
            return seen.state, len(tx.fulfilments([order.id])[order.id]), tx.incidents(order.id)


def stand(values: dict[str, str], node: Any, folder: Path) -> Stand:
    settings = Settings.of({"database": f"sqlite:///{folder / 'books.db'}", "wallets": {"coins": values}})
    shop = Shop(settings)
    wallet = shop.integration("coins")
    assert isinstance(wallet, Hardware)
    wallet.chain.node = node
    return Stand(shop, node)


@pytest.fixture
def counter(tmp_path: Path) -> Stand:
    return stand(BITCOIN, FakeBitcoin(), tmp_path)


def test_every_order_has_an_address_of_its_own_however_many_come_at_once(counter: Stand) -> None:
    with ThreadPoolExecutor(8) as buyers:
        placed = list(buyers.map(lambda _: counter.place("lamp"), range(24)))

    chain = integration(BITCOIN).chain
    assert {order.payment for order in placed} == {chain.address(index) for index in range(24)}
    assert all(order.qr == f"bitcoin:{order.payment}?amount=0.00042000" for order in placed)


def test_books_that_begin_later_begin_where_they_are_told(tmp_path: Path) -> None:
    counter = stand({**BITCOIN, "first_index": "700"}, FakeBitcoin(), tmp_path)

    chain = integration(BITCOIN).chain
    assert [counter.place("lamp").payment for _ in range(2)] == [chain.address(700), chain.address(701)]


def test_a_payment_fulfils_once_when_it_is_confirmed(counter: Stand) -> None:
    order = counter.place("lamp")
    entry = counter.node.output(order.payment, "0.00042", 1)
    counter.look()
    assert counter.state(order) == ("pending", 0, [])

    entry["confirmations"] = 2
    for _ in range(3):
        counter.look()

    assert counter.state(order) == ("paid", 1, [])


def test_who_pays_too_much_gets_the_goods_once_and_a_person_is_told_once(counter: Stand) -> None:
    order = counter.place("lamp")
    counter.node.output(order.payment, "0.00043", 6)

    for _ in range(3):
        counter.look()

    assert counter.state(order) == ("paid", 1, ["overpaid"])


def test_who_pays_too_little_waits_and_may_pay_the_rest(counter: Stand) -> None:
    order = counter.place("lamp")
    counter.node.output(order.payment, "0.0004", 6)
    counter.look()
    counter.look()
    assert counter.state(order) == ("pending", 0, ["underpaid"])

    counter.node.output(order.payment, "0.00002", 2)
    counter.look()

    assert counter.state(order) == ("paid", 1, ["underpaid"])


def test_a_second_payment_is_noticed_and_fulfils_nothing(counter: Stand) -> None:
    order = counter.place("lamp")
    counter.node.output(order.payment, "0.00042", 6)
    counter.look()

    counter.node.output(order.payment, "0.00042", 6)
    counter.look()
    counter.look()

    assert counter.state(order) == ("paid", 1, ["second payment"])


def test_money_for_a_cancelled_order_is_noticed_and_fulfils_nothing(counter: Stand) -> None:
    order = counter.place("lamp")
    assert counter.shop.cancel(order).state == "cancelled"

    counter.node.output(order.payment, "0.00042", 6)
    counter.look()
    counter.look()

    assert counter.state(order) == ("cancelled", 0, ["late"])
    with counter.shop.store.reading() as tx:
        assert tx.refunds(order.id) == []


def test_an_order_whose_payment_is_on_its_way_cannot_be_cancelled(counter: Stand) -> None:
    order = counter.place("lamp")
    counter.node.output(order.payment, "0.00042", 0)

    with pytest.raises(Problem) as refused:
        counter.shop.cancel(order)

    assert refused.value.status == 409
    assert counter.state(order) == ("pending", 0, [])


def test_a_payment_that_is_found_when_the_order_is_cancelled_pays_it(counter: Stand) -> None:
    order = counter.place("lamp")
    counter.node.output(order.payment, "0.00043", 3)

    with pytest.raises(Problem):
        counter.shop.cancel(order)

    assert counter.state(order) == ("paid", 1, ["overpaid"])


def test_an_order_expires_unless_its_money_is_on_its_way(counter: Stand) -> None:
    waiting, empty = (counter.place("lamp", expires_in=0.05) for _ in range(2))
    counter.node.output(waiting.payment, "0.00042", 1)

    states = [counter.shop.expire(order).state for order in (waiting, empty)]

    assert states == ["pending", "expired"]


def test_a_node_that_does_not_answer_pays_and_closes_nothing(counter: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fixtures.merchant.desk.PAUSE", 0.001)
    order = counter.place("lamp")
    counter.node.output(order.payment, "0.00042", 6)
    counter.node.down = True

    counter.look()
    with pytest.raises(Problem) as refused:
        counter.shop.cancel(order)

    assert refused.value.status == 503
    assert counter.state(order) == ("pending", 0, [])
    counter.node.down = False
    counter.look()
    assert counter.state(order) == ("paid", 1, [])


def test_a_refund_is_a_person_s_work(counter: Stand) -> None:
    order = counter.place("lamp")
    counter.node.output(order.payment, "0.00042", 6)
    counter.look()

    with pytest.raises(Problem) as refused:
        counter.shop.refund(counter.shop.fresh(order), None)

    assert refused.value.status == 409
    assert counter.state(order)[0] == "paid"


def test_one_chain_sells_for_its_own_coins_only(counter: Stand) -> None:
    with pytest.raises(Problem) as refused:
        counter.place("globe")

    assert refused.value.status == 409


def test_tokens_and_the_native_coin_pay_side_by_side(tmp_path: Path) -> None:
    counter = stand(ETHEREUM, FakeEthereum(), tmp_path)
    globe, mirror, both = counter.place("globe"), counter.place("mirror"), counter.place("mirror")
    counter.node.transfer(globe.payment, 19_990_000, block=90)
    counter.node.balances[mirror.payment] = [(90, 12 * 10**15)]
    counter.node.transfer(both.payment, 12 * 10**15, block=90)

    counter.look()

    assert [counter.state(order)[:2] for order in (globe, mirror, both)] == [("paid", 1), ("paid", 1), ("pending", 0)]


def test_nobody_may_tell_this_shop_of_payments(counter: Stand) -> None:
    wallet = counter.shop.integration("coins")

    assert counter.shop.receive("coins", Message({}, b'{"paid": true}')).status == 401
    with pytest.raises(Refused):
        wallet.parse(Message({}, b"{}"))


def test_an_order_without_address_received_nothing() -> None:
    wallet = integration(ETHEREUM)

    assert isinstance(wallet.chain, Ethereum)
    assert wallet.received([replace(an_order("", 1, "USDC"), payment=None)]) == {"1": Received()}


# the shop as it runs


def played(node: Any, path: str) -> Starlette:
    """The node behind HTTP, as the shop's own client meets it."""

    def one(call: dict[str, Any], result: Any) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": call["id"], "result": result}

    async def rpc(request: Request) -> JSONResponse:
        asked = await request.json()
        if path == "bitcoin" and request.headers.get("authorization") != "Basic c2hvcDpzZWNyZXQ=":
            return JSONResponse({}, 401)
        if isinstance(asked, list):
            results = node.batch([(call["method"], call["params"]) for call in asked])
            return JSONResponse([one(*pair) for pair in zip(asked, results, strict=True)][::-1])
        result = node.call(asked["method"], *asked["params"])
        return JSONResponse(json.loads(json.dumps(one(asked, result), default=float)))

    return Starlette(routes=[Route(f"/{path}", rpc, methods=["POST"])])


@pytest.mark.parametrize(("values", "item"), [(BITCOIN, "lamp"), (ETHEREUM, "globe"), (ETHEREUM, "mirror")])
def test_the_worker_sees_payments_by_itself(values: dict[str, str], item: str, tmp_path: Path) -> None:
    bitcoin, ethereum = FakeBitcoin(), FakeEthereum()
    node = bitcoin if values is BITCOIN else ethereum
    with serve(played(node, values["chain"])) as served:
        wallets = {"coins": {**values, "gateway_url": str(served.base_url)}}
        books = {"database": f"sqlite:///{tmp_path / 'books.db'}", "buyers": {"token-a": "alice"}, "wallets": wallets}
        with open_shop(Settings.of(books)) as shop:
            order = shop.http.post("/orders", json={"item": item, "wallet": "coins"}).json()
            address = bip321(order["payment"]["qr"])[0] if item == "lamp" else eip681(order["payment"]["qr"])["to"]
            bitcoin.output(address, "0.00042", 2)
            ethereum.number += 2
            ethereum.transfer(address, 19_990_000, block=101)
            ethereum.balances[address] = [(101, 12 * 10**15)]

            paid = shop.until(order, "paid")

    assert (paid["state"], len(paid["fulfilments"])) == ("paid", 1)
