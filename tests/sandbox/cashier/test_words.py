"""Everything that the cashier's pages can say is there in both languages."""

from __future__ import annotations

from fixtures.model import PaymentState
from fixtures.sandbox.cashier.offers import DEEDS
from fixtures.sandbox.cashier.words import WORDS


def test_every_deed_state_and_reason_has_words() -> None:
    states = {state.value for state in PaymentState}
    wanted = {f"deed_{deed}" for deed in DEEDS} | {f"state_{state}" for state in (*states, "waits")}
    wanted |= {f"why_{state}" for state in states - {"open"}}

    assert wanted <= set(WORDS)


def test_no_text_is_the_same_in_both_languages_or_missing_in_one() -> None:
    assert not [name for name, text in WORDS.items() if not text.en or not text.zh or text.en == text.zh]
