"""PayPal's own SDK and OpenSSL against the sandbox: the life of a payment, its proofs and the forgeries.

The SDK has no verifier for notifications, so the signature is judged by a receiver that shares no code with ours:
PayPal's recipe done with the `openssl` command on the certificate that the gateway serves.
"""

from __future__ import annotations

import base64
import json
import secrets
import shutil
import subprocess
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import time
from typing import Any

import httpx
import pytest
from paypalserversdk.configuration import Configuration
from paypalserversdk.exceptions.error_exception import ErrorException
from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
from paypalserversdk.models.amount_with_breakdown import AmountWithBreakdown
from paypalserversdk.models.checkout_payment_intent import CheckoutPaymentIntent
from paypalserversdk.models.money import Money as SdkMoney
from paypalserversdk.models.order_request import OrderRequest
from paypalserversdk.models.purchase_unit_request import PurchaseUnitRequest
from paypalserversdk.models.refund_request import RefundRequest
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

from fixtures.model import Message, Payment, Stamp
from fixtures.sandbox.process import Sandbox
from fixtures.wallets.interface import Forgery, Scene
from fixtures.wallets.paypal import WALLET

URL = "https://shop.example.com/notify/paypal"
NAME = "messageverificationcerts.paypal.com"

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is the oracle")


def sdk(sandbox: Sandbox) -> Any:
    """The official client with its base URL turned to the sandbox."""
    keys, base = sandbox.keys["paypal"], sandbox.gateway_url("paypal")

    class Turned(Configuration):  # type: ignore[misc]
        def get_base_uri(self, server: Any = None) -> str:
            del server
            return base

    credentials = ClientCredentialsAuthCredentials(keys["client_id"], keys["client_secret"])
    return PaypalServersdkClient(config=Turned(client_credentials_auth_credentials=credentials))


def create(client: Any, reference: str, key: str | None = None) -> Any:
    amount = AmountWithBreakdown(currency_code="USD", value="19.99")
    unit = PurchaseUnitRequest(amount=amount, invoice_id=reference, custom_id=reference)
    body = OrderRequest(intent=CheckoutPaymentIntent.CAPTURE, purchase_units=[unit])
    options = {"body": body, "prefer": "return=representation", "paypal_request_id": key}
    return client.orders.create_order({name: value for name, value in options.items() if value is not None})


def paid(sandbox: Sandbox, client: Any, reference: str) -> tuple[str, str]:
    """Order id and capture id of an order that the SDK took through payment."""
    order_id = create(client, reference).body.id
    sandbox.client.act("paypal", reference, "pay")
    captured = client.orders.capture_order({"id": order_id, "prefer": "return=representation"}).body
    return order_id, captured.purchase_units[0].payments.captures[0].id


def fresh() -> str:
    return f"order-{secrets.token_hex(6)}"


def known(sandbox: Sandbox, reference: str) -> Payment:
    payment = sandbox.client.payment("paypal", reference)
    assert payment
    return payment


def test_the_sdk_completes_the_life_of_a_payment(sandbox: Sandbox) -> None:
    client, reference = sdk(sandbox), fresh()
    created = create(client, reference, "k-" + reference)
    again = create(client, reference, "k-" + reference)
    assert (created.status_code, again.status_code, again.body.id) == (201, 200, created.body.id)
    order_id = created.body.id
    assert {link.rel: link.href for link in created.body.links}["approve"].endswith(f"token={order_id}")
    with pytest.raises(ErrorException) as refused:
        client.orders.capture_order({"id": order_id})
    assert refused.value.details[0].issue == "ORDER_NOT_APPROVED"

    sandbox.client.act("paypal", reference, "pay")
    assert client.orders.get_order({"id": order_id}).body.status == "APPROVED"
    captured = client.orders.capture_order({"id": order_id, "paypal_request_id": "c-" + reference})
    assert (captured.status_code, captured.body.status) == (201, "COMPLETED")
    capture = client.orders.get_order({"id": order_id}).body.purchase_units[0].payments.captures[0]
    assert (capture.status, capture.amount.value, capture.invoice_id) == ("COMPLETED", "19.99", reference)

    part = RefundRequest(amount=SdkMoney(currency_code="USD", value="5.00"))
    options = {"capture_id": capture.id, "body": part, "prefer": "return=representation"}
    refund = client.payments.refund_captured_payment({**options, "paypal_request_id": "r-" + reference}).body
    assert (refund.status, refund.amount.value) == ("COMPLETED", "5.00")
    assert client.payments.get_refund({"refund_id": refund.id}).body.amount.value == "5.00"
    rest = client.payments.refund_captured_payment({"capture_id": capture.id}).body
    assert rest.status == "COMPLETED"
    assert client.payments.get_captured_payment({"capture_id": capture.id}).body.status == "REFUNDED"
    with pytest.raises(ErrorException) as over:
        client.payments.refund_captured_payment({"capture_id": capture.id})
    assert over.value.details[0].issue == "CAPTURE_FULLY_REFUNDED"
    assert known(sandbox, reference).refunded == 1999


def test_the_sdk_learns_of_a_closed_order(sandbox: Sandbox) -> None:
    client, reference = sdk(sandbox), fresh()
    order_id = create(client, reference).body.id
    sandbox.client.act("paypal", reference, "expire")
    assert client.orders.get_order({"id": order_id}).body.status == "VOIDED"


