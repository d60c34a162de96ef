"""What a sandbox keeps on its disk: all of it over a kill, none of it for another sandbox, and no more than it may."""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from threading import Semaphore

import httpx
import pytest

from fixtures.model import Message, Money, OrderState
from fixtures.network.faults import Fault
from fixtures.processes import child
from fixtures.sandbox import deeds
from fixtures.sandbox.app import Bounds
from fixtures.sandbox.client import SandboxClient
from fixtures.sandbox.gateway import Visit, serve
from fixtures.sandbox.history import Filter, size_of
from fixtures.sandbox.keeping.file import StateFile
from fixtures.sandbox.views import FinalView
from fixtures.wallets.interface import Refused
from tests.sandbox.conftest import MODULE
from tests.sandbox.kept import TOKEN, begun, called, ended, exchange
from tests.sandbox.toy import TOY

ENOUGH = 50
BUSY = Semaphore(0)
"""Is released when a client of the crowd has done enough for the kill to come in the middle."""

VIEW = FinalView(
    order="1",
    state=OrderState.PAID,
    setup="toy",
    reference="r-1",
    price=Money(1250, "CNY"),
    doubtful=False,
)


def opening(url: str, name: str) -> list[str]:
    """The ids of the payments that a target could open, one after the other, until nobody answered."""
    told: list[str] = []
    with httpx.Client(base_url=f"{url}/toy", trust_env=False) as target, suppress(httpx.HTTPError):
        for number in count():
            asked = {"reference": f"{name}-{number}", "amount": 1250, "currency": "CNY"}
            told.append(target.post("/pay", json=asked).json()["id"])
            if len(told) == ENOUGH:
                BUSY.release()
    return told


def test_a_kill_loses_nothing(tmp_path: Path) -> None:
    args, env = ["--state", str(tmp_path / "state"), "--seed", "3"], {"WALLETPROOF_SANDBOX_TOKEN": TOKEN}
    with child(MODULE, args, env=env) as running:
        url = running.announced["url"]
        with SandboxClient(url, TOKEN) as client, httpx.Client(base_url=f"{url}/toy", trust_env=False) as target:
            fault = client.fault(Fault(wallet="toy", operation="query", kind="unavailable", after=1, times=2))
            for number in range(3):
                target.post("/pay", json={"reference": f"r-{number}", "amount": 1250, "currency": "CNY"})
            client.act("toy", "r-1", "pay")
            client.add_views([VIEW])
            assert [target.get("/pay/r-1").status_code for _ in range(2)] == [200, 503]
            before = client.payments(), client.history(), client.views(), client.hits(fault)
        with ThreadPoolExecutor() as crowd:
            opened = [crowd.submit(opening, url, f"crowd-{number}") for number in range(4)]
            assert BUSY.acquire(timeout=20)
            running.process.kill()
            told = {id for each in opened for id in each.result()}

    with child(MODULE, args, env=env) as again:
        url = again.announced["url"]
        with SandboxClient(url, TOKEN) as client, httpx.Client(base_url=f"{url}/toy", trust_env=False) as target:
            payments, history = client.payments(), client.history()
            assert (payments[:3], history[: len(before[1])], client.views(), client.hits(fault)) == before
            assert told <= {payment.id for payment in payments}
            assert len(told) >= ENOUGH
            assert [target.get("/pay/r-1").status_code for _ in range(2)] == [503, 200]
            assert client.history()[-1].sequence == history[-1].sequence + 2
            assert client.fault(Fault(wallet="toy", operation="other", kind="empty")) != fault


def test_notifications_on_their_way_are_kept(tmp_path: Path) -> None:
    app = begun(tmp_path / "state")
    notify = "http://127.0.0.1:9/notify"
    deeds.assume(app.state, TOY.assume("r", Money(1, "CNY"), "plain", app.state.stamp(), notify))
    app.state.post.adopt("toy", "r")
    deeds.move(app.state, "toy", "r", "pay")
    held = app.state.post.post("toy", "r", "paid", held=True)
    ended(app)

    again = begun(tmp_path / "state")

    assert again.state.post.parcels() == [held]
    assert list(again.state.post.adopted) == [("toy", "r")]
    ended(again)


def test_another_start_draws_other_letters(tmp_path: Path) -> None:
    drawn = set()
    for number in range(3):
        app = begun(tmp_path / "state", 4)
        called(app, f"r-{number}")
        drawn.add(app.state.stamp().token(16))
        ended(app)

    assert len(drawn) == 3


def test_a_call_that_raised_is_done_again_like_any_other(tmp_path: Path) -> None:
    app = begun(tmp_path / "state")
    asyncio.run(serve(app.state, Visit("toy", Message("GET", "/raise"), "http://here/toy")))
    deeds.assume(app.state, TOY.assume("r", Money(1, "CNY"), "plain", app.state.stamp(), None))
    with pytest.raises(Refused):
        deeds.move(app.state, "toy", "r", "refund")
    before = app.state.ledger.payments()
    ended(app)

    again = begun(tmp_path / "state")

    assert again.state.ledger.payments() == before
    ended(again)


def test_what_changes_no_book_is_not_written_down(tmp_path: Path) -> None:
    app = begun(tmp_path / "state")
    called(app, "r-1")
    for _ in range(3):
        asyncio.run(serve(app.state, Visit("toy", Message("GET", "/pay/r-1"), "http://here/toy")))
    called(app, "r-2")
    before = app.state.ledger.payments()
    ended(app)

    file = StateFile(tmp_path / "state")
    assert [entry.number for entry in file.entries()] == [1, 5]
    file.close()
    again = begun(tmp_path / "state")
    assert again.state.ledger.payments() == before
    ended(again)


def test_bytes_that_are_no_text_are_kept(tmp_path: Path) -> None:
    app = begun(tmp_path / "state")
    kept = app.state.history.append(exchange(1, b"\x00\xff", "/pay/\udcff?\u00e9"))
    ended(app)

    again = begun(tmp_path / "state")

    assert again.state.history.select(Filter()) == [kept]
    ended(again)


def test_the_history_is_bounded_by_number_and_by_bytes(tmp_path: Path) -> None:
    by_number = begun(tmp_path / "state", bounds=Bounds(exchanges=3))
    for number in range(5):
        by_number.state.history.append(exchange(number, b"x" * 1000))
    ended(by_number)
    room = 2 * size_of(exchange(0, b"x" * 1000))

    again = begun(tmp_path / "state", bounds=Bounds(exchanges=3, bytes=room))

    assert [one.sequence for one in again.state.history.select(Filter())] == [4, 5]
    assert again.state.history.dropped == 3
    ended(again)
    with closing(sqlite3.connect(tmp_path / "state")) as database:
        assert database.execute("SELECT count(*) FROM exchanges").fetchone() == (2,)


def test_a_full_sandbox_answers_in_the_vendors_words(tmp_path: Path) -> None:
    app = begun(tmp_path / "state", bounds=Bounds(payments=1))

    answers = [called(app, reference).answer for reference in ("r-1", "r-2", "r-1")]
    with pytest.raises(Refused, match="as many as"):
        deeds.assume(app.state, TOY.assume("r-3", Money(1, "CNY"), "plain", app.state.stamp(), None))

    assert [answer.status for answer in answers if answer] == [200, 500, 200]
    assert answers[1] == TOY.trouble("system-error", Message("POST", "/pay"))
    assert app.state.ledger.full
    assert [one.call.problem for one in app.state.history.select(Filter()) if one.call][1] is not None
    ended(app)
