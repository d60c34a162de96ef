"""What is signed ahead comes in order, fresh, and never more of it than may wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from threading import Barrier, get_ident

import pytest

from load.presigning import PIECE, Job, Presigner
from load.story import Story, Until
from tests.load.teller import Teller

SECONDS = 10.0


def test_each_is_sent_at_its_instant_and_in_order() -> None:
    """What was signed for an instant is sent at that instant, not when it was ready."""
    teller, sent = Teller(), list[tuple[float, float]]()
    instants = [teller.now() + 1.0 + 0.01 * number for number in range(5 * PIECE + 3)]

    teller.tell(Presigner(_jobs(instants), teller.now).play(_sending(teller, sent)))

    assert sent == [(instant, instant) for instant in instants]


def test_nothing_is_signed_earlier_than_the_horizon() -> None:
    """A message is fresh when it is sent, however long the schedule and however rare its instants."""
    teller, signed = Teller(), list[float]()
    instants = [teller.now() + 1.0 + 7.0 * number for number in range(2 * PIECE)]

    def sign(at: float) -> float:
        signed.append(at - teller.now())
        return at

    teller.tell(Presigner(_jobs(instants, sign), teller.now, horizon=SECONDS).play(_sending(teller, [])))

    assert len(signed) == len(instants)
    assert max(signed) <= SECONDS
    assert min(signed) >= 0.0


def test_no_more_waits_than_may_be_held() -> None:
    """A long schedule needs no more memory than a short one."""
    teller, waiting, most = Teller(), 0, 0
    instants = [teller.now() + 1.0 + 0.001 * number for number in range(20 * PIECE)]

    def sign(at: float) -> float:
        nonlocal waiting, most
        waiting += 1
        most = max(most, waiting)
        return at

    def begin(at: float) -> Story:
        nonlocal waiting
        waiting -= 1
        yield Until(at)

    teller.tell(Presigner(_jobs(instants, sign), teller.now, held=3 * PIECE, threads=1).play(begin))

    assert waiting == 0
    assert most <= 3 * PIECE


def test_two_threads_sign_beside_each_other() -> None:
    """Two pieces are signed at once: neither of these two could be without the other."""
    teller, both, threads = Teller(), Barrier(2, timeout=5), set[int]()
    instants = [teller.now() + 1.0] * (2 * PIECE)

    def sign(number: int) -> float:
        if number % PIECE == 0:
            both.wait()
        threads.add(get_ident())
        return instants[number]

    jobs = (Job(at, partial(sign, number)) for number, at in enumerate(instants))
    teller.tell(Presigner(jobs, teller.now, threads=2).play(_sending(teller, [])))

    assert len(threads) == 2


def test_an_error_surfaces_where_its_message_is_due() -> None:
    """What was signed before it is sent; then whoever plays the schedule hears of it."""
    teller, sent = Teller(), list[tuple[float, float]]()
    instants = [teller.now() + 0.01 * number for number in range(3 * PIECE)]

    def sign(number: int) -> float:
        if number == 2 * PIECE:
            raise ValueError("the key is broken")
        return instants[number]

    jobs = (Job(at, partial(sign, number)) for number, at in enumerate(instants))
    with pytest.raises(ValueError, match="the key is broken"):
        teller.tell(Presigner(jobs, teller.now).play(_sending(teller, sent)))

    assert len(sent) == 2 * PIECE


def test_an_empty_schedule_is_played_at_once() -> None:
    """Nothing to send is no reason to wait."""
    teller = Teller()
    before = teller.now()

    teller.tell(Presigner([], teller.now).play(_sending(teller, [])))

    assert teller.now() == before


def _signed(at: float) -> float:
    return at


def _jobs(instants: Iterable[float], sign: Callable[[float], float] = _signed) -> Iterator[Job[float]]:
    return (Job(at, partial(sign, at)) for at in instants)


def _sending(teller: Teller, sent: list[tuple[float, float]]) -> Callable[[float], Story]:
    """Stories that take down when they began."""

    def begin(at: float) -> Story:
        sent.append((at, teller.now()))
        yield from ()

    return begin