def test_the_sdk_reads_the_bill(sandbox: Sandbox) -> None:
    client = sdk(sandbox)
    _, capture = paid(sandbox, client, fresh())
    dates = {"start_date": "2020-01-01T00:00:00Z", "end_date": "2020-01-02T00:00:00Z"}
    assert client.transaction_search.search_transactions(dates).body.transaction_details == []
    start, end = ((datetime.now(UTC) + timedelta(days=shift)).isoformat(timespec="seconds") for shift in (-1, 1))
    found = client.transaction_search.search_transactions({"start_date": start, "end_date": end, "page_size": 500}).body
    assert capture in [each.transaction_info.transaction_id for each in found.transaction_details]


def openssl(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)


def doubts(message: Message, keys: Mapping[str, str], gateway_url: str, room: Path) -> str | None:
    """PayPal's recipe, done by OpenSSL."""
    url = message.header("Paypal-Cert-Url") or ""
    rest = url.removeprefix(f"{gateway_url}/v1/notifications/certs/")
    if rest == url or "/" in rest or "?" in rest:
        return "certificate URL"
    if message.header("Paypal-Auth-Algo") != "SHA256withRSA":
        return "algorithm"
    room.joinpath("leaf.pem").write_text(httpx.get(url, trust_env=False).raise_for_status().text)
    room.joinpath("root.pem").write_text(keys["certificate_root"])
    chain = openssl("verify", "-CAfile", str(room / "root.pem"), "-verify_hostname", NAME, str(room / "leaf.pem"))
    if chain.returncode:
        return f"certificate: {chain.stderr}"
    subject = openssl("x509", "-in", str(room / "leaf.pem"), "-noout", "-pubkey", "-out", str(room / "key.pem"))
    assert subject.returncode == 0, subject.stderr
    names = (message.header("Paypal-Transmission-Id"), message.header("Paypal-Transmission-Time"), keys["webhook_id"])
    room.joinpath("text").write_text("|".join([*(str(name) for name in names), str(zlib.crc32(message.body))]))
    room.joinpath("signature").write_bytes(base64.b64decode(message.header("Paypal-Transmission-Sig") or ""))
    files = ["-verify", str(room / "key.pem"), "-signature", str(room / "signature"), str(room / "text")]
    judged = openssl("dgst", "-sha256", *files)
    return None if judged.returncode == 0 else f"signature: {judged.stdout}{judged.stderr}"


def verdict_of_paypal(message: Message, sandbox: Sandbox) -> str:
    """What verify-webhook-signature says about a notification."""
    keys, base = sandbox.keys["paypal"], sandbox.gateway_url("paypal")
    with httpx.Client(base_url=base, trust_env=False) as http:
        form = {"grant_type": "client_credentials"}
        token = http.post("/v1/oauth2/token", data=form, auth=(keys["client_id"], keys["client_secret"])).json()
        names = {"auth_algo": "Auth-Algo", "cert_url": "Cert-Url", "transmission_id": "Transmission-Id"}
        names |= {"transmission_sig": "Transmission-Sig", "transmission_time": "Transmission-Time"}
        told = {name: message.header(f"Paypal-{header}") or "-" for name, header in names.items()}
        head = json.dumps({**told, "webhook_id": keys["webhook_id"]}).encode()[:-1]
        answer = http.post(
            "/v1/notifications/verify-webhook-signature",
            content=head + b',"webhook_event":' + message.body + b"}",
            headers={"Authorization": f"Bearer {token['access_token']}", "Content-Type": "application/json"},
        )
        return str(answer.raise_for_status().json()["verification_status"])


@pytest.fixture(scope="module")
def scene(sandbox: Sandbox) -> Scene:
    client, victim, other = sdk(sandbox), fresh(), fresh()
    create(client, victim)
    paid(sandbox, client, other)
    drawn = WALLET.act("settle", known(sandbox, victim), Stamp(time(), Random(3)))
    keys, base = sandbox.keys["paypal"], sandbox.gateway_url("paypal")
    return Scene(drawn, known(sandbox, other), keys, Stamp(time(), Random(4)), URL, base)


@pytest.mark.parametrize("event", sorted(WALLET.events()))
def test_proofs_are_believed(sandbox: Sandbox, scene: Scene, tmp_path: Path, event: Any) -> None:
    message = WALLET.prove(event, scene.other, scene.keys, scene.stamp, URL, scene.gateway_url)
    assert doubts(message, scene.keys, scene.gateway_url, tmp_path) is None
    assert verdict_of_paypal(message, sandbox) == "SUCCESS"


@pytest.mark.parametrize("forgery", WALLET.forgeries, ids=lambda each: f"{each.group}.{each.name}")
def test_forgeries_are_refused_and_substitutions_are_validly_signed(
    sandbox: Sandbox, scene: Scene, tmp_path: Path, forgery: Forgery
) -> None:
    message = forgery.make(scene)
    forged = forgery.group == "forgery"
    assert bool(doubts(message, scene.keys, scene.gateway_url, tmp_path)) == forged
    assert (verdict_of_paypal(message, sandbox) == "FAILURE") == forged


def test_every_certificate_can_be_fetched(scene: Scene) -> None:
    for forgery in WALLET.forgeries:
        url = forgery.make(scene).header("Paypal-Cert-Url") or ""
        assert httpx.get(url, trust_env=False).text.startswith("-----BEGIN CERTIFICATE-----"), url
