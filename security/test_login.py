"""Logins without the key: each of them must fail, and the owner must still get in."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.features import Form
from fixtures.wallets.features import LoginForgery


@check(
    "login-forgery",
    depth="smoke",
    severity="blocker",
    needs="",
    feature="login",
    each="login-forgery",
    costs="Anybody who knows an address takes over its account.",
)
def test_nobody_logs_in_without_the_key(wallet: Counterpart, forgery: LoginForgery) -> None:
    """Somebody without the key is not let in and crashes nothing; the owner of an address is."""
    forged = wallet.forged_login(forgery)

    assert not forged.accepted
    assert not forged.crashed
    assert wallet.log_in(wallet.signed(Form(forgery.form))).accepted


@check(
    "login.once",
    severity="critical",
    needs="",
    feature="login",
    costs="Whoever has seen a signature once logs in for ever.",
)
def test_a_signature_logs_in_once(wallet: Counterpart) -> None:
    """The answer to a challenge logs in once; the same answer again does not."""
    words = wallet.signed()

    first, again = wallet.log_in(words), wallet.log_in(words)

    assert first.accepted
    assert not again.accepted


@check(
    "login.concurrent",
    severity="critical",
    needs="races",
    feature="login",
    costs="Whoever has seen a signature logs in beside its owner.",
)
def test_simultaneous_answers_log_in_once(wallet: Counterpart) -> None:
    """Copies of one answer that arrive at the same instant log in once."""
    answers = wallet.log_in_together(wallet.signed(), times=4)

    assert [answer.accepted for answer in answers].count(True) == 1
