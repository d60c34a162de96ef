"""Due times: the door, and the alarm by which it wakes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from load.arrivals import Arrival
from load.engine.alarm import Alarm
from load.engine.door import Door
from load.topics import PURCHASE
from tests.load.engine.servers import run


def _arrivals(*instants: float) -> Iterator[Arrival]:
    return (Arrival(number, at, "alipay", PURCHASE) for number, at in enumerate(instants))


def test_the_door_lets_everybody_in_when_she_is_due_and_stage_after_stage() -> None:
    async def opened() -> list[tuple[int, int, bool]]:
        came: list[tuple[int, int, bool]] = []
        began = time.time()
        over = asyncio.Event()

        def enter(arrival: Arrival, stage: int, due: float) -> None:
            came.append((arrival.number, stage, due == began + arrival.at <= time.time()))
            if len(came) == 43:
                over.set()

        door = Door(asyncio.get_running_loop(), enter, began)
        door.open(0, _arrivals(-1.0, 0.0, 0.02))
        door.open(1, _arrivals())
        door.open(2, _arrivals(*[0.03] * 40))
        await over.wait()
        door.open(3, _arrivals(0.0, 0.01))
        door.close()
        door.close()
        await asyncio.sleep(0.02)
        return came

    came = run(opened())
    assert [stage for _, stage, _ in came] == [0] * 3 + [2] * 40
    assert all(right for _, _, right in came)


def test_an_alarm_rings_once_and_never_early_wherever_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    async def rung(platform: str) -> list[float]:
        monkeypatch.setattr("sys.platform", platform)
        late: list[float] = []
        alarm = Alarm(asyncio.get_running_loop(), lambda: late.append(time.time() - at))
        alarm.set(time.time() + 10)
        at = time.time() + 0.02
        alarm.set(at)
        await asyncio.sleep(0.1)
        alarm.set(time.time() + 0.02)
        alarm.close()
        await asyncio.sleep(0.05)
        return late

    for platform in ("linux", "darwin"):
        late = run(rung(platform))
        assert len(late) == 1
        assert late[0] > -0.002
