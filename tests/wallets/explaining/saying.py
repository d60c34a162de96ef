"""What is asked of every explanation, and the scenes in which they are made."""

from __future__ import annotations

from importlib import import_module
from random import Random
from typing import Any

from fixtures.model import Money, Payment, Stamp
from fixtures.wallets.explanation import Explanation
from fixtures.wallets.features import Explaining
from fixtures.wallets.interface import Refused, Scene

NOW = 1_800_000_000.0
URL = "http://127.0.0.1:9/notify"
NAMES = ("alipay", "wechatpay", "stripe", "paypal", "bitpay", "applepay", "googlepay")


def wallet_named(name: str) -> Any:
    """A wallet that explains."""
    found = import_module(f"fixtures.wallets.{name}").WALLET
    assert isinstance(found, Explaining)
    return found


def gateway_url(name: str) -> str:
    """Where a sandbox serves the wallet."""
    return f"http://127.0.0.1:8900/{name}"


def paid(name: str, mode: str, reference: str, seed: int) -> Payment:
    """A payment that was made."""
    wallet, stamp = wallet_named(name), Stamp(NOW, Random(seed))
    payment: Payment = wallet.assume(reference, Money(8800, wallet.docs.currencies[0]), mode, stamp, URL)
    for action in ("pay", "settle"):
        try:
            payment = wallet.act(action, payment, stamp)
        except Refused:
            break
    return payment


def scene(name: str, mode: str) -> Scene:
    """A forger's scene."""
    victim, other = paid(name, mode, "ORDER-0001", 3), paid(name, mode, "ORDER-0002", 4)
    keys = wallet_named(name).published_keys()
    return Scene(victim, other, keys, Stamp(NOW, Random(2)), URL, gateway_url(name))


def believed(explanation: Explanation | None) -> None:
    """Asserts what every explanation of a genuine signature says."""
    assert explanation is not None
    assert explanation.believed, explanation
    assert explanation.signed == explanation.expected
    assert (explanation.mistake, explanation.differs_at) == (None, None)


def named(explanation: Explanation | None, sentence: str) -> None:
    """Asserts that the mistake is the one that the sentence is about, and that the strings part where it says."""
    assert explanation is not None
    assert not explanation.believed
    assert explanation.mistake is not None
    assert sentence in explanation.mistake.en, explanation
    assert explanation.mistake.zh.endswith(("。", "）。"))
    expected, signed, at = explanation.expected, explanation.signed, explanation.differs_at
    if at is None:
        assert signed is None or signed == expected
        return
    assert signed is not None
    assert expected[:at] == signed[:at]
    assert expected[at : at + 1] != signed[at : at + 1]


def unexplained(explanation: Explanation | None) -> None:
    """Asserts that nothing is claimed, and that it is said what to compare."""
    named(explanation, "ompare")
    assert explanation is not None
    assert (explanation.signed, explanation.differs_at) == (None, None)
