"""How a shop opens a payment at each wallet by real gateway calls, and what it then gives the buyer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from random import Random
from urllib.parse import urlencode

import httpx

from fixtures.model import Stamp
from fixtures.sandbox.process import Sandbox
from fixtures.wallets import discover
from fixtures.wallets.bitpay.signing import identity_of, sign_request
from tests.wallets import alipay_shop, bitpay_desk, wechatpay_shop

_numbers = count(1)


@dataclass(frozen=True)
class Opened:
    """What the buyer was given, for which order, and where she comes back to."""

    wallet: str
    reference: str
    given: str
    back: str


@dataclass(frozen=True)
class Openings:
    """A shop at `shop_url` that calls the sandbox."""

    sandbox: Sandbox
    http: httpx.Client
    shop_url: str

    def open(self, kind: str) -> Opened:
        """A new payment of 12.50 in the usual currency."""
        reference = f"{kind}-{next(_numbers):04}"
        given = _OPENINGS[kind](self, reference)
        return Opened(kind.partition("_")[0], reference, given, f"{self.shop_url}/return/{kind}")

    def alipay(self, reference: str) -> str:
        content = {"out_trade_no": reference, "total_amount": "12.50", "subject": "乌龙茶 <b>"}
        urls = {"notify_url": f"{self.shop_url}/notify", "return_url": f"{self.shop_url}/return/alipay"}
        shop = alipay_shop.Shop()
        content["product_code"] = "FAST_INSTANT_TRADE_PAY"
        sent = urlencode(shop.params("alipay.trade.page.pay", content, **urls))
        return f"{self.sandbox.url}/alipay/gateway.do?{sent}"

    def alipay_qr(self, reference: str) -> str:
        content = {"out_trade_no": reference, "total_amount": "12.50", "subject": "tea"}
        sent = alipay_shop.Shop().params(alipay_shop.PRECREATE, content, notify_url=f"{self.shop_url}/notify")
        answer = self.http.get(f"{self.sandbox.url}/alipay/gateway.do", params=sent)
        return str(answer.json()["alipay_trade_precreate_response"]["qr_code"])

    def wechatpay_h5(self, reference: str) -> str:
        scene = {"scene_info": {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}}
        link = self._wechatpay("h5", reference, scene)["h5_url"]
        return f"{link}&{urlencode({'redirect_url': f'{self.shop_url}/return/wechatpay_h5'})}"

    def wechatpay(self, reference: str) -> str:
        return self._wechatpay("native", reference, {})["code_url"]

    def _wechatpay(self, product: str, reference: str, more: Mapping[str, object]) -> dict[str, str]:
        keys = wechatpay_shop.KEYS
        body = {
            "appid": keys["app_id"],
            "mchid": keys["mch_id"],
            "description": "tea",
            "out_trade_no": reference,
            "notify_url": f"{self.shop_url}/notify",
            "amount": {"total": 1250, "currency": "CNY"},
            **more,
        }
        shop = wechatpay_shop.Shop(moment=Stamp(time.time(), Random(1)))
        request = shop.request("POST", f"/v3/pay/transactions/{product}", body)
        url = f"{self.sandbox.url}/wechatpay{request.url}"
        headers = [*request.headers, ("Content-Type", "application/json")]
        answer = self.http.post(url, content=request.body, headers=headers)
        answer.raise_for_status()
        return dict(answer.json())

    def paypal(self, reference: str) -> str:
        keys, base = _keys("paypal"), f"{self.sandbox.url}/paypal"
        secret = (keys["client_id"], keys["client_secret"])
        token = self.http.post(f"{base}/v1/oauth2/token", auth=secret, data={"grant_type": "client_credentials"})
        context = {"return_url": f"{self.shop_url}/return/paypal", "cancel_url": f"{self.shop_url}/cancel/paypal"}
        amount = {"currency_code": "USD", "value": "12.50"}
        unit = {"invoice_id": reference, "description": "tea", "amount": amount}
        body = {"intent": "CAPTURE", "purchase_units": [unit], "application_context": context}
        bearer = {"authorization": f"Bearer {token.json()['access_token']}"}
        answer = self.http.post(f"{base}/v2/checkout/orders", json=body, headers=bearer)
        order = self.http.get(f"{base}/v2/checkout/orders/{answer.json()['id']}", headers=bearer).json()
        return str(next(link["href"] for link in order["links"] if link["rel"] in {"approve", "payer-action"}))

    def stripe(self, reference: str) -> str:
        """A Checkout Session."""
        asked = {
            "mode": "payment",
            "client_reference_id": reference,
            "line_items[0][quantity]": "1",
            "line_items[0][price_data][currency]": "usd",
            "line_items[0][price_data][unit_amount]": "1250",
            "line_items[0][price_data][product_data][name]": "tea",
            "success_url": f"{self.shop_url}/return/stripe?session={{CHECKOUT_SESSION_ID}}",
            "cancel_url": f"{self.shop_url}/cancel/stripe",
        }
        return str(self._stripe("checkout/sessions", asked)["url"])

    def stripe_intent(self, reference: str) -> str:
        asked = {"amount": "1250", "currency": "usd", "metadata[order_id]": reference}
        return str(self._stripe("payment_intents", asked)["client_secret"])

    def _stripe(self, path: str, asked: Mapping[str, str]) -> dict[str, object]:
        bearer = {"authorization": f"Bearer {_keys('stripe')['secret_key']}"}
        answer = self.http.post(f"{self.sandbox.url}/stripe/v1/{path}", data=dict(asked), headers=bearer)
        answer.raise_for_status()
        return dict(answer.json())

    def bitpay(self, reference: str) -> str:
        keys, url = bitpay_desk.KEYS, f"{self.sandbox.url}/bitpay/invoices"
        urls = {"redirectURL": f"{self.shop_url}/return/bitpay", "closeURL": f"{self.shop_url}/cancel/bitpay"}
        urls["notificationURL"] = f"{self.shop_url}/notify"
        wish = {"token": keys["token"], "price": 12.5, "currency": "USD", "orderId": reference, "itemDesc": "tea"}
        body = json.dumps(wish | urls).encode()
        signature = sign_request(keys["private_key"], url, body)
        headers = {"content-type": "application/json", "x-accept-version": "2.0.0", "x-signature": signature}
        headers["x-identity"] = identity_of(keys["private_key"])
        answer = self.http.post(url, content=body, headers=headers)
        answer.raise_for_status()
        return str(answer.json()["data"]["url"])


def _keys(wallet: str) -> Mapping[str, str]:
    return discover()[wallet].published_keys()


_OPENINGS: dict[str, Callable[[Openings, str], str]] = {
    "alipay": Openings.alipay,
    "alipay_qr": Openings.alipay_qr,
    "wechatpay": Openings.wechatpay,
    "wechatpay_h5": Openings.wechatpay_h5,
    "paypal": Openings.paypal,
    "stripe": Openings.stripe,
    "stripe_intent": Openings.stripe_intent,
    "bitpay": Openings.bitpay,
}
