"""What the tests of the project stand on: one real sandbox process for each worker."""

from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import pytest

from fixtures.sandbox.process import Sandbox, start_sandbox
from fixtures.wallets import discover

# Speed is measured by benchmarks: a busy machine must not turn a true test red.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--matrix", choices=["glimpse", "claims", "full"], default="glimpse", help="how much of it to play"
    )


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A running sandbox with every wallet and the published keys: `.url`, `.client`, `.keys`."""
    keys = {name: wallet.published_keys() for name, wallet in discover().items()}
    with start_sandbox(keys) as running:
        yield running
