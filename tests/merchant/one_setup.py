"""A shop with one further setup, and that setup's wallet played by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fixtures.merchant import desk, refunding
from fixtures.merchant.settings import Settings
from fixtures.sandbox.process import Sandbox
from fixtures.wallets import discover
from tests.merchant import conftest
from tests.merchant.conftest import Wallet, open_shop


@contextmanager
def one_setup(setup: str, wallet: str, mode: str, sandbox: Sandbox, folder: Path, **more: str) -> Iterator[Wallet]:
    """For as long as the block lasts; `more` are further settings of the wallet."""
    settings = Settings.of(
        {
            "database": f"sqlite:///{folder / 'books.sqlite'}",
            "buyers": {"token-a": "alice", "token-b": "bob"},
            "wallets": {
                setup: {
                    "wallet": wallet,
                    "mode": mode,
                    "gateway_url": sandbox.gateway_url(wallet),
                    **discover()[wallet].merchant_credentials(sandbox.keys[wallet], mode),
                    **more,
                }
            },
        }
    )
    with pytest.MonkeyPatch.context() as patch, open_shop(settings) as merchant:
        patch.setitem(conftest.SETUPS, setup, (wallet, mode))
        patch.setattr(desk, "PAUSE", 0.02)
        patch.setattr(refunding, "AGAIN", 0.3)
        yield Wallet(setup, sandbox, merchant)
