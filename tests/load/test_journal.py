"""What was written is read, whatever happened to the process that wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.model import Answer, Exchange, Given, Message, Money, Order
from load.journal import Journal, entry, read_journal
from load.messages import Batch
from load.notes import Note, Sample
from load.plan import Plan
from load.topics import PURCHASE
from tests.load.synthetic import BEGAN, batch, minute

PLAN = Plan(rate=1.0, seconds=1.0, buyers=1, wallet="every", seed=1)
ORDER = Order("7", "r-7", "stripe", Money(1999, "USD"), Given(qr="é"), "first", 1.0, {"item": "book"})
EXCHANGE = Exchange(
    "wallet:stripe", "target", Message("POST", "/n", body=b"\xff"), Answer(200), 1.0, 0.1, note="arrival 7"
)
SAMPLE = Sample(PURCHASE, "stripe", 1.0, 3.0, "not fulfilled", "7")


def test_a_journal_is_read_as_it_was_written_without_a_last_line_that_was_cut_off(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", PLAN, BEGAN)
    journal.write(Batch(0, BEGAN + 1, entries=(entry(ORDER), entry(EXCHANGE), entry(SAMPLE))))
    journal.write(batch(2, {f"{PURCHASE}/stripe": [0.1]}))
    journal.write(Note("a limit"))
    journal.close()
    with journal.path.open("ab") as file:
        file.write('order\t{"id": "é'.encode()[:-1])

    record = read_journal(journal.path)

    assert (record.plan, record.began) == (PLAN, BEGAN)
    assert (record.orders, record.exchanges, record.samples) == ([ORDER], [EXCHANGE], [SAMPLE])
    assert record.notes == [Note("a limit")]
    assert record.figures.samples(PURCHASE) == 1


def test_the_figures_of_a_journal_are_those_that_were_seen_live(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", PLAN, BEGAN)
    for one in minute():
        journal.write(one)
    journal.close()

    record = read_journal(journal.path)

    assert len(record.samples) == record.figures.failures(PURCHASE) > 0
    assert record.figures.samples(PURCHASE) > 1000


@pytest.mark.parametrize("text", [b"", b"batch\t{}\n", b"hello\n", b"beginning\t{}\n"])
def test_another_file_is_refused(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "journal"
    file.write_bytes(text)

    with pytest.raises(ValueError, match=r"journal|Field|required"):
        read_journal(file)


def test_nobody_else_can_read_a_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", PLAN)
    journal.close()

    assert journal.path.stat().st_mode & 0o077 == 0
