"""What kind of trouble a result is, for Allure's categories and for people: what was lost, and to whom.

A kind is read off the topic, the longest prefix that is known, since the same loss may be seen in many ways; only an
answer that never came is read off the message.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

from fixtures.model import Outcome
from reports.results import Result


class Kind(StrEnum):
    """A kind of trouble; the value is its name in the report."""

    MONEY = "Money lost"
    GOODS = "Goods lost"
    BELIEVED = "Forged proof believed"
    STUCK = "Stuck"
    LEAK = "Leak"
    SLOW = "Slow"
    DOWN = "Target down"
    OPEN = "Inconclusive"
    OURS = "Error of ours"
    ABSENT = "Not applicable"
    KNOWN = "Known and accepted"


_TOPICS: dict[Kind, tuple[str, ...]] = {
    Kind.MONEY: (
        *("refund", "amounts", "coupons", "close", "reconcile", "bill", "openapi-money", "lifecycle"),
        "requests",
        *(
            "notify.fulfils",
            "notify.phrasing",
            "notify.retry-after-failure",
            "pay.late-money",
            "pay.after-close",
            "pay.late-success",
        ),
        *("race", "faults.refund", "faults.refund-again", "faults.capture", "faults.create", "faults.second-token"),
        "faults.second-card",
        *("browser.back", "browser.double-click", "restart.refund", "delivery", "chain.overpaid", "chain.partial"),
        *("chain.account", "chain.batch", "chain.kept-address", "chain.named", "chain.overtaken"),
        "fuzz.refund-exceeds",
        *("audit.paid-is-fulfilled", "audit.amount-matches", "audit.payee", "audit.refunds-match"),
        *("audit.no-orphan-payment", "audit.no-orphan-refund", "audit.kept-money-is-paid"),
    ),
    Kind.GOODS: (
        *("notify.repeat", "notify.concurrent", "notify.new-message", "notify.lost-acknowledgement", "notify.asides"),
        *("pay.abandon", "pay.failure", "pay.pending", "pay.return-alone", "pay.step-up", "replay", "tampering"),
        *("race.poll", "race.repeat", "race.return", "race.second-order", "race.two-orders", "chain", "return"),
        *("restart.repeat", "restart.survives", "faults.stale", "reconcile.query-paid", "amounts.wrong"),
        "bill.repeat",
        *("browser.return-alone", "browser.return-race", "browser.reload", "browser.hidden-amount", "browser.two-tabs"),
        *("audit.fulfilled-once", "audit.unpaid-is-not-fulfilled"),
    ),
    Kind.BELIEVED: (
        *("forgery", "substitution", "hint", "login-forgery", "callback", "keys.published", "session.impostor"),
        *("fuzz", "notify.by-get", "notify.unknown-event", "return.unsigned", "return.posted"),
        *("transport.proxy-headers", "requests.response-signature", "faults.outage-forged"),
        *("login.once", "login.concurrent", "audit.acknowledged-forgery-free", "load.forgery"),
    ),
    Kind.STUCK: (
        *("pay", "notify", "faults", "restart", "login", "session", "callback.taken", "keys", "openapi"),
        *("openapi-links", "fuzz.genuine", "fuzz.envelope", "fuzz.payload", "fuzz.malleable", "transport.caller"),
        *("notify.repeat-acknowledged", "return.page", "browser", "audit.nothing-stuck"),
    ),
    Kind.LEAK: (
        *("access", "leaks", "hygiene", "injection", "transport", "session.trap", "return.redirect"),
        *("openapi-access", "openapi-leaks", "openapi-methods", "faults.redirect", "faults.wrong-address"),
        *("browser.secrets", "browser.framing", "browser.content-policy", "browser.open-redirect"),
    ),
    Kind.SLOW: ("load", "bodies", "delivery.in-time", "delivery.slow", "faults.crowd", "faults.standstill"),
}
_BY_TOPIC = {topic: kind for kind, topics in _TOPICS.items() for topic in topics}
_BY_OUTCOME = {Outcome.INCONCLUSIVE: Kind.OPEN, Outcome.ERROR: Kind.OURS, Outcome.NOT_APPLICABLE: Kind.ABSENT}
_SILENCE = re.compile(
    r"did not answer|no answer|connection (?:refused|reset|cut)|connect(?:ion)? ?(?:error|timeout)"
    r"|all connection attempts failed|was not back|nothing more is sent",
    re.IGNORECASE,
)
_STATUSES = {Kind.DOWN: ["failed", "broken"], Kind.OPEN: ["broken"], Kind.OURS: ["broken"], Kind.ABSENT: ["skipped"]}


def kind_of(result: Result) -> Kind | None:
    """The kind of trouble; None for what passed."""
    if result.outcome is Outcome.PASSED:
        return None
    if result.known:
        return Kind.KNOWN
    if result.outcome in (Outcome.FAILED, Outcome.INCONCLUSIVE) and _SILENCE.search(result.message):
        return Kind.DOWN
    return _BY_OUTCOME.get(result.outcome) or kind_of_topic(result.topic) or Kind.STUCK


def kind_of_topic(topic: str) -> Kind | None:
    """What a failure of the topic comes to; None for a topic of a group that is not known."""
    while topic:
        if topic in _BY_TOPIC:
            return _BY_TOPIC[topic]
        topic = topic.rpartition(".")[0]
    return None


def categories() -> list[dict[str, Any]]:
    """The content of Allure's categories.json: a kind is recognised by the word with which its message begins."""
    return [
        {"name": kind.value, "matchedStatuses": _STATUSES.get(kind, ["failed"]), "messageRegex": f"{kind}: [\\s\\S]*"}
        for kind in Kind
    ]
