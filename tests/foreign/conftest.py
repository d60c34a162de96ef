"""One foreign shop for all tests about it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.foreign.running import Foreign, foreign_shop


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    """The shop, its sandbox, and the variables of target.toml."""
    with foreign_shop(tmp_path_factory.mktemp("foreign")) as running:
        yield running
