"""A server of known truth, or any other, as a target that consents to be loaded; its only story is `browse`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from fixtures.preparing import prepare
from fixtures.processes import child
from fixtures.session import Session
from load.benchmarks.run import SERVER
from load.benchmarks.servers import DESCRIPTION
from load.stories import STORIES


@contextmanager
def shop(kind: str, *options: str) -> Iterator[Session]:
    """A server of `load.benchmarks.servers` as a target."""
    with (
        child("load.benchmarks.servers", [kind, *options, "--core", str(SERVER)]) as server,
        shop_at(str(server.announced["url"])) as session,
    ):
        yield session


@contextmanager
def shop_at(url: str, wallet: str = "alipay") -> Iterator[Session]:
    """Whatever answers there as a target that takes the wallet, and what a run on it stands on: the sandbox, too."""
    nothing_else = "\n".join(f"{name} = 0" for name in STORIES if name != "browse")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="walletproof-")))
        file = folder / "target.toml"
        file.write_text(DESCRIPTION.format(url=url, wallet=wallet, nothing_else=nothing_else), encoding="utf-8")
        yield prepare(str(file), None, folder, stack, seed=1, examples=0)
