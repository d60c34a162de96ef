"""What the tests of the project stand on: one real sandbox process for each worker."""

from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import pytest

from fixtures.sandbox.process import Sandbox, start_sandbox
from fixtures.wallets import discover
from tests.browser import chromium as chromium  # noqa: PLC0414 - a fixture is given to all tests by being here
from tests.browser import page as page  # noqa: PLC0414

# Speed is measured by benchmarks: a busy machine must not turn a true test red.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--matrix", choices=["glimpse", "claims", "full"], default="glimpse", help="how much of it to play"
    )
    parser.addoption(
        "--medicine", choices=["quick", "full"], default="quick", help="how much of its own the sandbox is given"
    )


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A running sandbox with every wallet and the published keys: `.url`, `.client`, `.keys`."""
    keys = {name: wallet.published_keys() for name, wallet in discover().items()}
    with start_sandbox(keys) as running:
        yield running
