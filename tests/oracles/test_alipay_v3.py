"""A merchant of Alipay's REST flavour on another library's RSA and AES, written from the signing rules alone."""

from __future__ import annotations

import base64
import json
import time
import uuid
from typing import Any

import httpx
import pytest
from Cryptodome.Cipher import AES
from Cryptodome.Hash import SHA256
from Cryptodome.PublicKey import RSA
from Cryptodome.Signature import pkcs1_15
from Cryptodome.Util.Padding import pad, unpad

from fixtures.model import Money
from fixtures.network.faults import Fault
from fixtures.sandbox.process import Sandbox
from fixtures.wallets.alipay import WALLET


class Merchant:
    """Signs calls and verifies answers; raises ValueError for an answer whose signature does not fit."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.base = sandbox.gateway_url("alipay")
        self.credentials = WALLET.merchant_credentials(sandbox.keys["alipay"], "v3")

    def call(self, path: str, content: dict[str, str], *, encrypted: bool = False) -> httpx.Response:
        url, body = f"/v3/alipay/trade/{path}", json.dumps(content, ensure_ascii=False).encode()
        if encrypted:
            body = base64.b64encode(self._cipher().encrypt(pad(body, 16)))
        pairs = f"app_id={self.credentials['app_id']},nonce={uuid.uuid4()},timestamp={time.time_ns() // 10**6}"
        lines = b"\n".join([pairs.encode(), b"POST", url.encode(), body, b""])
        signer = pkcs1_15.new(RSA.import_key(self.credentials["app_private_key"]))
        sign = base64.b64encode(signer.sign(SHA256.new(lines))).decode()
        headers = {
            "Authorization": f"ALIPAY-SHA256withRSA {pairs},sign={sign}",
            "Content-Type": "text/plain" if encrypted else "application/json",
            "alipay-request-id": uuid.uuid4().hex,
            **({"alipay-encrypt-type": "AES"} if encrypted else {}),
        }
        answer = httpx.post(self.base + url, content=body, headers=headers, trust_env=False)
        if answer.is_success:
            self._verify(answer)
        return answer

    def ask(self, path: str, **content: str) -> dict[str, Any]:
        answer = self.call(path, content)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def opened(self, answer: httpx.Response) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(unpad(self._cipher().decrypt(base64.b64decode(answer.content)), 16))
        return found

    def _cipher(self) -> Any:
        return AES.new(base64.b64decode(self.credentials["encrypt_key"]), AES.MODE_CBC, iv=bytes(16))

    def _verify(self, answer: httpx.Response) -> None:
        at, nonce = answer.headers["alipay-timestamp"], answer.headers["alipay-nonce"]
        lines = b"\n".join([at.encode(), nonce.encode(), answer.content, b""])
        verifier = pkcs1_15.new(RSA.import_key(self.credentials["alipay_public_key"]))
        verifier.verify(SHA256.new(lines), base64.b64decode(answer.headers["alipay-signature"]))


def test_a_payment_lives_its_whole_life(sandbox: Sandbox) -> None:
    merchant, number = Merchant(sandbox), f"V{uuid.uuid4().hex}"
    order = {"out_trade_no": number, "total_amount": "88.00", "subject": "tea 茶"}
    assert merchant.ask("precreate", **order)["qr_code"].startswith("https://")
    payment = sandbox.client.act("alipay", number, "pay")
    assert (payment.mode, payment.paid) == ("v3", Money(8800, "CNY"))
    assert merchant.ask("query", out_trade_no=number)["trade_status"] == "TRADE_SUCCESS"
    refund = {"out_trade_no": number, "refund_amount": "88.00", "out_request_no": "F1"}
    assert merchant.ask("refund", **refund)["fund_change"] == "Y"
    assert merchant.ask("query", out_trade_no=number)["trade_status"] == "TRADE_CLOSED"


def test_contents_may_be_encrypted(sandbox: Sandbox) -> None:
    merchant, number = Merchant(sandbox), f"V{uuid.uuid4().hex}"
    order = {"out_trade_no": number, "total_amount": "0.01", "subject": "tea"}
    assert merchant.opened(merchant.call("precreate", order, encrypted=True))["out_trade_no"] == number


def test_failures_have_statuses_and_spoilt_answers_do_not_verify(sandbox: Sandbox) -> None:
    merchant, number = Merchant(sandbox), f"V{uuid.uuid4().hex}"
    assert merchant.call("query", {"out_trade_no": number}).status_code == 400
    sandbox.client.fault(Fault(wallet="alipay", operation="create", kind="bad-signature", reference=number))
    with pytest.raises(ValueError, match="Invalid signature"):
        merchant.call("precreate", {"out_trade_no": number, "total_amount": "1.00", "subject": "tea"})
