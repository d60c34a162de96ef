"""Stories keep to the target file: its limits, its adapter, and who delivers."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.model import Answer, Message
from fixtures.target import LimitReached
from load.topics import ACCEPT, BROWSE, CANCEL, PLACE, PURCHASE, READ, REFUND
from tests.load.stories.village import Village

ADAPTER = """
class Shop:
    observes = ("state", "fulfilments")

    def __init__(self, access):
        pass

    def place(self, item, setup, buyer, expires_in, query_after):
        return {"id": "order-00000001", "reference": "ref-00000001"}

    def read(self, order, buyer):
        return {"state": "pending", "fulfilments": 0}

    def cancel(self, order, buyer):
        raise RuntimeError("nobody is here")
"""


def test_requests_wait_for_their_turn(tmp_path: Path) -> None:
    """limits.requests_per_second holds for stories, too."""
    village = Village().described(tmp_path, last="[limits]\nrequests_per_second = 0.01")

    taken = village.tell(BROWSE)

    assert taken.problems == []
    assert taken.seconds[BROWSE] > 150  # three requests, a hundred seconds of the story apart


def test_a_limit_ends_the_story_for_whoever_let_people_in(tmp_path: Path) -> None:
    """What the owner allows is used up: nobody else shall come."""
    orders = Village().described(tmp_path, last="[limits]\nlargest_amount = 1")
    with pytest.raises(Exception, match=r"limits\.largest_amount"):
        orders.tell(PURCHASE)

    refunds = Village().described(tmp_path, last="[limits]\ntotal_refunds = 1")
    with pytest.raises(LimitReached, match=r"limits\.total_refunds"):
        refunds.tell(REFUND)


def test_the_sandbox_delivers_where_the_file_says_so(tmp_path: Path) -> None:
    """Then it has the exchange in its history already."""
    village = Village().described(tmp_path, last='[sandbox]\ndeliver_from = "sandbox"')

    taken = village.tell(PURCHASE)

    assert taken.problems == [] and taken.good[ACCEPT] == 1
    assert taken.exchanges == []
    assert [ask.side for ask in village.said if "/notify/" in ask.message.url] == []


def test_the_users_own_python_is_told_in_a_thread(tmp_path: Path) -> None:
    """Measured as a whole; what it raises is a failed step."""
    (tmp_path / "own.py").write_text(ADAPTER, "utf-8")
    village = Village().described(tmp_path, first='adapter = "own:Shop"')

    taken = village.tell(BROWSE)

    assert taken.good[PLACE] == taken.good[READ] == 1
    assert [metric for metric, _ in taken.problems] == [CANCEL, BROWSE]
    assert "RuntimeError: nobody is here" in taken.problems[0][1]
    assert village.said == []
    assert [order.id for order in taken.orders] == ["order-00000001"]


def test_nothing_is_sent_where_the_file_allows_no_host() -> None:
    """A redirect that leads elsewhere is itself the answer."""

    def moved(message: Message, answer: Answer) -> Answer:
        return Answer(302, (("Location", "http://elsewhere.invalid/"),)) if message.method == "GET" else answer

    village = Village(mend=moved)

    taken = village.tell(BROWSE)

    assert [metric for metric, _ in taken.problems] == [READ, BROWSE]
    assert not [ask for ask in village.said if "elsewhere" in ask.message.url]
