"""Opens each judge's merchant once, or skips its tests with the reason why it cannot run here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from fixtures.sandbox.process import Sandbox
from tests.oracles.foreign.environments import Unavailable
from tests.oracles.foreign.judges import JUDGES, Judge
from tests.oracles.foreign.merchant import Merchant, opened


@pytest.fixture(scope="session")
def merchants(sandbox: Sandbox) -> Iterator[Callable[[Judge], Merchant]]:
    """The merchants by judge: each is one process, started when it is first asked for."""
    with ExitStack() as running:

        @cache
        def merchant(judge: Judge) -> Merchant:
            environment = judge.environment()
            if isinstance(environment, Unavailable):
                pytest.skip(str(environment))
            return running.enter_context(opened(judge, environment, sandbox))

        yield merchant


@pytest.fixture(params=JUDGES, ids=str)
def merchant(request: pytest.FixtureRequest, merchants: Callable[[Judge], Merchant]) -> Merchant:
    """A merchant on each foreign SDK in each of its modes."""
    return merchants(request.param)
