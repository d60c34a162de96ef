"""Probes a hand-written shop with the checks themselves, without a sandbox: nothing of it is needed here."""

from __future__ import annotations

import inspect
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any, cast

import uvicorn
from starlette.applications import Starlette

from conformance import test_openapi as suite
from fixtures.bench import Bench
from fixtures.check import check_of
from fixtures.model import Inconclusive, NotApplicable, Outcome
from fixtures.openapi import Document, fetch, probes
from fixtures.openapi.examiner import Examiner, TimeBox
from fixtures.openapi.permission import permission
from fixtures.sandbox.client import SandboxClient
from tests.openapi.shops import Shop
from tests.target.conftest import WALLETS, read

CHECKS = [function for _, function in inspect.getmembers(suite, inspect.isfunction) if check_of(function)]
SEED = 20261123


@contextmanager
def serve(app: Starlette) -> Iterator[str]:
    """The application on a port of its own; its URL."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    server = uvicorn.Server(
        uvicorn.Config(app, ws="none", log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    )
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(5)


@dataclass(frozen=True)
class Probed:
    """What came of it: outcome and words by topic."""

    outcomes: dict[str, Outcome]
    messages: dict[str, str]

    @property
    def failed(self) -> set[str]:
        """The topics that found something."""
        return {topic for topic, outcome in self.outcomes.items() if outcome is Outcome.FAILED}


def probe(
    shop: Shop, folder: Path, *, only: str = "", examples: int = 8, seconds: float = 60.0, secret: str = ""
) -> Probed:
    """Runs every check of the document (or those of one topic) at every operation."""
    with serve(shop.app) as url:
        bench = _bench(shop.file(url), examples)
        found = _document(bench, folder)
        assert found.path is not None, found.problem
        operations = probes(found.path, seed=SEED, closed=permission(bench.settings))
        box, told = TimeBox(seconds), Probed({}, {})
        for function in CHECKS:
            check = check_of(function)
            assert check is not None
            for one in operations if check.each == "operation" else [None]:
                topic = f"{check.topic}.{one.label}" if one else check.topic
                if only and not topic.startswith(only):
                    continue
                place = bench.place(topic, "toypay")
                examiner = Examiner(place, box, operations, secrets=frozenset({secret} - {""}), replay="pytest again")
                given = {"examiner": examiner, "operation": one}
                asked = {name: given[name] for name in inspect.signature(function).parameters}
                told.outcomes[topic], told.messages[topic] = _run(function, asked)
                told.messages[topic] += examiner.note
                examiner.close()
        bench.target.close()
        return told


def _bench(text: str, examples: int) -> Bench:
    settings = read(text)
    quiet = cast("SandboxClient", SimpleNamespace(url="", record=lambda _: None, history=lambda **_: []))
    wallets = {name: WALLETS[name] for name in ("toypay",)}
    return Bench(settings, wallets, {"toypay": {}}, quiet, run="test", seed=SEED, examples=examples)


def _document(bench: Bench, folder: Path) -> Document:
    settings = bench.settings
    assert settings.openapi is not None and settings.openapi.url is not None
    url = f"{settings.base_url}{settings.openapi.url}"
    return fetch(url, folder / "copy.json", bench.target.ask, settings.base_url)


def _run(function: Any, given: dict[str, Any]) -> tuple[Outcome, str]:
    try:
        function(**given)
    except AssertionError as failure:
        return Outcome.FAILED, str(failure)
    except NotApplicable as reason:
        return Outcome.NOT_APPLICABLE, str(reason)
    except Inconclusive as reason:
        return Outcome.INCONCLUSIVE, str(reason)
    return Outcome.PASSED, ""
