"""What the checks do with a target, against a small honest shop."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator

import pytest

from fixtures.model import Given, Inconclusive, Message, Money, NotApplicable, OrderState
from fixtures.target import OrderRefused, ShelfItem, TargetUnwell
from tests.target.conftest import Bench, Shop

Make = Callable[..., Bench]


def test_an_order_is_placed_and_captured(bench: Make, shop: Shop) -> None:
    own = bench()

    order = own.target.place("toypay")

    assert (order.id, order.reference, order.buyer, order.price) == ("1", "R-1", "first", Money(1999, "USD"))
    assert order.given == Given(redirect="https://pay.example/1")
    assert json.loads(order.captured["asked"]) == {"item": "book", "price": 1999}
    assert shop.requests[0].headers["authorization"] == "Bearer first-token"


def test_placing_stands_in_the_history_with_the_reference_that_came_of_it(bench: Make) -> None:
    own = bench()

    order = own.target.place("toypay")
    own.target.during("pay.failure/toypay").read(order)

    placing, reading = own.history
    assert (placing.order, placing.check, placing.source, placing.destination) == (
        "R-1",
        "pay.success/toypay",
        "buyer",
        "target",
    )
    assert (reading.order, reading.check) == ("R-1", "pay.failure/toypay")


def test_an_order_is_read_by_its_buyer_and_by_nobody_else(bench: Make) -> None:
    target = bench().target
    order = target.place("toypay")

    view = target.read(order)

    assert (view.state, view.amount, view.currency, view.refunded, view.fulfilments) == (
        OrderState.PENDING,
        1999,
        "USD",
        0,
        0,
    )
    assert target.look(order).accepted
    assert (target.look(order, "second").answer.status, target.look(order, None).answer.status) == (404, 401)
    with pytest.raises(TargetUnwell, match="reading an order: step 1 was answered 404"):
        target.read(order, "second")


def test_an_order_is_cancelled_refunded_and_listed(bench: Make) -> None:
    target = bench().target
    order = target.place("toypay")

    assert target.refund(order, Money(500, "USD")).accepted
    assert target.read(order).refunded == 500
    assert target.refund(order).accepted
    assert target.read(order).refunded == 1999
    assert target.cancel(order).accepted
    assert target.settled(order, paid=True).state is OrderState.CANCELLED
    assert not target.cancel(order, "second").accepted
    assert (target.list(), target.list("second")) == (("1",), ())
    with pytest.raises(TargetUnwell, match="listing orders: step 1 was answered 401"):
        target.list(None)


def test_a_server_error_is_neither_yes_nor_no(bench: Make, shop: Shop) -> None:
    target = bench().target
    order = target.place("toypay")
    shop.script = {"/orders/1/cancel": lambda: (500, {}, b"")}

    done = target.cancel(order)

    assert done.crashed and not done.accepted


def test_a_refused_order_says_what_the_target_said_without_secrets(bench: Make, shop: Shop) -> None:
    shop.script = {"/orders": lambda: (422, {}, b"no credit for first-token")}

    with pytest.raises(
        OrderRefused, match=r"placing an order \(toypay, book\): step 1 was answered 422: no cred"
    ) as caught:
        bench().target.place("toypay")

    assert caught.value.answer.status == 422
    assert "first-token" not in str(caught.value)


def test_an_order_without_an_id_is_unwell(bench: Make, shop: Shop) -> None:
    shop.script = {"/orders": lambda: (200, {}, b"<html>")}

    with pytest.raises(TargetUnwell, match="the answer holds no id"):
        bench().target.place("toypay")


def test_settled_waits_for_a_paid_order_to_be_finished(bench: Make, shop: Shop) -> None:
    target = bench().target
    order = target.place("toypay")
    timer = threading.Timer(0.1, lambda: shop.orders["1"].update(state="paid", fulfilments=[{}]))
    timer.start()

    assert target.settled(order).state is OrderState.PENDING
    assert target.settled(order, paid=True).fulfilments == 1
    timer.join()


def test_settled_returns_what_it_sees_when_the_time_is_over(bench: Make) -> None:
    target = bench().target

    assert target.settled(target.place("toypay"), paid=True).state is OrderState.PENDING


def test_an_order_that_never_rests_is_inconclusive(bench: Make, shop: Shop) -> None:
    target = bench(("deadline = 0.5", "deadline = 0.1")).target
    order = target.place("toypay")
    amounts = iter(range(10_000))
    shop.script = {"/orders/1": lambda: (200, {}, json.dumps({**shop.orders["1"], "amount": next(amounts)}).encode())}

    with pytest.raises(Inconclusive, match="order 1 still changed"):
        target.settled(order)


def test_an_order_that_is_unreadable_for_a_moment_is_read_again(bench: Make, shop: Shop) -> None:
    target = bench().target
    order = target.place("toypay")
    answers: Iterator[tuple[int, dict[str, str], bytes]] = iter([(503, {}, b""), (200, {}, b"<html>")])
    good = {"id": "1", "state": "paid", "amount": 1, "currency": "USD", "refunded": 0, "fulfilments": 1}
    shop.script = {"/orders/1": lambda: next(answers, (200, {}, json.dumps(good).encode()))}

    assert target.settled(order).state is OrderState.PAID


def test_an_order_that_stays_unreadable_is_inconclusive(bench: Make, shop: Shop) -> None:
    target = bench().target
    order = target.place("toypay")
    shop.script = {"/orders/1": lambda: (503, {}, b"down for first-token")}

    with pytest.raises(TargetUnwell, match=r"answered 503: down for \*\*\*"):
        target.settled(order)


def test_a_proof_is_delivered_as_the_wallets_own(bench: Make, shop: Shop) -> None:
    own = bench()
    order = own.target.place("toypay")

    answer = own.target.deliver(Message("POST", own.target.notify_url("toypay"), (), b"proof"), order)

    assert (answer.status, shop.requests[-1].path) == (200, "/notify/toypay")
    assert (own.history[-1].source, own.history[-1].order) == ("wallet:toypay", "R-1")
    assert "authorization" not in shop.requests[-1].headers


def test_a_return_path_may_name_the_order(bench: Make) -> None:
    target = bench().target

    assert target.return_url("toypay", target.place("toypay")).endswith("/return/R-1")
    with pytest.raises(TargetUnwell, match=r"nothing is known for \{reference\}"):
        target.return_url("toypay")


def test_the_buyers_device_stays_on_the_allowed_hosts_and_keeps_its_credentials(bench: Make, shop: Shop) -> None:
    target = bench().target
    order = target.place("toypay")
    shop.script = {"/return/R-1": lambda: (303, {"Location": "/orders/1"}, b"")}

    assert target.visit(target.return_url("toypay", order), order).status == 200
    shop.script = {"/return/R-1": lambda: (303, {"Location": "https://evil.example/"}, b"")}
    assert target.visit(target.return_url("toypay", order), order).status == 303


def test_what_the_file_does_not_map_is_not_applicable(bench: Make) -> None:
    target = bench(
        ("[order.cancel]\n", ""),
        ('request = "POST /orders/{id}/cancel"\n', ""),
        ('fulfilments = "fulfilments"\n', ""),
        ('second = { token = "second-token" }\n', ""),
        (', expires_in = "{expires_in}"', ""),
    ).target
    order = target.place("toypay")

    assert target.read(order).fulfilments is None
    assert not {"cancel", "fulfilments", "two-buyers", "expiry"} & target.capabilities
    for attempt, name in (
        (lambda: target.cancel(order), "cancel"),
        (lambda: target.read(order, "second"), "two-buyers"),
        (lambda: target.place("toypay", expires_in=5), "expiry"),
        (lambda: target.place("toypay", query_after=5), "reconcile"),
    ):
        with pytest.raises(NotApplicable, match=name):
            attempt()


def test_the_level_is_what_the_file_shows(bench: Make) -> None:
    assert bench().target.level == 3
    assert bench(('capabilities = ["gateway"]', 'capabilities = ["gateway", "load"]')).target.level == 4
    assert bench(('capabilities = ["gateway"]', "")).target.level == 2


def test_the_setups_take_what_is_left_out_from_the_wallet(bench: Make) -> None:
    (setup,) = bench().target.setups.values()

    assert (setup.name, setup.wallet, setup.mode, setup.confirms_by_query) == ("toypay", "toypay", "key", False)


def test_an_item_is_picked_that_wallet_and_limits_allow(bench: Make) -> None:
    extra = (
        '[[shelf]]\nitem = "dust"\nprice = 5\ncurrency = "USD"\n[[shelf]]\nitem = "oud"\nprice = 9\ncurrency = "JPY"\n'
    )
    target = bench(extra=extra).target
    book = target.pick("toypay")

    assert book == ShelfItem("book", Money(1999, "USD"))
    assert target.pick("toypay", smallest=True).item == "pin"  # dust is below the wallet's own limit
    assert target.pick("toypay", largest=True).item == "book"
    assert target.pick("toypay", currency="JPY").item == "oud"
    assert target.pick("toypay", other_than=book).item == "pin"
    with pytest.raises(NotApplicable, match="no item in KWD"):
        target.pick("toypay", currency="KWD")
