"""Alipay and WeChat Pay, where each call is signed."""

from __future__ import annotations

from urllib.parse import urlencode

from fixtures.model import Message
from fixtures.wallets.alipay import certificates
from fixtures.wallets.alipay import signing as alipay_signing
from fixtures.wallets.alipay.keys import app
from fixtures.wallets.wechatpay import sm
from fixtures.wallets.wechatpay.signing import SCHEME, request_text, sign
from fixtures.wallets.wechatpay.v2 import signing as old_signing
from fixtures.wallets.wechatpay.v2 import xml
from tests.sandbox.medicine.scene import HALF, NOTIFY, PRICE, Buyer, Scene, Story, keys_of, written


def alipay(scene: Scene) -> Story:
    call = _alipay_rest if scene.mode == "v3" else _alipay_form
    own = {"out_trade_no": scene.reference}
    opening = {**own, "total_amount": "12.00", "subject": "tea"}
    yield call(scene, "alipay.trade.precreate", opening, notify_url=NOTIFY)
    yield Buyer("pay")
    yield call(scene, "alipay.trade.query", own)
    again = {**own, "refund_amount": "6.00", "out_request_no": f"RF{scene.reference}"}
    yield call(scene, "alipay.trade.refund", again)
    yield call(scene, "alipay.trade.fastpay.refund.query", {**own, "out_request_no": f"RF{scene.reference}"})


def _alipay_form(scene: Scene, method: str, business: object, **more: str) -> Message:
    mine, keys = app(keys_of("alipay"), scene.mode), keys_of("alipay")
    fields = {
        "app_id": mine.id,
        "method": method,
        "format": "json",
        "charset": "utf-8",
        "sign_type": "RSA2",
        "timestamp": "2026-01-01 12:00:00",
        "version": "1.0",
        **more,
        "biz_content": written(scene.twist(business)).decode(),
    }
    if scene.mode == "cert":
        fields["app_cert_sn"] = certificates.serial_number(keys["app_certificate"])
        fields["alipay_root_cert_sn"] = certificates.root_serial_number(keys["alipay_root_certificate"])
    content = alipay_signing.request_content({name: value.encode() for name, value in fields.items()})
    fields["sign"] = alipay_signing.sign(content, mine.private_key)
    return Message(
        "POST", "/gateway.do", (("content-type", "application/x-www-form-urlencoded"),), urlencode(fields).encode()
    )


def _alipay_rest(scene: Scene, method: str, business: dict[str, str], **more: str) -> Message:
    mine, body = app(keys_of("alipay"), "v3"), written(scene.twist({**business, **more}))
    url = f"/v3/{method.replace('.', '/')}"
    authority = f"app_id={mine.id},nonce={scene.stamp.token(16)},timestamp={int(scene.clock() * 1000)}"
    content = alipay_signing.rest_request_content(authority, "POST", url, body)
    signed = f"ALIPAY-SHA256withRSA {authority},sign={alipay_signing.sign(content, mine.private_key)}"
    return Message("POST", url, (("authorization", signed), ("content-type", "application/json")), body)


def wechatpay(scene: Scene) -> Story:
    if scene.mode.startswith("v2"):
        yield from _wechatpay_old(scene)
        return
    keys, number = keys_of("wechatpay"), f"RF{scene.reference}"
    order = {"appid": keys["app_id"], "mchid": keys["mch_id"], "description": "茶", "out_trade_no": scene.reference}
    amount = {"total": PRICE, "currency": "CNY"}
    asked = {"out_trade_no": scene.reference, "out_refund_no": number, "amount": {**amount, "refund": HALF}}
    yield _v3(scene, "POST", "/v3/pay/transactions/native", {**order, "notify_url": NOTIFY, "amount": amount})
    yield Buyer("pay")
    yield _v3(scene, "GET", f"/v3/pay/transactions/out-trade-no/{scene.reference}?mchid={keys['mch_id']}")
    yield _v3(scene, "POST", "/v3/refund/domestic/refunds", asked)
    yield _v3(scene, "GET", f"/v3/refund/domestic/refunds/{number}")


def _v3(scene: Scene, method: str, url: str, told: object = None) -> Message:
    keys, prefix = keys_of("wechatpay"), "sm_" if scene.mode == "sm" else ""
    body, now, word = (
        b"" if told is None else written(scene.twist(told)),
        str(int(scene.clock())),
        scene.stamp.token(16),
    )
    parts = {
        "mchid": keys["mch_id"],
        "nonce_str": word,
        "timestamp": now,
        "serial_no": keys[f"{prefix}merchant_serial"],
        "signature": sign(request_text(method, url, now, word, body), keys[f"{prefix}merchant_private_key"]),
    }
    value = ",".join(f'{name}="{part}"' for name, part in parts.items())
    headers = (
        ("authorization", f"{sm.SCHEME if prefix else SCHEME} {value}"),
        ("accept", "application/json"),
        ("user-agent", "shop"),
        ("content-type", "application/json"),
        *((("wechatpay-serial", keys["public_key_id"]),) if scene.mode == "pubkey" else ()),
    )
    return Message(method, url, headers, body)


def _wechatpay_old(scene: Scene) -> Story:
    keys, algorithm = keys_of("wechatpay"), old_signing.ALGORITHMS[scene.mode]

    def call(path: str, **more: str) -> Message:
        fields = {"appid": keys["app_id"], "mch_id": keys["mch_id"], "nonce_str": scene.stamp.token(16), **more}
        fields |= {"sign_type": algorithm} if algorithm == old_signing.HMAC else {}
        fields = scene.twist(fields)
        fields["sign"] = old_signing.sign(fields, keys["api_key"], algorithm)
        return Message("POST", path, (("content-type", "text/xml"),), xml.encode(fields))

    own = {"out_trade_no": scene.reference}
    opening = {"body": "茶", "total_fee": str(PRICE), "spbill_create_ip": "127.0.0.1", "trade_type": "NATIVE"}
    yield call("/pay/unifiedorder", **own, **opening, notify_url=NOTIFY)
    yield Buyer("pay")
    yield call("/pay/orderquery", **own)
    again = {"out_refund_no": f"RF{scene.reference}", "total_fee": str(PRICE), "refund_fee": str(HALF)}
    yield call("/secapi/pay/refund", **own, **again)
    yield call("/pay/refundquery", **own)
