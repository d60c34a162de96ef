"""Who comes in when, what becomes of her story, and what is taken down about it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import pytest

from fixtures.model import Message, NotApplicable
from fixtures.target import LimitReached
from load.arrivals import Arrival
from load.engine.crowd import Crowd
from load.engine.pool import Pool
from load.engine.tally import Book, Haul
from load.journal import entries
from load.notes import Note
from load.story import Ask, Begin, Heard, NoAnswer, Side, Story, Until, Work
from load.topics import CAME, LAG, LEFT, PURCHASE, TURNED_AWAY
from tests.load.engine.servers import OK, request, run, serving

Tell = Callable[[Arrival, float], Story]


@dataclass
class House:
    """A crowd and what belongs to it."""

    crowd: Crowd
    book: Book
    full: asyncio.Event = field(default_factory=asyncio.Event)

    def come(self, number: int = 0, stage: int = 0) -> None:
        """Somebody comes in."""
        self.crowd.enter(Arrival(number, 0.0, "alipay", PURCHASE), stage, time.time())

    async def haul(self) -> Haul:
        """What was taken down until the last one has left."""
        await self.crowd.gone()
        return self.book.haul()


@asynccontextmanager
async def house(
    tell: Tell, ceiling: int = 1000, allowed: Callable[[str, Side], str | None] = lambda url, side: None
) -> AsyncIterator[House]:
    loop, book = asyncio.get_running_loop(), Book()
    pool, full = Pool(loop, allowed), asyncio.Event()
    with ThreadPoolExecutor(2) as threads:
        crowd = Crowd(loop, pool, threads, book, tell, ceiling, full.set)
        try:
            yield House(crowd, book, full)
        finally:
            crowd.send_home()
            pool.close()


async def told(tell: Tell, comers: int = 1, **how: object) -> Haul:
    """What was taken down about so many who came at once."""
    async with house(tell, **how) as ours:  # type: ignore[arg-type]
        for number in range(comers):
            ours.come(number)
        return await ours.haul()


def notes(haul: Haul) -> list[Note]:
    """What stands in the journal."""
    return [note for note in entries(haul.entries) if isinstance(note, Note)]


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers for ever."""
    while await request(reader):
        writer.write(OK)


def test_a_story_takes_every_kind_of_step() -> None:
    steps: list[object] = []

    def letter() -> Story:
        yield Until(time.time() + 0.02)
        steps.append("letter")

    def failing() -> int:
        raise ValueError("no key")

    async def all_steps() -> Haul:
        async with serving(echo) as url:

            def tell(*_: object) -> Story:
                heard: Heard = yield Ask(Message("GET", url), 5.0)
                steps.append(heard.answer.body)
                yield Begin(letter())
                steps.append((yield Work(lambda: 6 * 7)))
                try:
                    yield Work(failing)
                except ValueError as problem:
                    steps.append(str(problem))
                at = time.time() + 0.05
                yield Until(at)
                steps.append(time.time() >= at)
                yield Until(0)

            return await told(tell)

    haul = run(all_steps())
    assert steps == [b"ok", 42, "no key", "letter", True]
    assert haul.counts == {
        **{(CAME, "alipay"): 1, (LEFT, "alipay"): 1},
        **{("came.stage.0", "-"): 1, ("left.stage.0", "-"): 1},
    }
    assert sum(haul.durations["stage.0", "-"].values()) == sum(haul.durations[LAG, "-"].values()) == 1
    assert not haul.failures
    assert not haul.entries


def test_what_was_not_served_fails_its_stage() -> None:
    async def unserved() -> Haul:
        async with house(lambda arrival, due: tell()) as ours:

            def tell() -> Story:
                yield Until(0)
                ours.book.failed(PURCHASE, "alipay", 2.5, "not fulfilled", "order-1")

            ours.come(stage=3)
            return await ours.haul()

    haul = run(unserved())
    assert haul.failures == {(PURCHASE, "alipay"): {"not fulfilled": 1}, ("stage.3", "-"): {"not fulfilled": 1}}
    assert sum(haul.durations[PURCHASE, "alipay"].values()) == 1


