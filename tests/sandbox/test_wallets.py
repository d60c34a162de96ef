"""Every wallet lives on the sandbox, and nothing that a target may send makes one of them raise."""

from __future__ import annotations

import secrets

import httpx
import pytest

from fixtures.network.faults import EVERY_OPERATION, Fault, Kind
from fixtures.sandbox.process import Sandbox
from fixtures.wallets import discover

NAMES = sorted(discover())

BODIES = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b'{"amount": {"total": "1"}, "out_trade_no": 7}',
    b"a=b&a=c&%ff=%zz",
    b"out_trade_no=%ff&biz_content=%7B",
    b"biz_content=[]&method=alipay.trade.query",
    b"biz_content={}&method=alipay.trade.query",
    b"\x00\xff\xfe",
    b"[" * 100_000,
)
PATHS = (
    "/",
    "/gateway.do",
    "/gateway.do?method=alipay.trade.query&biz_content=null",
    "/v1/payment_intents",
    "/v1/payment_intents/%2F",
    "/v1/checkout/sessions?x[y=1",
    "/v1/refunds",
    "/v1/oauth2/token",
    "/v2/checkout/orders",
    "/v2/checkout/orders/x/capture",
    "/v2/payments/captures/x/refund",
    "/v3/pay/transactions/native",
    "/v3/pay/transactions/out-trade-no/x?mchid",
    "/v3/refund/domestic/refunds",
    "/v3/certificates",
    "/%ff%00?%ff",
)
AUTHORIZATIONS = ("", "Bearer x", "Basic !", "WECHATPAY2-SHA256-RSA2048 mchid=x", 'WECHATPAY2-SHA256-RSA2048 mchid="1"')


def test_all_wallets_are_served(sandbox: Sandbox) -> None:
    assert sandbox.client.health()["wallets"] == NAMES
    assert sorted(sandbox.keys) == NAMES


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", PATHS)
def test_nothing_a_target_sends_makes_a_wallet_raise(
    sandbox: Sandbox, http: httpx.Client, name: str, path: str
) -> None:
    trial = secrets.token_hex(8)  # a shop of another test may be asking, too
    requests = [(method, body) for method in ("POST", "GET") for body in BODIES]
    for number, (method, body) in enumerate(requests):
        authorization = AUTHORIZATIONS[number % len(AUTHORIZATIONS)]
        headers = {"content-type": "application/json", "x-trial": trial}
        headers |= {"authorization": authorization} if authorization else {}
        http.request(method, f"{sandbox.gateway_url(name)}{path}", content=body, headers=headers)

    told = [one for one in sandbox.client.history(wallet=name) if one.request.header("x-trial") == trial]

    assert len(told) == len(requests)
    assert [(one.request.method, one.request.body[:60], one.error) for one in told if one.note == "error of ours"] == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["unavailable", "throttled", "system-error"])
def test_every_wallet_has_its_own_words_for_an_outage(
    sandbox: Sandbox, http: httpx.Client, name: str, kind: Kind
) -> None:
    sandbox.client.fault(Fault(wallet=name, operation=EVERY_OPERATION, kind=kind))

    answer = http.get(f"{sandbox.gateway_url(name)}/")

    told = sandbox.client.history(wallet=name)[-1]
    assert told.note is not None
    assert told.note.startswith(f"fault {kind} ")
    assert answer.content
    assert told.answer is not None
    assert (told.answer.status, told.answer.body) == (answer.status_code, answer.content)
