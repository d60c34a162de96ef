"""Payment sheets over plain HTTP: who may open one, what it gives, and that the shop's server would believe it."""

from __future__ import annotations

import json
import time
from random import Random
from typing import Any

import pytest

from fixtures.model import Message, Money, Stamp
from fixtures.sandbox.process import Sandbox
from fixtures.wallets import discover
from fixtures.wallets.applepay.gateway import sessions
from fixtures.wallets.googlepay.keys import payment_roots
from fixtures.wallets.googlepay.layout import V1, V2
from fixtures.wallets.googlepay.recipient import Recipient
from tests.sandbox.cashier.buyer import Buyer, Shown

SHOP = "http://127.0.0.1:8080"


def asked(wallet: str, reference: str, **more: str) -> dict[str, str]:
    base = {"wallet": wallet, "amount": "12.50", "currency": "USD", "origin": SHOP, "label": "Tea <b>"}
    return base | {"reference": reference} | more


def session() -> str:
    keys = discover()["applepay"].published_keys()
    return json.dumps(sessions.drawn(keys, Stamp(time.time(), Random(1))))


def proof_of(page: Shown) -> Any:
    """The proof in the message to the shop's page."""
    assert page["end"]["data-origin"] == SHOP
    message = json.loads(page["end"]["data-message"])
    assert message["kind"] == "paid"
    return json.loads(message["proof"])


@pytest.mark.parametrize("mode", ["EC_v1", "RSA_v1"])
def test_apple_pay_gives_a_token_for_the_sum_and_the_order(mode: str, buyer: Buyer, sandbox: Sandbox) -> None:
    sheet = buyer.open("/cashier/sheet", **asked("applepay", f"apple-{mode}", mode=mode))
    assert (sheet.says("amount-due"), sheet["label"].text) == ("$12.50", "Tea <b>")
    assert sheet["sheet"]["data-validation"].endswith("/applepay/paymentservices/startSession")

    token = proof_of(buyer.press(sheet, "pay", session=session()))

    wallet: Any = discover()["applepay"]
    proof = Message("PRESENT", "", (), json.dumps(token).encode())
    believed = wallet.believed(proof, wallet.published_keys(), time.time())
    assert (believed["transactionAmount"], believed["currencyCode"]) == (1250, "840")
    payment = sandbox.client.payment("applepay", f"apple-{mode}")
    assert payment is not None
    assert (payment.mode, payment.paid, payment.state.value) == (mode, Money(1250, "USD"), "approved")


@pytest.mark.parametrize("mode", [V1, V2])
def test_google_pay_gives_a_token_for_the_recipient(mode: str, buyer: Buyer) -> None:
    sheet = buyer.open("/cashier/sheet", **asked("googlepay", f"google-{mode}", mode=mode))

    token = proof_of(buyer.press(sheet, "pay"))

    keys = discover()["googlepay"].published_keys()
    roots = payment_roots(keys)
    recipient = Recipient(keys["recipient_id"], roots, keys["private_key"], frozenset({mode}))
    assert recipient.open(token, time.time())


def test_who_confirms_again_gives_another_token_of_the_same_payment(buyer: Buyer, sandbox: Sandbox) -> None:
    given = asked("googlepay", "google-again")

    first, second = (proof_of(buyer.press(buyer.open("/cashier/sheet", **given), "pay")) for _ in range(2))

    assert first["signedMessage"] != second["signedMessage"]
    assert len([one for one in sandbox.client.payments("googlepay") if one.reference == "google-again"]) == 1


def test_the_page_of_such_a_payment_has_nothing_to_press(buyer: Buyer) -> None:
    buyer.press(buyer.open("/cashier/sheet", **asked("googlepay", "google-page")), "pay")

    page = buyer.open("/cashier", text="google-page")

    assert (page.state, page.enabled, page.find("pay")) == ("approved", set(), None)


