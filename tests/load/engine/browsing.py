"""A target that is only browsed, without sandbox and wallets: what an engine is told of it."""

from __future__ import annotations

import json
import time
from pathlib import Path

from fixtures.session import Session
from fixtures.wallets import discover
from load.benchmarks.servers import DESCRIPTION
from load.stories import STORIES

WALLET = "alipay"


def session(folder: Path, url: str) -> Session:
    """That of a run whose target is at the URL; its files are in the folder."""
    target, keys = folder / "target.toml", folder / "keys.json"
    nothing_else = "\n".join(f"{name} = 0" for name in STORIES if name != "browse")
    target.write_text(DESCRIPTION.format(url=url, wallet=WALLET, nothing_else=nothing_else), encoding="utf-8")
    keys.write_text(json.dumps({WALLET: dict(discover()[WALLET].published_keys())}), encoding="utf-8")
    return Session(
        target=str(target),
        url=None,
        embedded_url=None,
        sandbox_url="http://127.0.0.1:9",
        sandbox_token="none",
        keys=str(keys),
        run="browsing",
        seed=1,
        examples=0,
        depth="usual",
        document=None,
        document_problem=None,
        began=time.time(),
    )
