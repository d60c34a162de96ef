"""A refund that the wallet took and could not carry out."""

from __future__ import annotations

from random import Random

import pytest

from fixtures.model import Money, Payment, RefundState, Stamp
from fixtures.wallets.bitpay import WALLET as BITPAY
from fixtures.wallets.interface import Refused, Wallet
from fixtures.wallets.paypal import WALLET as PAYPAL
from fixtures.wallets.stripe import WALLET as STRIPE
from fixtures.wallets.wechatpay import WALLET as WECHATPAY

NOW = 1_790_000_000.0
WORDS = {"bitpay": b"refund_failure", "paypal": b"PAYMENT.REFUND.FAILED", "stripe": b"refund.failed"}
WORDS |= {"wechatpay": b"REFUND.CLOSED"}
WALLETS: tuple[Wallet, ...] = (BITPAY, PAYPAL, STRIPE, WECHATPAY)

each_wallet = pytest.mark.parametrize("wallet", WALLETS, ids=lambda wallet: wallet.name)


def stamp() -> Stamp:
    return Stamp(NOW, Random(7))


def paid(wallet: Wallet) -> Payment:
    money = Money(900, wallet.docs.currencies[0])
    opened = wallet.assume("A1234567", money, wallet.modes[0], stamp(), "https://shop.test/notify")
    return wallet.act("settle", opened, stamp())


@each_wallet
def test_the_refund_made_after_the_first_word_comes_back_at_the_second(wallet: Wallet) -> None:
    part = Money(300, wallet.docs.currencies[0])
    kept = wallet.act("refund", paid(wallet), stamp(), part)
    told = wallet.act("bounce", kept, stamp())
    made = wallet.act("refund", told, Stamp(NOW, Random(8)), part)

    back = wallet.act("bounce", made, stamp())

    assert [refund.state for refund in back.refunds] == [RefundState.SUCCEEDED, RefundState.FAILED]
    assert back.refunded == part.amount
    message = wallet.prove("refunded", back, wallet.published_keys(), stamp(), "https://shop.test/notify", "https://w")
    assert WORDS[wallet.name] in message.body


@each_wallet
def test_nothing_comes_back_where_nothing_was_made_since(wallet: Wallet) -> None:
    kept = wallet.act("refund", paid(wallet), stamp(), Money(300, wallet.docs.currencies[0]))
    told = wallet.act("bounce", kept, stamp())
    assert told.refunded == 300

    with pytest.raises(Refused):
        wallet.act("bounce", told, stamp())


def test_what_a_dispute_takes_is_a_reversal() -> None:
    part = Money(300, PAYPAL.docs.currencies[0])
    by_hand = PAYPAL.act("refund", paid(PAYPAL), stamp(), part)
    disputed = PAYPAL.act("refund", by_hand, Stamp(NOW, Random(8)), part)

    keys = PAYPAL.published_keys()
    told = [PAYPAL.prove("refunded", one, keys, stamp(), "https://s", "https://w").body for one in (by_hand, disputed)]

    assert [b"CAPTURE.REFUNDED" in told[0], b"CAPTURE.REVERSED" in told[1]] == [True, True]
    assert b'"reversed":true' not in told[1]