def test_the_sheet_changes_its_language_and_stays_the_same(buyer: Buyer) -> None:
    declined = buyer.press(buyer.open("/cashier/sheet", **asked("googlepay", "google-zh")), "decline")
    link = next(one for one in declined.elements if one.attributes.get("class") == "language")

    chinese = buyer.open(link["href"])

    assert (chinese.says("reference"), chinese.says("pay")) == ("google-zh", "付款")


def test_a_session_that_the_gateway_did_not_give_opens_nothing(buyer: Buyer, sandbox: Sandbox) -> None:
    sheet = buyer.open("/cashier/sheet", **asked("applepay", "apple-no-session"))
    changed = json.loads(session()) | {"displayName": "Other"}

    for given in ("", "[", "{}", json.dumps(changed)):
        refused = buyer.press(sheet, "pay", session=given)
        assert (refused.status, refused.find("end")) == (422, None)
        assert "genuine merchant session" in refused.says("problem")
    assert sandbox.client.payment("applepay", "apple-no-session") is None


def test_declining_and_cancelling_give_nothing(buyer: Buyer, sandbox: Sandbox) -> None:
    sheet = buyer.open("/cashier/sheet", **asked("googlepay", "google-no"))

    declined = buyer.press(sheet, "decline")
    cancelled = buyer.press(declined, "cancel")

    assert "not recognised" in declined.says("problem")
    assert json.loads(cancelled["end"]["data-message"]) == {"kind": "cancelled"}
    assert sandbox.client.payment("googlepay", "google-no") is None
    history = sandbox.client.history(order="google-no", source="buyer")
    assert [one.note for one in history] == ["cashier: decline", "cashier: cancel"]


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "*",
        "null",
        "https://evil.example",
        "http://127.0.0.1:8080/",
        "http://127.0.0.1:8080/shop",
        "http://u@127.0.0.1:8080",
        "http://127.0.0.1:8080?x",
        "http://127.0.0.1:8080#x",
        "javascript:alert(1)",
    ],
)
def test_a_page_elsewhere_gets_nothing(origin: str, buyer: Buyer) -> None:
    page = buyer.open("/cashier/sheet", **asked("googlepay", "google-elsewhere", origin=origin))

    assert (page.status, page.find("pay")) == (403, None)
    assert "not allowed here" in page.says("problem")


@pytest.mark.parametrize(
    "wrong",
    [
        {"wallet": "stripe"},
        {"wallet": "nobody"},
        {"mode": "EC_v9"},
        {"amount": "0"},
        {"amount": "12.505"},
        {"amount": "1e9"},
        {"currency": "usd"},
        {"currency": ""},
        {"reference": "x" * 300},
    ],
)
def test_a_request_that_makes_no_sense_is_refused(wrong: dict[str, str], buyer: Buyer) -> None:
    page = buyer.open("/cashier/sheet", **asked("applepay", "apple-wrong") | wrong)

    assert page.status in {404, 422}
    assert page.find("pay") is None


def test_the_origin_is_checked_again_when_the_form_comes(buyer: Buyer) -> None:
    sheet = buyer.open("/cashier/sheet", **asked("googlepay", "google-form"))

    assert buyer.press(sheet, "pay", origin="https://evil.example").status == 403
    assert buyer.post("/cashier/sheet", buyer.fields(sheet, "pay") | {"form": ""}).status == 403


def test_only_allowed_pages_frame_a_sheet_and_it_stays_tied_to_its_opener(buyer: Buyer) -> None:
    headers = buyer.open("/cashier/sheet", **asked("googlepay", "google-frame")).answer.headers

    ancestors = headers["content-security-policy"].partition("frame-ancestors ")[2].partition(";")[0]
    assert set(ancestors.split()) == {
        f"{scheme}://{host}:*" for scheme in ("http", "https") for host in ("127.0.0.1", "localhost")
    }
    assert headers["cross-origin-opener-policy"] == "unsafe-none"
