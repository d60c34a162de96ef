"""Results and exchanges that the tests of the reports share."""

from __future__ import annotations

from dataclasses import replace

from fixtures.model import Answer, Exchange, Message, Outcome
from reports.books import ShownClause
from reports.results import Result

PASSED = Result(
    topic="notify.repeat",
    wallet="alipay",
    mode="key",
    outcome=Outcome.PASSED,
    severity="critical",
    level=3,
    seconds=0.25,
    title="A wallet repeats a proof until it is acknowledged; the goods leave once.",
    citation_url="https://opendocs.alipay.com/open/203/105286",
    citation_read="2026-10-01",
    cost="The goods leave again for every repeat.",
    steps=("place the order", "pay", "prove three times"),
    seed=7,
    setup="alipay",
    file="conformance/test_notify.py",
    started=1_700_000_000.0,
)
NOTIFICATION = Exchange(
    source="wallet:alipay",
    destination="target",
    request=Message(
        "POST",
        "http://127.0.0.1:8000/notify/alipay",
        (("Host", "127.0.0.1:8000"), ("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", "26")),
        b"out_trade_no=R1&it's=a%2Fb",
    ),
    answer=Answer(200, (("content-type", "text/plain"),), b"success"),
    at=1_700_000_001.0,
    seconds=0.012,
    order="R1",
)
GATEWAY_CALL = Exchange(
    source="target",
    destination="wallet:wechatpay",
    request=Message(
        "POST",
        "/v3/pay/transactions/native",
        (("Host", "127.0.0.1:9000"), ("Authorization", 'WECHATPAY2-SHA256-RSA2048 mchid="1",signature="c2ln"')),
        b'{"out_trade_no":"R1"}',
    ),
    answer=None,
    at=1_700_000_000.5,
    seconds=0.031,
    error="connection cut",
    order="R1",
)
FAILED = replace(
    PASSED,
    outcome=Outcome.FAILED,
    message="fulfilled 3 times",
    expected="fulfilments = 1",
    observed="fulfilments = 3",
    exchanges=(NOTIFICATION, GATEWAY_CALL),
    replay="walletproof replay notify.repeat/alipay/key",
    again=("conformance/test_notify.py::test_a_repeated_notification_fulfils_once[alipay]", "--seed=7"),
)
INCONCLUSIVE = replace(
    PASSED, topic="reconcile.books", outcome=Outcome.INCONCLUSIVE, severity="normal", message="still changing"
)
ERROR = replace(PASSED, topic="pay.success", outcome=Outcome.ERROR, severity="normal", message="KeyError: 'links'")
NOT_APPLICABLE = replace(
    PASSED, topic="refund.full", outcome=Outcome.NOT_APPLICABLE, message="no refunds", capability="refund"
)
ALL = (PASSED, replace(FAILED, topic="notify.concurrent"), INCONCLUSIVE, ERROR, NOT_APPLICABLE)

BROKEN_CLAUSE = ShownClause(
    name="fulfilled-once",
    requirement="No order is fulfilled more than once.",
    verdict="broken",
    judged=3,
    concerned=3,
    count=1,
    summary="broken (1 of 3)",
    evidence=("first, worst, last: alipay 1: fulfilled 3 times",),
)
