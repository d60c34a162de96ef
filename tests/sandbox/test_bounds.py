"""What the sandbox itself remembers has an end, in memory and on the disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from fixtures.model import Money, OrderState
from fixtures.network.faults import Fault
from fixtures.sandbox import deeds
from fixtures.sandbox.armed import Faults
from fixtures.sandbox.post.carrier import PLACES, Carrier
from fixtures.sandbox.views import FinalView, FinalViews
from fixtures.wallets.interface import Refused
from fixtures.wallets.wechatpay.gateway import bills
from tests.sandbox.recorder import Clock, clock, lead, opened
from tests.wallets import wechatpay_shop

__all__ = ["clock"]

FAULT = Fault(wallet="toy", operation="query", kind="cut")
VIEW = FinalView(order="1", state=OrderState.PAID, setup="toy", reference="r", price=Money(5, "CNY"), doubtful=False)


def test_a_spent_fault_makes_room_for_another() -> None:
    faults = Faults(most=2)
    first, second = faults.add(FAULT), faults.add(FAULT)
    faults.strike("toy", "query", None)

    third = faults.add(FAULT)

    assert [armed.fault.id for armed in faults.all()] == [second, third] and first not in (second, third)
    with pytest.raises(ValueError, match="end some first"):
        faults.add(FAULT)
    faults.remove(second)
    faults.add(FAULT)


def test_the_latest_views_are_kept() -> None:
    views = FinalViews(most=2)
    views.add(replace(VIEW, order=order) for order in "123")

    assert [view.order for view in views.all()] == ["2", "3"]


def test_faults_and_views_that_go_leave_the_file(tmp_path: Path) -> None:
    with opened(tmp_path / "state") as state:
        state.faults.most = state.views.most = 1
        for order in "12":
            state.faults.add(replace(FAULT, wallet="alipay"))
            state.faults.strike("alipay", "query", None)
            state.views.add([replace(VIEW, order=order)])
        assert state.journal is not None
        state.journal.keep("end", "", b"")

    with opened(tmp_path / "state") as again:
        assert [armed.fault.id for armed in again.faults.all()] == ["fault-2"]
        assert [view.order for view in again.views.all()] == ["2"]
        again.faults.most = 1
        assert again.faults.add(replace(FAULT, wallet="alipay")) == "fault-3"


def test_a_payment_is_given_back_in_so_many_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deeds, "PARTS", 2)
    with opened(tmp_path / "state") as state:
        stripe = state.wallets["stripe"]
        deeds.assume(state, stripe.assume("A-1", Money(500, "USD"), "intent", state.stamp(), None))
        deeds.move(state, "stripe", "A-1", "pay")
        for _ in range(2):
            deeds.move(state, "stripe", "A-1", "refund", Money(1, "USD"))

        with pytest.raises(Refused, match="2 refunds"):
            deeds.move(state, "stripe", "A-1", "refund", Money(1, "USD"))


def test_what_was_forgotten_is_so_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(bills, "_FILES", 2)
    with opened(tmp_path / "state") as state:
        lead(monkeypatch, wechatpay_shop, state, clock, "wechatpay")
        shop = wechatpay_shop.Shop(book=cast("Any", state.ledger.book("wechatpay")))
        shop.create()
        deeds.move(state, "wechatpay", "ORDER-0001", "pay")
        for _ in range(3):
            shop.call("GET", "/v3/bill/tradebill?bill_date=2027-01-15")
        kept = json.dumps(state.ledger.book("wechatpay").store["bills"])
        payments = state.ledger.payments()

    with opened(tmp_path / "state") as again:
        assert json.dumps(again.ledger.book("wechatpay").store["bills"]) == kept and kept.count("until") == 2
        assert again.ledger.payments() == payments


def test_parcels_that_go_leave_the_file(tmp_path: Path) -> None:
    with opened(tmp_path / "state") as state:
        alipay = state.wallets["alipay"]
        money, url = Money(500, "CNY"), "http://not-allowed.example/"
        deeds.assume(state, alipay.assume("A-1", money, "key", state.stamp(), url))
        deeds.move(state, "alipay", "A-1", "pay")
        state.post._shelf._limit = 1
        parcels = [state.post.post("alipay", "A-1", "paid") for _ in range(3)]
        assert state.journal is not None
        kept = state.journal.kept("parcel")

    assert {parcel.state for parcel in parcels} == {"forbidden"}
    assert [json.loads(one)["id"] for one in kept] == [parcels[-1].id]


def test_doors_are_counted_of_so_many_places() -> None:
    carrier = Carrier(cast("Any", None))
    first = carrier.door("shop:1")

    assert carrier.door("shop:1") is first
    for port in range(PLACES):
        carrier.door(f"other:{port}")
    assert carrier.door("shop:1") is not first
