"""A payment's life at each wallet, as a merchant and its buyer live it: without sockets, driven by whoever has some."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial

from fixtures.model import Message
from tests.sandbox.medicine.lives import keyed, shown, signed
from tests.sandbox.medicine.scene import Scene, Story

_STORIES: Mapping[str, Callable[[Scene], Story]] = {
    "alipay": signed.alipay,
    "wechatpay": signed.wechatpay,
    "stripe": keyed.stripe,
    "paypal": keyed.paypal,
    "bitpay": keyed.bitpay,
    "applepay": shown.presented("applepay"),
    "googlepay": shown.presented("googlepay"),
    "ledger": partial(shown.observed, "ledger"),
    "trezor": partial(shown.observed, "trezor"),
}


def story(name: str, scene: Scene) -> Story:
    """The life of one payment: opened, paid, asked about, half of it given back, asked about again."""
    return _STORIES[name](scene)


def looking(name: str, scene: Scene, call: Message) -> Message | None:
    """How to see whether a call was carried out, at the wallet that takes no key: BitPay does twice what it is told
    twice, but finds by guid."""
    if name != "bitpay" or call.method != "POST":
        return None
    return keyed.bitpay_call(scene, "GET", f"{call.url}/guid/{json.loads(call.body)['guid']}")
