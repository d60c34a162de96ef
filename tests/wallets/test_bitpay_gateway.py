"""The gateway of the emulated BitPay: a merchant's calls, and what it must not get away with."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.model import Message, Money, PaymentState, RefundState
from fixtures.wallets.bitpay import WALLET
from fixtures.wallets.bitpay.gateway.routes import ROUTES
from fixtures.wallets.bitpay.signing import HEADER, identity_of, sign_request, sin_of, verify
from tests.wallets.bitpay_desk import BASE, KEYS, Desk, code, data

NOTIFY = "https://shop.test/notify/bitpay"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_an_invoice_is_made_read_paid_and_refunded(desk: Desk) -> None:
    """The whole life, as the merchant's calls see it."""
    made = desk.invoice(notificationURL=NOTIFY, redirectURL="https://shop.test/back", transactionSpeed="medium")
    before = data(desk.get(f"/invoices/{made['id']}").answer)
    desk.act("pay")
    paid = data(desk.get("/invoices/guid/g-A-1").answer)
    refund = data(desk.post("/refunds", invoiceId=made["id"], amount=4.2, reference="R1", guid="rg1").answer)
    found = data(desk.get(f"/refunds/{refund['id']}").answer)
    listed = data(desk.get("/refunds", invoiceId=made["id"]).answer)

    assert (before["status"], paid["status"], paid["price"], paid["orderId"]) == ("new", "confirmed", 10.5, "A-1")
    assert made["url"] == f"{BASE}/invoice?id={made['id']}"
    assert (refund["status"], found["status"], found["amount"], found["reference"]) == ("created", "success", 4.2, "R1")
    assert [one["id"] for one in listed] == [refund["id"]]
    assert desk.payment().refunds[0].money == Money(420, "USD")
    assert data(desk.get("/refunds/guid/rg1").answer)["id"] == refund["id"]
    ledger = data(desk.get("/ledgers/USD").answer)
    assert [entry["amount"] for entry in ledger] == [1_050_000_000, -420_000_000]
    assert data(desk.get("/ledgers").answer) == [{"currency": "USD", "balance": 6.3}]


def test_a_call_is_fully_understood(desk: Desk) -> None:
    """Operation, order, sum, key, notification address, signature."""
    call = desk.post("/invoices", price=10.5, currency="USD", orderId="A-1", guid="g1", notificationURL=NOTIFY).call

    assert (call.wallet, call.operation, call.reference, call.signed, call.problem) == (
        *("bitpay", "create", "A-1", True),
        None,
    )
    assert (call.asked, call.key, call.notify_url) == (Money(1050, "USD"), "g1", NOTIFY)


def test_a_cancelled_invoice_cannot_be_paid_and_a_paid_one_not_cancelled(desk: Desk) -> None:
    """The error has its number."""
    first, second = desk.invoice("A-1"), desk.invoice("A-2")
    cancelled = data(desk.delete(f"/invoices/{first['id']}", forceCancel=False).answer)
    desk.act("pay", "A-2")

    assert (cancelled["status"], cancelled["isCancelled"]) == ("expired", True)
    assert desk.payment("A-1").state is PaymentState.CLOSED
    assert code(desk.delete(f"/invoices/{second['id']}")) == "040107"
    assert code(desk.delete(f"/invoices/{first['id']}")) == "040107"


def test_the_test_host_pays_on_request(desk: Desk) -> None:
    """Confirmed, then complete; nothing else."""
    made = desk.invoice()

    assert data(desk.put(f"/invoices/pay/{made['id']}", status="confirmed").answer)["status"] == "confirmed"
    assert data(desk.put(f"/invoices/pay/{made['id']}", status="complete").answer)["status"] == "complete"
    assert code(desk.put(f"/invoices/pay/{made['id']}", status="new")) == "030102"


def test_the_point_of_sale_needs_no_signature_and_may_do_little(desk: Desk) -> None:
    """A stale signature beside its token is not looked at."""
    pos = replace(desk, token=KEYS["pos_token"], private_key=KEYS["other_private_key"])
    made = pos.invoice()
    bare = replace(pos, private_key=None)

    assert data(bare.get(f"/invoices/{made['id']}").answer)["id"] == made["id"]
    assert bare.post("/refunds", invoiceId=made["id"], amount=1).answer.status == 401
    assert bare.get("/invoices").answer.status == 401
    paid = pos.act("pay")
    message = WALLET.prove("paid", paid, KEYS, desk.stamp, NOTIFY, BASE)
    assert verify(message.body, message.header(HEADER), KEYS["pos_token"]) is None


