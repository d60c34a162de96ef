"""The emulated WeChat Pay with the Chinese algorithms: vectors, a payment's life, notifications, forgeries."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from gmssl.sm2 import CryptSM2
from hypothesis import given
from hypothesis import strategies as st

from fixtures.model import Message, Money, Payment, PaymentState
from fixtures.wallets.interface import Forgery, Reply, Scene, Wording
from fixtures.wallets.wechatpay import WALLET, sm
from fixtures.wallets.wechatpay.keys import load_certificate, serial_text
from fixtures.wallets.wechatpay.proof import examine, opened
from fixtures.wallets.wechatpay.sealing import SM_ALGORITHM, Unreadable, seal, unseal
from fixtures.wallets.wechatpay.signing import platform_text, request_text, sign, verify
from fixtures.wallets.wechatpay.sm_points import times_base
from tests.wallets.wechatpay_shop import BASE, KEYS, NOTIFY, NOW, MemoryBook, stamp

_FILE = json.loads((Path(__file__).parents[1] / "vectors" / "wechatpay.json").read_text("utf-8"))
VECTORS: dict[str, dict[str, Any]] = {vector["id"]: vector for vector in _FILE["vectors"]}
GIVEN = WALLET.merchant_credentials(KEYS, "sm")
NATIVE = "/v3/pay/transactions/native"
FORGERIES = [forgery for forgery in WALLET.forgeries if forgery.exists_in("sm")]


@dataclass
class Shop:
    """Sends SM2-signed requests, with what a merchant of this mode is given."""

    book: MemoryBook = field(default_factory=MemoryBook)

    def request(self, method: str, url: str, body: object = None, key: str = GIVEN["merchant_private_key"]) -> Message:
        raw = b"" if body is None else json.dumps(body).encode()
        parts = {"mchid": GIVEN["mch_id"], "nonce_str": "N0NCE", "timestamp": str(int(NOW))}
        signed = sign(request_text(method, url, parts["timestamp"], parts["nonce_str"], raw), key)
        parts |= {"signature": signed, "serial_no": GIVEN["merchant_serial"]}
        value = ",".join(f'{name}="{part}"' for name, part in parts.items())
        headers = (("Authorization", f"{sm.SCHEME} {value}"), ("Accept", "*/*"), ("User-Agent", "shop"))
        return Message(method, url, headers, raw)

    def send(self, message: Message) -> Reply:
        return WALLET.answer(message, self.book, KEYS, stamp(), BASE)

    def call(self, method: str, url: str, body: object = None) -> dict[str, Any]:
        answer = self.send(self.request(method, url, body)).answer
        header = {name: answer.header(f"Wechatpay-{name}") or "" for name in ("Timestamp", "Nonce", "Serial")}
        assert answer.header("Wechatpay-Signature-Type") == sm.SCHEME
        assert header["Serial"] == GIVEN["platform_serial"]
        text = platform_text(header["Timestamp"], header["Nonce"], answer.body)
        assert verify(text, answer.header("Wechatpay-Signature") or "", GIVEN["platform_public_key"]) is None
        told: dict[str, Any] = json.loads(answer.body) if answer.body else {}
        return told

    def create(self) -> dict[str, Any]:
        body = {"appid": GIVEN["app_id"], "mchid": GIVEN["mch_id"], "description": "米饭", "notify_url": NOTIFY}
        return self.call("POST", NATIVE, body | {"out_trade_no": "ORDER-0001", "amount": {"total": 8800}})


def paid(reference: str = "ORDER-0001") -> Payment:
    payment = WALLET.assume(reference, Money(8800, "CNY"), "sm", stamp(seed=len(reference)), NOTIFY)
    return WALLET.act("pay", payment, stamp())


def test_a_published_signature_verifies() -> None:
    vector = VECTORS["wx-v3-sm2-java-sdk"]
    point = bytes.fromhex("04" + vector["public_key_uncompressed_xy_hex"])
    head = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
    key, signature = sm.armoured("PUBLIC KEY", head + point), b64decode(vector["signature_base64_der"])
    assert sm.verify(vector["message"].encode(), signature, key)
    assert not sm.verify(b"another message", signature, key)
    assert point in sm.unarmoured(vector["certificate_pem"])


def test_a_published_seal_opens() -> None:
    vector = VECTORS["wx-v3-sm4-gcm-java-sdk"]
    words = vector["apiv3_key"], vector["nonce"], vector["associated_data"], SM_ALGORITHM
    assert sm.sealing_key(vector["apiv3_key"]).hex() == vector["sm4_key_hex"]
    assert seal(vector["plaintext"].encode(), *words) == vector["ciphertext_base64"]
    assert unseal(vector["ciphertext_base64"], *words).decode() == vector["plaintext"]
    with pytest.raises(Unreadable):
        unseal(vector["ciphertext_base64"], "x" * 32, *words[1:])


@given(text=st.binary(max_size=60), turned=st.integers(0, 69))
def test_signatures_hold_for_their_own_text_and_bytes_alone(text: bytes, turned: int) -> None:
    private, public = KEYS["sm_merchant_private_key"], KEYS["sm_merchant_public_key"]
    signature = sm.sign(text, private)
    assert sm.verify(text, signature, public)
    spoilt = bytearray(signature)
    spoilt[turned % len(spoilt)] ^= 1
    assert not sm.verify(text, bytes(spoilt), public)
    assert not sm.verify(text + b".", signature, public)


@pytest.mark.parametrize("signature", [b"", b"\x30\x00", sm.pair(0, 1), sm.pair(1, sm.ORDER), sm.pair(1, sm.ORDER - 1)])
def test_numbers_out_of_range_are_no_signature(signature: bytes) -> None:
    assert not sm.verify(b"text", signature, KEYS["sm_platform_public_key"])


@pytest.mark.parametrize("number", [1, 2, 15, 16, 17, 16**63, sm.ORDER - 2, sm.ORDER - 1, sm.ORDER // 3])
def test_multiples_of_the_base_point_are_those_of_a_library(number: int) -> None:
    curve = CryptSM2("", "")

    assert times_base(number) == int(str(curve._kg(number, curve.ecc_table["g"]))[:64], 16)


def test_the_certificate_carries_the_key_and_the_serial() -> None:
    pem = GIVEN["platform_certificate"]
    assert serial_text(load_certificate(pem)) == GIVEN["platform_serial"]
    assert sm.unarmoured(GIVEN["platform_public_key"])[-64:] in sm.unarmoured(pem)


def test_a_payment_lives_its_whole_life() -> None:
    shop = Shop()
    assert shop.create()["code_url"].startswith("weixin://")
    assert shop.book.entries["ORDER-0001"].mode == "sm"
    shop.book.save(WALLET.act("pay", shop.book.entries["ORDER-0001"], stamp()))
    order = f"/v3/pay/transactions/out-trade-no/ORDER-0001?mchid={GIVEN['mch_id']}"
    assert shop.call("GET", order)["trade_state"] == "SUCCESS"
    amount = {"refund": 8800, "total": 8800, "currency": "CNY"}
    body = {"out_trade_no": "ORDER-0001", "out_refund_no": "F1", "amount": amount}
    assert shop.call("POST", "/v3/refund/domestic/refunds", body)["status"] == "PROCESSING"
    assert shop.call("GET", order)["trade_state"] == "REFUND"


def test_an_order_is_closed() -> None:
    shop = Shop()
    shop.create()
    shop.call("POST", "/v3/pay/transactions/out-trade-no/ORDER-0001/close", {"mchid": GIVEN["mch_id"]})
    assert shop.book.entries["ORDER-0001"].state is PaymentState.CLOSED


@pytest.mark.parametrize(("kind", "count"), [("SM2", 1), ("RSA", 2), ("ALL", 3)])
def test_certificates_come_by_algorithm(kind: str, count: int) -> None:
    data = Shop().call("GET", f"/v3/certificates?algorithm_type={kind}")["data"]
    assert len(data) == count
    for entry in data:
        box = entry["encrypt_certificate"]
        words = box["nonce"], box["associated_data"], box["algorithm"]
        pem = unseal(box["ciphertext"], GIVEN["apiv3_key"], *words).decode()
        assert serial_text(load_certificate(pem)) == entry["serial_no"]
        assert (box["algorithm"] == SM_ALGORITHM) == (entry["serial_no"] == GIVEN["platform_serial"])


def test_another_key_is_refused() -> None:
    shop = Shop()
    reply = shop.send(shop.request("POST", NATIVE, {}, KEYS["sm_intruder_private_key"]))
    assert (reply.answer.status, reply.call.signed) == (401, False)


@pytest.mark.parametrize("event", ["paid", "unknown", "refunded"])
@pytest.mark.parametrize("odd", [False, True])
def test_notifications_are_genuine(event: Any, *, odd: bool) -> None:
    payment = WALLET.act("refund", paid(), stamp(), Money(100, "CNY"))
    message = WALLET.prove(event, payment, KEYS, stamp(), NOTIFY, BASE, Wording(odd=odd, extra_fields=odd))
    assert examine(message, KEYS, NOW) is None
    assert json.loads(message.body)["resource"]["algorithm"] == SM_ALGORITHM
    changed = WALLET.mutate(message, KEYS, stamp(seed=2), lambda fields: {**fields, "attach": "x"})
    assert examine(changed, KEYS, NOW) is None and opened(changed, KEYS)["attach"] == "x"


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_forgeries_fail_and_substitutions_verify(forgery: Forgery) -> None:
    scene = Scene(paid(), paid("OTHER-ORDER-77"), KEYS, stamp(seed=5), NOTIFY, BASE)
    message = forgery.make(scene)
    assert (examine(message, KEYS, NOW) is None) == (forgery.group == "substitution")


def test_there_are_enough_forgeries() -> None:
    assert sum(forgery.group == "forgery" for forgery in FORGERIES) >= 12
