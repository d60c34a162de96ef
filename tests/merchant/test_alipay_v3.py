"""Alipay over OpenAPI v3, from the merchant's side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.merchant import crypto
from fixtures.merchant.integrations.alipay_rest import signed_answer, signed_request
from fixtures.sandbox.process import Sandbox
from tests.merchant import story
from tests.merchant.conftest import Wallet
from tests.merchant.one_setup import one_setup

BOOK: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "alipay.json").read_text(encoding="utf-8"))
VECTORS = {vector["id"]: vector for vector in BOOK["vectors"]}


@pytest.fixture(scope="module")
def wallet(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wallet]:
    """The shop with this setup alone."""
    with one_setup("alipay-v3", "alipay", "v3", sandbox, tmp_path_factory.mktemp("v3")) as made:
        yield made


@pytest.mark.parametrize("id", ["alipay-v3-request-sign-post", "alipay-v3-request-sign-get-cert-apptoken"])
def test_request_vectors(id: str) -> None:
    """Text and signature are as the vendor's own library makes them."""
    vector = VECTORS[id]
    text = signed_request(
        vector["auth_string"],
        vector["http_method"],
        vector["request_uri"],
        vector["body"],
        vector.get("app_auth_token"),
    )

    assert text.decode() == vector["sign_content"]
    assert crypto.sign(crypto.private_key(BOOK["keys"][vector["private_key_pem_ref"]]), text) == vector["sign"]


def test_the_answer_vector() -> None:
    """Believed as it is, and not with another time, nonce or body."""
    vector = VECTORS["alipay-v3-response-sign"]
    key = crypto.public_key(BOOK["keys"][vector["public_key_pem_ref"]])
    headers, body = vector["headers"], vector["body"].encode()
    told = (headers["alipay-timestamp"], headers["alipay-nonce"])

    assert signed_answer(*told, body).decode() == vector["sign_content"]
    assert crypto.verify(key, vector["sign"], signed_answer(*told, body))
    for spoilt in (signed_answer("1", told[1], body), signed_answer(told[0], "", body), signed_answer(*told, b"{}")):
        assert not crypto.verify(key, vector["sign"], spoilt)


def test_an_order_is_paid_and_refunded(wallet: Wallet) -> None:
    """By a QR code."""
    assert wallet.merchant.place(wallet.setup)["payment"]["qr"]
    story.is_paid_and_refunded(wallet)


def test_a_payment_is_found(wallet: Wallet) -> None:
    """By asking."""
    story.is_found_without_a_notification(wallet)


def test_an_order_is_cancelled(wallet: Wallet) -> None:
    """Before the payment only."""
    story.is_cancelled(wallet)


def test_refunds_are_heard_of(wallet: Wallet) -> None:
    """Once each."""
    story.hears_of_refunds(wallet)


@pytest.mark.parametrize("operation", ["create", "query", "refund"])
@pytest.mark.parametrize("kind", ["lost-answer", "bad-signature", "unavailable"])
def test_trouble_is_survived(wallet: Wallet, operation: str, kind: str) -> None:
    """Once is no reason to give up."""
    story.survives(wallet, operation, kind)


def test_forgeries_are_refused(wallet: Wallet) -> None:
    """Each of them."""
    story.refuses_forgeries(wallet)