def test_the_merchant_facade_wants_its_clients_signature(desk: Desk) -> None:
    """Over this URL and body, by an approved key, under a known token."""
    spoilt = [
        replace(desk, private_key=None),
        replace(desk, private_key=KEYS["other_private_key"]),
        replace(desk, token="nobody's"),
        replace(desk, token=KEYS["other_token"]),
    ]
    body = json.dumps({"token": KEYS["token"], "price": 1, "currency": "USD"}).encode()
    headers = (
        ("X-Identity", KEYS["public_key"]),
        ("X-Signature", sign_request(KEYS["private_key"], "/invoices", body)),
    )
    path_only = WALLET.answer(Message("POST", "/invoices", headers, body), desk.book, KEYS, desk.stamp, BASE)

    for one in [*(poor.post("/invoices", price=1, currency="USD") for poor in spoilt), path_only]:
        assert (one.answer.status, one.call.signed) == (401, False)
    assert desk.book.payments() == []


def test_accounts_do_not_see_each_other(desk: Desk) -> None:
    """Each mode is an account; a token of the one opens nothing of the other."""
    made = desk.invoice()
    classic = replace(desk, token=KEYS["classic_token"])

    assert classic.get(f"/invoices/{made['id']}").answer.status == 404
    assert desk.book.by_reference("B-1") is None
    classic.invoice("B-1")
    assert desk.payment("B-1").mode == "classic"


def test_a_paired_client_gets_a_token_of_its_own(desk: Desk) -> None:
    """It is bound to the client's SIN, and signs the notifications of its invoices."""
    key = KEYS["other_private_key"]
    told = data(
        desk.send("POST", "/tokens", json.dumps({"id": sin_of(identity_of(key)), "facade": "merchant"}).encode()).answer
    )
    client = replace(desk, token=told[0]["token"], private_key=key)
    client.invoice("P-1")
    message = WALLET.prove("paid", client.act("pay", "P-1"), KEYS, desk.stamp, NOTIFY, BASE)

    assert verify(message.body, message.header(HEADER), told[0]["token"]) is None
    assert replace(desk, token=told[0]["token"]).get("/ledgers").answer.status == 401
    assert code(desk.send("POST", "/tokens", b'{"id": "x"}')) == "010002"


def test_a_second_invoice_for_an_order_stands_beside_the_first(desk: Desk) -> None:
    """The newer one has the order's number, unless the older one is paid."""
    first = desk.invoice()
    second = desk.invoice(guid="again")

    assert desk.payment().id == second["id"]
    assert data(desk.get(f"/invoices/{first['id']}").answer)["orderId"] == "A-1"
    desk.act("pay")
    third = desk.invoice(guid="third")
    assert desk.payment().id == second["id"]
    assert {one["id"] for one in data(desk.get("/invoices", orderId="A-1").answer)} == {
        *(first["id"], second["id"], third["id"])
    }
    assert data(desk.get("/invoices/guid/third").answer)["id"] == third["id"]


@pytest.mark.parametrize(
    ("wish", "number"),
    [
        ({"price": None}, "010103"),
        ({"currency": None}, "010103"),
        ({"currency": "XXX"}, "010102"),
        ({"price": 10.555}, "010112"),
        ({"price": "ten"}, "010112"),
        ({"price": 0}, "010110"),
        ({"price": 10**14}, "010111"),
        ({"transactionSpeed": "warp"}, "010102"),
        ({"notificationURL": "shop.test"}, "010102"),
        ({"orderId": 7}, "010002"),
        ({"currency": "JPY", "price": 10.5}, "010112"),
    ],
)
def test_bad_invoices_are_refused(desk: Desk, wish: dict[str, object], number: str) -> None:
    """With the error's number."""
    assert code(desk.post("/invoices", **{"price": 10.5, "currency": "USD", **wish})) == number
    assert desk.book.payments() == []


def test_refunds_keep_to_what_was_paid(desk: Desk) -> None:
    """Not before, not more, not in fractions of a cent."""
    made = desk.invoice()
    early = desk.post("/refunds", invoiceId=made["id"], amount=1)
    desk.act("pay")
    tries = [desk.post("/refunds", invoiceId=made["id"], amount=amount) for amount in (10.51, 0, 0.001, None)]
    first = desk.post("/refunds", invoiceId=made["id"], amount=10)
    second = desk.post("/refunds", invoiceId=made["id"], amount=1)

    assert code(early) == "010207"
    assert [code(one) for one in tries] == ["010202", "010202", "010202", "010203"]
    assert first.answer.status == 200
    assert code(second) == "010202"
    assert code(desk.post("/refunds", invoiceId="none", amount=1)) == "010101"


