"""The checks that only a target with TLS and port 80 can meet, on answers that are right and answers that are not.

The embedded merchant speaks http to its own machine, and no test may count on port 80: no mutant can have these bugs.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import cast

import pytest

from fixtures.counterpart import Counterpart
from fixtures.model import Answer, Message, NotApplicable
from fixtures.surroundings.prober import Prober
from fixtures.surroundings.wire import Wire
from fixtures.target.client import HostNotAllowed, TargetUnwell
from fixtures.target.target import Target
from security.test_transport import test_browsers_are_told_to_come_by_https as hsts
from security.test_transport import test_http_leads_to_https_alone as plain

hsts.__test__ = plain.__test__ = False  # type: ignore[attr-defined]  # they are called here, not collected


@dataclass
class Answering:
    """A target by https that answers whatever it is asked so, and remembers where it was asked."""

    told: Answer | TargetUnwell
    base_url: str = "https://shop.test:8443/api"
    asked: str = ""

    def ask(self, message: Message) -> Answer:
        self.asked = message.url
        if isinstance(self.told, TargetUnwell):
            raise self.told
        return self.told


def prober(target: Answering) -> Prober:
    wire = Wire(cast("Target", target), cast("Counterpart", None))
    return cast("Prober", SimpleNamespace(wire=wire))


def leading(status: int, location: str) -> Answer:
    return Answer(status, (("Location", location),))


@pytest.mark.parametrize(
    "told",
    [
        leading(301, "https://shop.test/api"),
        Answer(403),
        Answer(426),
        TargetUnwell("nobody listens there"),
    ],
)
def test_http_that_leads_on_refuses_or_is_not_there_is_right(told: Answer | TargetUnwell) -> None:
    target = Answering(told)

    plain(prober(target))

    assert target.asked == "http://shop.test/api"


@pytest.mark.parametrize("told", [Answer(200), Answer(204), leading(302, "http://shop.test/api/")])
def test_http_that_serves_or_leads_to_http_is_found(told: Answer) -> None:
    with pytest.raises(AssertionError):
        plain(prober(Answering(told)))


def test_a_host_that_may_not_be_asked_is_not_judged() -> None:
    with pytest.raises(NotApplicable, match="without a port"):
        plain(prober(Answering(HostNotAllowed("shop.test"))))


@pytest.mark.parametrize(("told", "enough"), [("max-age=31536000", True), ("max-age=60", False), ("", False)])
def test_half_a_year_of_https_is_asked_for(told: str, enough: bool) -> None:
    target = Answering(Answer(200, (("Strict-Transport-Security", told),)))

    if enough:
        hsts(prober(target))
    else:
        with pytest.raises(AssertionError):
            hsts(prober(target))
