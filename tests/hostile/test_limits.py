"""The small walls that a hostile target meets first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.model import Answer, Exchange, Given, Message
from fixtures.openapi import fetch
from fixtures.target.bounds import Bounds
from fixtures.target.budget import Budget
from fixtures.target.client import MOST_UNANSWERED, Client, Label, TargetSilent, TargetUnwell
from fixtures.target.contract import Unreadable, given, identifier, minor
from fixtures.target.hosts import Hosts
from fixtures.target.redirects import redirected
from tests.hostile.servers import Hostile, Visit, hostile, silent


def silent_readers(visit: Visit) -> None:
    """Answers whatever is posted, says that it is well, and nothing else."""
    if visit.line.startswith("POST") or visit.line == "GET /well":
        visit.answer("200 OK", "success")
    else:
        silent(visit)


@pytest.fixture
def server() -> Iterator[Hostile]:
    """A target that reads for ever."""
    with hostile(silent_readers) as running:
        yield running


@pytest.fixture
def recorded() -> list[Exchange]:
    """The history."""
    return []


@pytest.fixture
def client(recorded: list[Exchange]) -> Iterator[Client]:
    """A client with very little patience."""
    made = Client(Hosts(("127.0.0.1",)), 0.05, Budget(Bounds(None, None, None, None)), recorded.append)
    yield made
    made.close()


def test_a_target_that_stays_silent_is_left_alone(client: Client, server: Hostile, recorded: list[Exchange]) -> None:
    """Answers of another kind change nothing, or a run would wait out every reading of every order."""
    for _ in range(MOST_UNANSWERED):
        client.send(Message("POST", f"{server.url}/orders"), Label())
        with pytest.raises(TargetUnwell, match=r"no whole answer within 0\.05 s"):
            client.send(Message("GET", f"{server.url}/orders/1"), Label())

    with pytest.raises(TargetSilent, match=r"nothing more was sent: .* \(GET by buyer\) without an answer"):
        client.send(Message("POST", f"{server.url}/orders"), Label())

    assert len(recorded) == 2 * MOST_UNANSWERED


def test_an_answer_ends_the_silence(client: Client, server: Hostile) -> None:
    for _ in range(MOST_UNANSWERED):
        with pytest.raises(TargetUnwell, match="no whole answer"):
            client.send(Message("GET", f"{server.url}/orders/1"), Label())
        assert client.send(Message("GET", f"{server.url}/well"), Label()).status == 200


@pytest.mark.parametrize("url", ["ftp://127.0.0.1:80/", "file://127.0.0.1:80/etc/passwd", "http://127.0.0.1:99999/"])
def test_no_other_scheme_is_spoken(url: str) -> None:
    assert not Hosts(("127.0.0.1",)).allow(url)


def test_a_redirect_to_no_url_is_itself_the_answer() -> None:
    assert redirected(Message("GET", "http://127.0.0.1/"), Answer(302, (("Location", "http://[/"),))) is None


@pytest.mark.parametrize("amount", ["1e99999999999", "-1e400", 10**300, "NaN", "Infinity", True, [1], "1 000"])
def test_an_amount_out_of_all_proportion_is_unreadable(amount: Any) -> None:
    for unit in ("minor", "major"):
        with pytest.raises(Unreadable, match="is no amount of CNY"):
            minor(amount, "CNY", unit)


@pytest.mark.parametrize("value", [None, "", {"a": 1}, ["1"], 1.5, "\ud800", "a\nb", "\x1b[2J", "x" * 300])
def test_an_id_must_be_able_to_stand_in_a_url(value: Any) -> None:
    with pytest.raises(Unreadable, match=r"the answer .* id"):
        identifier(value, "id")


def test_a_number_may_be_an_id() -> None:
    assert identifier(17, "id") == "17"


@pytest.mark.parametrize("values", [{"redirect": 5}, {"redirect": "http://[/"}, {"form": "x"}, {"qr": {}}])
def test_what_the_buyer_is_given_is_of_its_kind(values: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        given(values)


def test_what_is_not_given_is_nothing() -> None:
    assert given({}) == Given()


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (500, b"{}", "answered 500"),
        (302, b"", "answered 302"),
        (200, b"{]", "is not a usable OpenAPI document"),
        (200, json.dumps({"openapi": "3.1.0"}).encode() + b" " * 5_000_000, "larger than 4 MiB"),
    ],
)
def test_a_document_that_is_none_is_a_problem(status: int, body: bytes, problem: str, tmp_path: Any) -> None:
    found = fetch("http://127.0.0.1/openapi.json", tmp_path / "copy", lambda message: Answer(status, (), body))

    assert found.path is None
    assert problem in (found.problem or "")
