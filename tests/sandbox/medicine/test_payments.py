"""Many payments at once over all wallets, and the books balance."""

from __future__ import annotations

import asyncio
import time

from fixtures.sandbox.process import Sandbox
from tests.sandbox.medicine.books import balance
from tests.sandbox.medicine.conftest import Dose
from tests.sandbox.medicine.crowd import Crowd, Life
from tests.sandbox.medicine.scene import SETUPS, Scene


def test_concurrent_payments_over_all_wallets_balance(sandbox: Sandbox, dose: Dose) -> None:
    lives = []
    for index in range(dose.payments):
        name, mode = SETUPS[index % len(SETUPS)]
        lives.append(Life(name, Scene(mode, f"CROWD{index:06}", sandbox.gateway_url(name), time.time, index)))

    asyncio.run(Crowd(sandbox.url, sandbox.token).live(lives))

    assert len({life.name for life in lives}) == 9
    balance(sandbox.client, lives)
