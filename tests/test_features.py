"""What only some wallets have, and why a check then makes no sense for the others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures.capability import ELSEWHERE, inapplicable
from fixtures.check import Check, registered
from fixtures.features import FEATURES, lacks, seats
from fixtures.target.target import Target
from fixtures.trial import import_suites
from fixtures.wallets import discover

import_suites()
CHECKS = {check.topic: check for check in registered() if check.below is None}
WALLETS = discover()
HAVING = {
    "chain": {"ledger", "trezor"},
    "login": {"ledger", "trezor"},
    "sessions": {"applepay"},
    "callbacks": {"applepay", "googlepay"},
    "cards": {"applepay", "googlepay"},
    "challenges": {"stripe"},
    "bill": {"stripe", "wechatpay"},
    "asides": {"paypal", "stripe"},
    "variants": {"alipay", "applepay", "bitpay", "googlepay", "paypal", "stripe", "wechatpay"},
    "signers": {"googlepay", "paypal", "stripe", "wechatpay"},
    "phrasings": {"alipay", "wechatpay"},
}


def target(*, decrypts: bool) -> Target:
    """A target that can do everything."""
    needs = frozenset(name for check in CHECKS.values() for name in check.needs)
    seen: Any = SimpleNamespace(capabilities=needs, setups={"applepay": SimpleNamespace(decrypts=decrypts)})
    return cast("Target", seen)


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_is_told_by_what_the_wallet_answers(feature: str) -> None:
    assert {name for name, wallet in WALLETS.items() if isinstance(wallet, FEATURES[feature].protocol)} == HAVING[
        feature
    ]


def test_a_check_of_a_feature_has_a_reason_elsewhere() -> None:
    session: Check = CHECKS["session.opens"]

    assert lacks(session, WALLETS["applepay"]) is None
    assert lacks(session, WALLETS["stripe"]) == FEATURES["sessions"].missing


def test_a_forgery_takes_a_seat_in_its_own_modes_only() -> None:
    forgery = CHECKS["forgery"]
    names = {mode: {one.name for one in seats(forgery, WALLETS["wechatpay"], mode)} for mode in ("pubkey", "v2-md5")}

    assert "xxe" in names["v2-md5"] - names["pubkey"]
    assert "wrong-key" in names["pubkey"] & names["v2-md5"]


def test_who_leaves_decryption_to_the_payment_service_is_not_asked_about_forgeries() -> None:
    def reason(topic: str, *, decrypts: bool) -> str | None:
        check = CHECKS[topic.split(".", maxsplit=1)[0] if topic.startswith("forgery") else topic]
        return inapplicable(check, topic, WALLETS["applepay"], target(decrypts=decrypts), "applepay")

    assert reason("forgery.wrong-key", decrypts=False) == ELSEWHERE
    assert reason("forgery.wrong-key", decrypts=True) is None
    assert reason("pay.success", decrypts=False) is None
