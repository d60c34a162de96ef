"""Limits, several steps, figures, logins and adapters, against a small honest shop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fixtures.model import Money, OrderState
from fixtures.target import ConfigurationError, LimitReached, OrderRefused, Target, TargetUnwell
from tests.target.conftest import Bench, Shop

Make = Callable[..., Bench]


def test_no_item_beyond_the_largest_amount_is_picked_or_placed(bench: Make, shop: Shop) -> None:
    target = bench(extra="[limits]\nlargest_amount = 100\n").target

    assert target.pick("toypay").item == "pin"
    with pytest.raises(LimitReached, match=r"19\.99 USD is beyond limits\.largest_amount"):
        target.place("toypay", item=target.shelf[0])
    assert shop.requests == []


def test_orders_and_refunds_are_limited(bench: Make, shop: Shop) -> None:
    target = bench(extra="[limits]\norders = 1\ntotal_refunds = 1000\n").target
    order = target.place("toypay")

    with pytest.raises(LimitReached, match=r"limits\.orders \(1\)"):
        target.during("another").place("toypay")
    assert target.refund(order, Money(600, "USD")).accepted
    with pytest.raises(LimitReached, match=r"limits\.total_refunds \(10\.00 USD\)"):
        target.refund(order, Money(600, "USD"))
    assert len(shop.requests) == 2


def test_fulfilments_may_be_told_by_the_stock(bench: Make, shop: Shop) -> None:
    figure = '[order.figure]\nrequest = "GET /stock"\ncapture = { stock = "left" }\n'
    target = bench(('fulfilments = "fulfilments"\n', ""), ("[order.cancel]", figure + "[order.cancel]")).target
    order = target.place("toypay")

    shop.stock -= 1

    assert "fulfilments" in target.capabilities
    assert target.read(order).fulfilments == 1


def test_several_steps_use_what_earlier_ones_captured(bench: Make, shop: Shop) -> None:
    steps = (
        '[[order.place]]\nrequest = "POST /cart"\ncapture = { cart = "cart.no" }\n\n'
        '[[order.place]]\nrequest = "POST /orders?cart={cart}"\n'
    )
    shop.script = {"/cart": lambda: (200, {}, b'{"cart": {"no": 42}}')}

    order = bench(('[order.place]\nrequest = "POST /orders"\n', steps)).target.place("toypay")

    assert shop.requests[-1].query == "cart=42"
    assert order.captured["id"] == "1"


def test_a_failing_step_ends_the_operation_and_is_named(bench: Make, shop: Shop) -> None:
    steps = '[[order.place]]\nrequest = "POST /cart"\n\n[[order.place]]\nrequest = "POST /orders"\n'
    shop.script = {"/cart": lambda: (302, {"Location": "https://evil.example/x"}, b"")}

    with pytest.raises(OrderRefused, match=r"answered 302 to https://evil\.example/x, where allowed_hosts"):
        bench(('[order.place]\nrequest = "POST /orders"\n', steps)).target.place("toypay")
    assert len(shop.requests) == 1


def test_a_login_runs_once_for_each_buyer_and_what_it_brings_is_secret(bench: Make, shop: Shop) -> None:
    login = '[[authentication.login]]\nrequest = "POST /login"\nform = { user = "{token}" }\n'
    login += 'capture = { session = "access" }\n'
    own = bench(("Bearer {token}", "Bearer {session}"), ("[authentication.buyers]", login + "[authentication.buyers]"))
    target = own.target

    threads = [threading.Thread(target=target.place, args=("toypay",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [request.path for request in shop.requests].count("/login") == 1
    assert shop.requests[-1].headers["authorization"] == "Bearer session-of-first-token"
    assert len(target.list()) == 4
    assert "session-of-first-token" in target.secrets()


ADAPTER = """
from fixtures.model import Answer, Message


class Shop:
    observes = ("state", "fulfilments")

    def __init__(self, access):
        self.access = access

    def place(self, item, setup, buyer, expires_in, query_after):
        headers = (("Authorization", "Bearer " + self.access.buyers[buyer]["token"]),)
        answer = self.access.send(Message("POST", self.access.base_url + "/orders", headers, b"{}"))
        assert answer.status == 201
        return {"id": 1, "reference": "A-1", "qr": "text"}

    def read(self, order, buyer):
        if buyer is None:
            raise LookupError("nobody has second-token")
        return {"state": "paid", "fulfilments": 1}

    def cancel(self, order, buyer):
        return Answer(409)
"""


def with_adapter(bench: Make, folder: Path, code: str = ADAPTER) -> Bench:
    (folder / "my_shop.py").write_text(code)
    return bench(("[authentication]\n", 'adapter = "my_shop:Shop"\n\n[authentication]\n'), folder=folder)


def test_an_adapter_does_what_it_can_and_the_file_does_the_rest(bench: Make, tmp_path: Path) -> None:
    own = with_adapter(bench, tmp_path)

    order = own.target.place("toypay")
    view = own.target.read(order)

    assert (order.id, order.reference, order.given.qr) == ("1", "A-1", "text")
    assert (view.state, view.fulfilments, view.amount) == (OrderState.PAID, 1, None)
    assert {"fulfilments", "cancel", "list"} <= own.target.capabilities and "amounts" not in own.target.capabilities
    assert not own.target.cancel(order).accepted
    assert own.target.list() == ("1",)
    assert (own.history[0].order, own.history[0].check) == ("A-1", "pay.success/toypay")


def test_what_an_adapter_raises_is_inconclusive_and_holds_no_secret(bench: Make, tmp_path: Path) -> None:
    target = with_adapter(bench, tmp_path).target
    order = target.place("toypay")

    with pytest.raises(
        TargetUnwell, match=r"reading an order: LookupError: nobody has \*\*\*; see the adapter my_shop:Shop"
    ):
        target.read(order, None)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("class Shp:\n    def read(self): ...\n", "no class Shop in my_shop.py; nearest: Shp"),
        ("class Shop: ...\n", "has none of the methods cancel, list, place, read, refund"),
        ("raise RuntimeError('x first-token')\n", "my_shop.py cannot be imported: RuntimeError: x ***"),
    ],
)
def test_an_adapter_that_cannot_serve_is_refused(bench: Make, tmp_path: Path, code: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        with_adapter(bench, tmp_path, code)
    assert told in str(caught.value)


def test_an_adapter_stays_on_the_allowed_hosts(bench: Make, tmp_path: Path) -> None:
    code = ADAPTER.replace('self.access.base_url + "/orders"', '"http://evil.example/"')

    with pytest.raises(TargetUnwell, match=r"nothing was sent to evil\.example"):
        with_adapter(bench, tmp_path, code).target.place("toypay")


def test_many_threads_order_at_once(bench: Make) -> None:
    own = bench()
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(own.target.place("toypay"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({order.id for order in found}) == 8
    assert {(exchange.order, exchange.error) for exchange in own.history} == {
        (order.reference, None) for order in found
    }


def test_nobody_has_no_credentials(bench: Make, shop: Shop) -> None:
    with pytest.raises(OrderRefused, match="401"):
        bench().target.place("toypay", buyer=None)
    assert "authorization" not in shop.requests[0].headers


def test_targets_of_one_run_share_their_limits(bench: Make) -> None:
    target = bench().target

    assert isinstance(target.during(None), Target)
    assert target.during(None).capabilities is target.capabilities
