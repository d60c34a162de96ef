"""An independent verifier, google-pay-token-decryption 0.1, believes what the sandbox sends and refuses forgeries.

It knows ECv2 only. Where it is known to judge otherwise than Google's own library, `DISAGREES` says so.
"""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from fixtures.model import Message, Money, Payment, PaymentState, Stamp
from fixtures.sandbox.process import Sandbox
from fixtures.wallets.googlepay import WALLET
from fixtures.wallets.interface import Forgery, Scene, Wording
from tests.oracles.foreign.driver import Driver, Objection
from tests.oracles.foreign.environments import Unavailable, python_googlepay

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "googlepay.json").read_text(encoding="utf-8"))["vectors"]
JUDGED = [case for case in VECTORS if case["token"]["protocolVersion"] == "ECv2"]
DISAGREES = {
    "synthetic-ecv2-non-ascii-recipient": "it counts characters where bytes of UTF-8 are to be counted",
    "neg-root-key-without-expiration": "it uses root keys that have no expiration",
    "neg-extra-top-level-field": "it passes over members that it does not know",
    "neg-gateway-merchant-mismatch": "the comparison is the shop's own business",
    "replay-same-message": "the memory is the shop's own business",
}
Believe = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def believe() -> Iterator[Believe]:
    """The verifier in its own environment: gives the decrypted message, or raises Objection."""
    environment = python_googlepay()
    if isinstance(environment, Unavailable):
        pytest.skip(str(environment))
    with Driver(environment, "python_googlepay.py") as driver:
        yield lambda **given: driver.call("believe", **given)


@pytest.fixture
def shop(sandbox: Sandbox, believe: Believe) -> Callable[[Message], dict[str, Any]]:
    """A shop that fetches the sandbox's key list and opens tokens with the verifier."""
    given = WALLET.merchant_credentials(sandbox.keys["googlepay"], "ECv2")
    der = load_pem_private_key(given["private_key"].encode(), None).private_bytes(
        Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
    )
    listed = httpx.get(f"{sandbox.gateway_url('googlepay')}/paymentmethodtoken/keys.json", trust_env=False).json()

    def opened(message: Message) -> dict[str, Any]:
        return believe(
            roots=listed["keys"],
            recipient=given["recipient_id"],
            key=b64encode(der).decode(),
            token=json.loads(message.body),
            now=time.time(),
        )

    return opened


def now() -> Stamp:
    return Stamp(time.time(), Random(11))


def confirmed(reference: str) -> Payment:
    return WALLET.act("pay", WALLET.assume(reference, Money(1999, "USD"), "ECv2", now(), None), now())


@pytest.mark.parametrize("case", JUDGED, ids=lambda case: case["id"])
def test_the_vectors_are_judged_alike(case: dict[str, Any], believe: Believe) -> None:
    """But for what is known."""
    expected = case["expect"].startswith("valid") == (case["id"] not in DISAGREES)
    given = {"roots": case["root_keys"]["keys"], "recipient": case["recipient_id"], "token": case["token"]}
    try:
        believe(**given, key=case["recipient_private_key_pkcs8_b64"], now=case["at_ms"] / 1000)
        found = True
    except Objection:
        found = False

    assert found == expected, DISAGREES.get(case["id"])


@pytest.mark.parametrize("wording", [Wording(), Wording(odd=True), Wording(extra_fields=True), Wording(message_id="a")])
def test_genuine_tokens_are_believed(
    sandbox: Sandbox, shop: Callable[[Message], dict[str, Any]], wording: Wording
) -> None:
    """And their card is charged by the acquirer."""
    payment = confirmed(f"ORACLE-{time.time_ns()}")
    keys, url = sandbox.keys["googlepay"], sandbox.gateway_url("googlepay")

    details = shop(WALLET.prove("paid", payment, keys, now(), "", url, wording))["paymentMethodDetails"]

    card = {
        "number": details["pan"],
        "expiry_month": details["expirationMonth"],
        "expiry_year": details["expirationYear"],
        "cryptogram": details["cryptogram"],
        "eci": details["eciIndicator"],
    }
    asked = {"reference": payment.reference, "amount": 1999, "currency": "USD", "capture": True, "card": card}
    key = {"Authorization": f"Bearer {keys['acquirer_key']}"}
    made = httpx.post(f"{url}/acquirer/v1/payments", json=asked, headers=key, trust_env=False)
    ledger = sandbox.client.payment("googlepay", payment.reference)
    assert made.status_code == 201, made.text
    assert ledger is not None and (ledger.state, ledger.paid) == (PaymentState.PAID, Money(1999, "USD"))


FORGERIES = [forgery for forgery in WALLET.forgeries if forgery.exists_in("ECv2")]


@pytest.mark.parametrize("forgery", FORGERIES, ids=[forgery.name for forgery in FORGERIES])
def test_forgeries_are_refused_and_substitutions_open(
    sandbox: Sandbox, shop: Callable[[Message], dict[str, Any]], forgery: Forgery
) -> None:
    """What is genuine is for the shop to compare."""
    scene = Scene(confirmed("VICTIM-1"), confirmed("OTHER-01"), sandbox.keys["googlepay"], now(), "", sandbox.url)
    try:
        shop(forgery.make(scene))
        believed = True
    except Objection:
        believed = False

    assert believed == (forgery.group == "substitution")