def test_a_preview_moves_nothing_until_it_is_confirmed(desk: Desk) -> None:
    """Or cancelled."""
    made = desk.invoice()
    desk.act("pay")
    shown = data(desk.post("/refunds", invoiceId=made["id"], amount=2, preview=True).answer)
    other = data(desk.post("/refunds", invoiceId=made["id"], amount=3, preview=True, guid="o").answer)

    assert (shown["status"], desk.payment().refunded) == ("preview", 0)
    assert data(desk.put(f"/refunds/{shown['id']}", status="created").answer)["status"] == "created"
    assert desk.payment().refunded == 200
    assert data(desk.delete("/refunds/guid/o").answer)["status"] == "cancelled"
    assert code(desk.put(f"/refunds/{other['id']}", status="created")) == "030207"
    assert code(desk.delete(f"/refunds/{shown['id']}")) == "040207"


@pytest.mark.parametrize(
    ("buyer", "status", "state"),
    [
        ("pending@buyer.test", "pending", RefundState.PENDING),
        ("failure@buyer.test", "failure", RefundState.FAILED),
        ("somebody@buyer.test", "success", RefundState.SUCCEEDED),
    ],
)
def test_the_buyer_decides_what_becomes_of_a_refund(desk: Desk, buyer: str, status: str, state: RefundState) -> None:
    """One that she has not claimed yet can be cancelled, and is the only one at a time."""
    made = desk.invoice(buyer={"email": buyer})
    desk.act("pay")
    refund = data(desk.post("/refunds", invoiceId=made["id"], amount=2).answer)
    found = data(desk.get(f"/refunds/{refund['id']}").answer)

    assert (found["status"], desk.payment().refunds[0].state) == (status, state)
    if status == "pending":
        assert code(desk.post("/refunds", invoiceId=made["id"], amount=2)) == "010204"
        assert data(desk.delete(f"/refunds/{refund['id']}").answer)["status"] == "cancelled"
        assert desk.payment().refunded == 0


def test_a_refund_made_in_the_dashboard_is_found(desk: Desk) -> None:
    """By its id and among the invoice's."""
    made = desk.invoice()
    desk.act("pay")
    outside = desk.act("refund", money=Money(100, "USD")).refunds[0]

    assert data(desk.get(f"/refunds/{outside.id}").answer)["amount"] == 1
    assert len(data(desk.get("/refunds", invoiceId=made["id"]).answer)) == 1


def test_the_invoices_page_is_for_the_buyer(desk: Desk) -> None:
    """Whoever has the link."""
    made = desk.invoice()
    page = desk.send("GET", made["url"].removeprefix(BASE))
    lost = desk.send("GET", "/invoice?id=%3Cscript%3E")

    assert (page.answer.status, page.call.reference) == (200, "A-1")
    assert b"10.50 USD" in page.answer.body
    assert lost.answer.status == 404


def test_an_assumed_invoice_can_be_fetched(desk: Desk) -> None:
    """By its id and by the order's number."""
    payment = WALLET.assume("S-1", Money(1999, "USD"), "signed", desk.stamp, NOTIFY)
    desk.book.save(payment)

    assert data(desk.get(f"/invoices/{payment.id}").answer)["price"] == 19.99
    assert data(desk.get("/invoices/guid/S-1").answer)["orderId"] == "S-1"


def test_public_tables(desk: Desk) -> None:
    """Rates and currencies need no token."""
    assert {row["code"]: row["precision"] for row in data(desk.send("GET", "/currencies").answer)}["JPY"] == 0
    assert data(desk.send("GET", "/rates/USD").answer)["rate"] == 60000
    assert desk.send("GET", "/rates/XXX").answer.status == 404
    assert data(desk.get("/settlements").answer) == []


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    method=st.sampled_from(["POST", "GET", "PUT", "DELETE", "PATCH", "HEAD"]),
    path=st.one_of(
        st.sampled_from([route.path.replace("*", "%FF%00") for route in ROUTES] + ["invoice", "", "/", "../.."]),
        st.text(st.characters(codec="ascii"), max_size=30),
    ),
    query=st.sampled_from(
        ["", "?token=", f"?token={KEYS['pos_token']}&limit=-1", "?id=%F0", f"?token={KEYS['token']}"]
    ),
    body=st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10)),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=4,
        ).map(
            lambda value: json.dumps(
                {"token": KEYS["pos_token"], "price": value, "currency": value, "orderId": value, "buyer": value}
            ).encode()
        ),
        st.just(b'{"price":' + b"[" * 100_000),
        st.just(b'{"price": NaN}'),
    ),
)
def test_hostile_requests_are_answered(method: str, path: str, query: str, body: bytes) -> None:
    """Whatever comes, an error of BitPay's goes back."""
    desk = Desk(private_key=None)
    reply = WALLET.answer(Message(method, f"/{path}{query}", (), body), desk.book, KEYS, desk.stamp, BASE)

    assert reply.answer.status in {200, 400, 401, 404}
