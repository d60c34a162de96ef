"""SM2, SM3 and SM4-GCM of the emulated WeChat Pay, recomputed by gmssl's own functions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fixtures.wallets.wechatpay import WALLET, sm
from fixtures.wallets.wechatpay.sealing import SM_ALGORITHM, seal

KEYS = WALLET.published_keys()


def _sm3(data: bytes) -> bytes:
    from gmssl import sm3

    return bytes.fromhex(sm3.sm3_hash(list(data)))


@given(data=st.binary(max_size=200))
def test_sm3_is_the_same(data: bytes) -> None:
    assert sm.digest(data) == _sm3(data)


def test_sm2_signatures_verify_with_the_other_message_digest() -> None:
    from gmssl.sm2 import CryptSM2

    text, private = b"GET\n/v3/certificates\n", KEYS["sm_merchant_private_key"]
    judge = CryptSM2("", "", asn1=True)
    judge.public_key = sm.unarmoured(KEYS["sm_merchant_public_key"])[-64:].hex()
    assert judge.verify_with_sm3(sm.sign(text, private).hex(), text)
    assert not judge.verify_with_sm3(sm.sign(text, private).hex(), text + b".")


@given(plain=st.binary(max_size=60))
def test_sm4_in_counter_mode_is_what_lies_under_the_seal(plain: bytes) -> None:
    from base64 import b64decode

    from gmssl.sm4 import SM4_ENCRYPT, CryptSM4

    key, nonce = KEYS["apiv3_key"], "uluk4a9R25RW"
    block = CryptSM4()
    block.set_key(_sm3(key.encode())[:16], SM4_ENCRYPT)
    stream = b"".join(
        bytes(block.one_round(block.sk, list(nonce.encode() + (2 + n).to_bytes(4, "big")))) for n in range(4)
    )
    sealed = b64decode(seal(plain, key, nonce, "transaction", SM_ALGORITHM))
    assert sealed[:-16] == bytes(a ^ b for a, b in zip(plain, stream, strict=False))
