"""A merchant on python-alipay-sdk, with keys or with certificates; runs in that SDK's own environment."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from alipay import AliPay, DCAliPay


class Merchant:
    """Its public methods are the steps."""

    def __init__(self, url: str, mode: str, credentials: Mapping[str, str], notify_url: str, return_url: str) -> None:
        self._notify_url, self._return_url = notify_url, return_url
        common = {"appid": credentials["app_id"], "app_private_key_string": credentials["app_private_key"]}
        if mode == "cert":
            self._alipay = DCAliPay(
                **common,
                app_public_key_cert_string=credentials["app_certificate"],
                alipay_public_key_cert_string=credentials["alipay_certificate"],
                alipay_root_cert_string=credentials["alipay_root_certificate"],
            )
        else:
            self._alipay = AliPay(**common, alipay_public_key_string=credentials["alipay_public_key"])
        self._alipay._gateway = f"{url}/gateway.do"

    def create(self, reference: str, amount: int, currency: str) -> Any:
        wanted = self._order(reference, amount)
        return self._done(self._alipay.api_alipay_trade_precreate(**wanted, notify_url=self._notify_url))["qr_code"]

    def page(self, reference: str, amount: int, currency: str, verb: str) -> str:
        query = self._alipay.api_alipay_trade_page_pay(
            **self._order(reference, amount), return_url=self._return_url, notify_url=self._notify_url
        )
        return f"{self._alipay._gateway}?{query}"

    def query(self, reference: str) -> dict[str, Any]:
        trade = self._done(self._alipay.api_alipay_trade_query(out_trade_no=reference))
        return {"state": trade["trade_status"], "amount": fen(trade["total_amount"])}

    def refund(self, reference: str, number: str, amount: int, total: int, currency: str) -> None:
        wanted = {"out_trade_no": reference, "out_request_no": number, "refund_amount": yuan(amount)}
        self._done(self._alipay.api_alipay_trade_refund(**wanted))

    def refunded(self, reference: str, number: str) -> dict[str, Any]:
        refund = self._done(self._alipay.api_alipay_trade_fastpay_refund_query(number, out_trade_no=reference))
        return {"state": refund["refund_status"], "amount": fen(refund["refund_amount"])}

    def close(self, reference: str) -> None:
        self._done(self._alipay.api_alipay_trade_close(out_trade_no=reference))

    def believe(self, headers: Mapping[str, str], body: str) -> dict[str, Any]:
        fields = dict(parse_qsl(base64.b64decode(body).decode()))
        signature = fields.pop("sign", "")
        if not self._alipay.verify(fields, signature):
            raise ValueError("the signature does not fit")
        return {"event": fields.get("trade_status", fields["notify_type"]), "reference": fields.get("out_trade_no")}

    @staticmethod
    def _order(reference: str, amount: int) -> dict[str, str]:
        return {"out_trade_no": reference, "total_amount": yuan(amount), "subject": 'tea & 茶+{1} "%"'}

    @staticmethod
    def _done(answer: dict[str, Any]) -> dict[str, Any]:
        if answer["code"] != "10000":
            raise BusinessFailure(answer["sub_code"], answer["sub_msg"])
        return answer


class BusinessFailure(Exception):
    """The gateway's answer is a refusal."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def yuan(amount: int) -> str:
    return str(Decimal(amount).scaleb(-2))


def fen(amount: str) -> int:
    return int(Decimal(amount) * 100)


def answered(step: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"value": step(**given)}
    except Exception as error:  # whatever the SDK raises is its verdict
        code = getattr(error, "code", None)
        return {"error": {"kind": type(error).__name__, "problem": str(error), "code": code and str(code)}}


def main() -> None:
    """Reads {"step", "given"} lines and writes {"value"} or {"error"} lines; the step "open" comes first."""
    merchant: Merchant | None = None

    def opened(**settings: Any) -> None:
        nonlocal merchant
        merchant = Merchant(**settings)

    for line in sys.stdin:
        request = json.loads(line)
        step = opened if request["step"] == "open" else getattr(merchant, request["step"])
        print(json.dumps(answered(step, request["given"])), flush=True)


if __name__ == "__main__":
    main()
