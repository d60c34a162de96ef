"""What wallets tell the merchant's server beside payments: believed from them alone."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.wallets.interface import Forgery


@check(
    "callback.taken",
    severity="normal",
    needs="",
    feature="callbacks",
    costs="The wallet repeats, then gives up; passes and tokens go stale.",
)
def test_genuine_news_are_taken(wallet: Counterpart) -> None:
    """Genuine news of the wallet that are no payment are taken."""
    assert wallet.call_back().refusal is None


@check(
    "callback",
    depth="smoke",
    severity="critical",
    needs="",
    feature="callbacks",
    each="callback",
    costs="Strangers take passes from customers, or give themselves some.",
)
def test_spoilt_news_are_refused(wallet: Counterpart, forgery: Forgery) -> None:
    """News that the wallet did not write are refused and crash nothing; genuine ones are taken."""
    spoilt = wallet.spoilt_callback(forgery)

    assert not spoilt.acknowledged
    assert not spoilt.crashed
    assert wallet.call_back().refusal is None
