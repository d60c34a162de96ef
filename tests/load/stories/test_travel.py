"""The same stories through the real sandbox and the embedded merchant: every wallet, however its proof travels."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from fixtures.embedded import Gateways, embedded_merchant
from fixtures.sandbox.process import Sandbox
from fixtures.session import Session
from fixtures.target.reading import CANONICAL
from fixtures.wallets import discover
from load.arrivals import Arrival
from load.stories import STORIES
from load.stories.scene import Scene
from load.topics import ACCEPT, ACKNOWLEDGED, FULFILLED, FULFILMENT, PAID, PLACED, PURCHASE
from tests.load.stories.taking import Narrator, Taken

WALLETS = discover()


@pytest.fixture(scope="module")
def session(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The embedded merchant, with the published keys."""
    folder = tmp_path_factory.mktemp("stories")
    keys = {name: dict(wallet.published_keys()) for name, wallet in WALLETS.items()}
    (folder / "keys.json").write_text(json.dumps(keys), "utf-8")
    text = CANONICAL.read_text("utf-8").replace("reconcile = 3\n", "reconcile = 30\n")
    with embedded_merchant(WALLETS, keys, Gateways.at(sandbox), folder) as url:
        file = folder / "target.toml"
        file.write_text(f'capabilities = ["gateway", "load"]\n{text.replace("${BASE_URL}", url)}', "utf-8")
        told = (sandbox.token, str(folder / "keys.json"), "run", 1, 0)
        yield Session(str(file), None, None, sandbox.url, *told, "usual", None, None, time.time())


@pytest.mark.parametrize("setup", sorted(WALLETS))
def test_a_purchase_is_paid_proven_and_fulfilled(session: Session, setup: str) -> None:
    """Pushed by the wallet, presented by the buyer, or seen on the chain."""
    taken, keys = Taken(), json.loads(Path(session.keys).read_text("utf-8"))
    with closing(Scene(session, keys, taken)) as scene, closing(Narrator()) as narrator:
        scene.log_in()
        narrator.tell(STORIES[PURCHASE].tell(scene, Arrival(0, 0.0, setup, PURCHASE), time.time()))

    assert taken.problems == []
    assert taken.counts == {PLACED: 1, PAID: 1, ACKNOWLEDGED: 1, FULFILLED: 1}
    assert taken.good[PURCHASE] == taken.good[FULFILMENT] == 1
    assert bool(taken.exchanges) == bool(taken.good[ACCEPT]) == (WALLETS[setup].travel != "observed")