def test_who_comes_beyond_the_ceiling_is_turned_away_and_letters_take_no_room() -> None:
    def letter() -> Story:
        yield Until(time.time() + 0.05)

    def tell(*_: object) -> Story:
        yield Begin(letter())
        yield Until(time.time() + 0.03)

    haul = run(told(tell, 5, ceiling=2))
    assert haul.counts[TURNED_AWAY, "alipay"] == 3
    assert haul.counts[CAME, "alipay"] == haul.counts[LEFT, "alipay"] == 5
    assert haul.failures["stage.0", "-"] == {"turned away: 2 were inside already": 3}


@pytest.mark.parametrize(
    ("limit", "text"), [(LimitReached("limits.orders is used up"), "limits"), (NotApplicable("no"), "no")]
)
def test_a_limit_ends_the_arrivals_and_is_noted_once(limit: Exception, text: str) -> None:
    async def limited() -> tuple[Haul, bool]:
        async with house(lambda arrival, due: tell()) as ours:

            def tell() -> Story:
                yield Until(0)
                raise limit

            ours.come()
            ours.come()
            return await ours.haul(), ours.full.is_set()

    haul, full = run(limited())
    assert full
    assert [(note.ours, note.text.startswith(text)) for note in notes(haul)] == [(False, True)]


def test_an_error_of_ours_is_noted_with_its_place_and_the_run_goes_on() -> None:
    def tell(arrival: Arrival, _: float) -> Story:
        yield Until(0)
        if arrival.number == 0:
            yield "nonsense"  # type: ignore[misc]
        if arrival.number == 1:
            raise KeyError("lost")

    def never(*_: object) -> Story:
        raise RuntimeError("no scene")

    haul = run(told(tell, 4))
    assert [note.ours for note in notes(haul)] == [True, True]
    assert "TypeError in teller.py, line" in notes(haul)[0].text
    assert "KeyError in test_crowd.py, line" in notes(haul)[1].text
    assert haul.counts[LEFT, "alipay"] == 4
    assert sum(haul.durations["stage.0", "-"].values()) == 2
    assert "no scene" in notes(run(told(never)))[0].text


def test_a_host_that_is_not_allowed_hears_nothing() -> None:
    async def asked() -> list[str]:
        said: list[str] = []
        came = 0

        async def nobody(*_: object) -> None:
            nonlocal came
            came += 1

        async with serving(nobody) as url:

            def tell(*_: object) -> Story:
                for asked in (url, "nonsense", "ftp://127.0.0.1/"):
                    try:
                        yield Ask(Message("GET", asked), 5.0)
                    except NoAnswer as problem:
                        said.append(str(problem))

            await told(tell, allowed=lambda url, side: "not in allowed_hosts")
        return [*said, str(came)]

    assert run(asked()) == [
        "not in allowed_hosts",
        *["'://' is no URL of HTTP"],
        "'ftp://127.0.0.1' is no URL of HTTP",
        "0",
    ]


def test_everybody_can_be_sent_home_at_once() -> None:
    ended: list[int] = []

    async def home() -> Haul:
        async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            await reader.read()
            await reader.read()

        async with serving(silent) as url:

            def tell(arrival: Arrival, due: float) -> Story:
                try:
                    if arrival.number:
                        yield Ask(Message("GET", url), 50.0)
                    else:
                        yield Until(due + 50)
                finally:
                    ended.append(arrival.number)

            async with house(tell) as ours:
                ours.come(0)
                ours.come(1)
                await asyncio.sleep(0.05)
                assert ours.crowd.inside == 2
                ours.crowd.send_home()
                return await ours.haul()

    haul = run(home())
    assert sorted(ended) == [0, 1]
    assert haul.counts[CAME, "alipay"] == 2
    assert haul.counts[LEFT, "alipay"] == 0
    assert not notes(haul)


def test_a_saturated_crowd_stays_as_large_as_it_is() -> None:
    async def saturated() -> tuple[set[int], int]:
        sizes: set[int] = set()

        def tell(*_: object) -> Story:
            yield Until(time.time() + 0.001)
            sizes.add(ours.crowd.inside)

        async with house(tell) as ours:
            ours.crowd.saturate(4, (Arrival(number, 0.0, "alipay", PURCHASE) for number in count()))
            await asyncio.sleep(0.1)
            ours.crowd.close()
            haul = await ours.haul()
        return sizes, haul.counts[CAME, "alipay"]

    sizes, came = run(saturated())
    assert max(sizes) == 4
    assert came > 8
