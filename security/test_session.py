"""The merchant's server opens a session where a page tells it to: a door through which strangers send it anywhere."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.wallets.features import Trap


@check(
    "session.opens",
    depth="smoke",
    severity="blocker",
    needs="",
    feature="sessions",
    costs="The payment sheet closes at once for every buyer.",
)
def test_a_session_is_opened_where_the_wallet_says(wallet: Counterpart) -> None:
    """At the wallet's own URL the target opens a session with its certificate and hands it to the page unchanged."""
    done = wallet.open_session()

    assert done.accepted
    assert wallet.session_problem(done) is None


@check(
    "session.fresh",
    severity="critical",
    needs="",
    feature="sessions",
    costs="Every payment sheet but the first is refused.",
)
def test_every_sheet_gets_a_session_of_its_own(wallet: Counterpart) -> None:
    """A session serves one payment; the next sheet gets another one."""
    first, second = wallet.open_session(), wallet.open_session()

    assert first.accepted and second.accepted
    assert first.answer.body != second.answer.body


@check(
    "session",
    severity="critical",
    needs="",
    feature="sessions",
    each="trap",
    costs="Strangers make the merchant's server talk to hosts inside its network, under its own certificate.",
)
def test_no_session_is_opened_elsewhere(wallet: Counterpart, trap: Trap) -> None:
    """A URL that is not the wallet's own is refused and never called; the wallet's own still works."""
    answers, visits = wallet.spring(trap)

    assert visits == []
    assert [answer.accepted for answer in answers if answer.accepted] == []
    assert wallet.open_session().accepted
