"""Killed while many pay, and started again: nothing that was acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from fixtures.model import Message, PaymentState
from fixtures.processes import Child, child
from fixtures.sandbox.client import SandboxClient
from fixtures.sandbox.journal import essence
from fixtures.sandbox.process import MODULE
from tests.sandbox.medicine import few
from tests.sandbox.medicine.books import balance, owed
from tests.sandbox.medicine.conftest import Dose
from tests.sandbox.medicine.crowd import Crowd, Life
from tests.sandbox.medicine.scene import SETUPS, WALLETS, Buyer, Scene
from tests.sandbox.medicine.stories import looking

TOKEN = "token-of-a-test"
START = 60.0  # seconds; a restart does every deed once more


class Fallible:
    """A sandbox that keeps its state in a file, and is killed where it stands."""

    def __init__(self, state: Path, module: str) -> None:
        self._module = module
        self._args = ["--state", str(state), "--seed", "7"]
        self._running = ExitStack()
        self._child = self._start(0)
        self.url = str(self._child.announced["url"])

    def die_and_rise(self) -> None:
        """SIGKILL, and the same command at the same address."""
        self._child.process.kill()
        self._child.process.wait()
        self._running.close()
        self._child = self._start(urlsplit(self.url).port or 0)

    def stop(self) -> None:
        """For good."""
        self._running.close()

    def _start(self, port: int) -> Child:
        args, env = [*self._args, "--port", str(port)], {"WALLETPROOF_SANDBOX_TOKEN": TOKEN}
        return self._running.enter_context(child(self._module, args, deadline=START, env=env))


@pytest.fixture
def fallible(tmp_path: Path, dose: Dose) -> Iterator[Fallible]:
    """A running one."""
    made = Fallible(tmp_path / "state", MODULE if dose.whole else few.MODULE)
    yield made
    made.stop()


def _lives(url: str, dose: Dose) -> list[Life]:
    setups = SETUPS if dose.whole else [one for one in SETUPS if one[0] in few.WALLETS]
    return [
        Life(name, Scene(mode, f"KILL{index:06}", f"{url}/{name}", time.time, index))
        for index in range(dose.payments if dose.whole else len(setups))
        for name, mode in [setups[index % len(setups)]]
    ]


def _kept(client: SandboxClient, life: Life) -> None:
    """Asserts that what was acknowledged of a life so far is in the books."""
    asked = {WALLETS[life.name].operation_of(call) for call in life.calls}
    others = [one for one, _ in life.acknowledged if not isinstance(one, Message)]
    if "create" not in asked and not others:
        return
    payment = client.payment(life.name, life.scene.reference)
    assert payment is not None, life
    if any(isinstance(one, Buyer) for one in others):
        assert payment.state in {PaymentState.PAID, PaymentState.APPROVED}, (life, payment)
    if "capture" in asked:
        assert payment.state is PaymentState.PAID, (life, payment)
    if "refund" in asked:
        assert payment.refunded == owed(life), (life, payment)


def test_what_was_acknowledged_outlives_a_kill_and_retries_change_nothing(fallible: Fallible, dose: Dose) -> None:
    lives = _lives(fallible.url, dose)

    async def heard(answered: int) -> None:
        if answered == 2 * len(lives):  # in the midst of it
            crowd.fallen()
            await asyncio.to_thread(fallible.die_and_rise)
            with SandboxClient(fallible.url, TOKEN) as client:
                for life in lives:
                    _kept(client, life)
            crowd.risen()

    crowd = Crowd(fallible.url, TOKEN, heard)
    asyncio.run(crowd.live(lives))

    with SandboxClient(fallible.url, TOKEN) as client:
        balance(client, lives)
        before = _books(client)
        asyncio.run(_once_more(crowd, lives))
        assert _books(client) == before


async def _once_more(crowd: Crowd, lives: list[Life]) -> None:
    """Every call that has a key again, in every life; some are refused by now, as the vendor does."""
    async with httpx.AsyncClient(trust_env=False, timeout=START) as http:
        for life in lives:
            for call in (one for one in life.calls if looking(life.name, life.scene, one) is None):
                answer = await crowd.said(http, life, call)
                assert answer.status < 500, (life, call, answer)


def _books(client: SandboxClient) -> list[object]:
    return [essence(payment) for payment in client.payments()]
