"""Calls a wallet as its tests do, but through a sandbox: what the small shops of those tests send changes its books."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fixtures.model import Message, Stamp
from fixtures.sandbox import journal
from fixtures.sandbox.app import Bounds, create_app
from fixtures.sandbox.gateway import Visit
from fixtures.sandbox.keeping.file import StateFile
from fixtures.sandbox.state import State
from fixtures.wallets import discover
from fixtures.wallets.interface import Book, Keys, Reply, Wallet

SEED = 11


class Clock:
    """The time of the journal; set by whoever calls."""

    def __init__(self) -> None:
        self.now = 1_767_225_600.0

    def time(self) -> float:
        """Unix seconds."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The journal's time in the test's hand."""
    made = Clock()
    monkeypatch.setattr(journal, "time", made)
    return made


class Through:
    """A wallet whose gateway is that of a sandbox; everything else is the wallet's own."""

    def __init__(self, wallet: Wallet, state: State, clock: Clock) -> None:
        self._wallet, self._state, self._clock = wallet, state, clock
        self.sent: list[Visit] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wallet, name)

    def answer(self, request: Message, book: Book, keys: Keys, stamp: Stamp, base_url: str) -> Reply:
        """The sandbox's answer at the caller's time."""
        self._clock.now = stamp.now
        self.sent.append(Visit(self._wallet.name, request, base_url))
        return self._state.perform(self.sent[-1])


@contextmanager
def opened(path: Path, bounds: Bounds | None = None) -> Iterator[State]:
    """The state in the file, with all wallets, until the block ends: abruptly, as by a kill, for nothing is said."""
    file = StateFile(path)
    try:
        yield create_app(discover(), {}, "token", SEED, bounds=bounds, file=file).state
    finally:
        file.close()


def lead(monkeypatch: pytest.MonkeyPatch, module: ModuleType, state: State, clock: Clock, wallet: str) -> None:
    """Has the shops of that module of tests call the sandbox."""
    monkeypatch.setattr(module, "WALLET", Through(state.wallets[wallet], state, clock))
