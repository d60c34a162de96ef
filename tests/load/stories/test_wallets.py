"""Stories of wallets end well at a sound shop, and say what went wrong at any other."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import cast

import pytest

from fixtures.model import Message
from fixtures.target.setups import WalletSetup
from fixtures.wallets import discover
from load.stories import outage, repeat, storm
from load.stories.forgery import FORGING
from load.stories.kind import Kind
from load.stories.outage import OUTING
from load.stories.repeat import REPEATING
from load.stories.storm import STORMING
from load.topics import BELIEVED, DOUBLED, FORGED, FORGERY, LETTER, OUTAGE, REPEAT, STORM
from tests.load.stories.shop import Shop

FORGEABLE = {"pushed", "presented"}
EVERY = {STORM: STORMING, OUTAGE: OUTING, REPEAT: REPEATING, FORGERY: FORGING}


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("busy", [0, 1])
def test_a_sound_shop_is_served_well(name: str, busy: int) -> None:
    """Even if it was too busy for the first notification, which then comes again."""
    shop = Shop(busy=busy if name != FORGERY else 0)

    taken = shop.tell(EVERY[name])

    assert taken.problems == []
    assert taken.good[name] == 1
    assert set(shop.fulfilments.values()) == {1}


@pytest.mark.parametrize("kind", [STORMING, OUTING, REPEATING])
def test_every_notification_is_signed_for_its_own_instant(kind: Kind) -> None:
    """Whatever was signed ahead is fresh when it comes, and no two are the same bytes."""
    shop = Shop(busy=3)

    shop.tell(kind)

    assert shop.genuine() == shop.heard
    assert all(abs(at - int(message.header("Wechatpay-Timestamp") or 0)) <= 1.0 for at, message in shop.heard)
    assert len({message.header("Wechatpay-Signature") for _, message in shop.heard}) == len(shop.heard)


@pytest.mark.parametrize("kind", [STORMING, OUTING])
def test_what_is_signed_beside_each_other_follows_from_the_seed(kind: Kind) -> None:
    """No two messages draw from the same source, whichever thread is first."""
    first, second = Shop(), Shop()

    first.tell(kind)
    second.tell(kind)

    assert first.heard == second.heard


def test_a_storm_is_one_message_many_times_within_a_second() -> None:
    """The wallet does not wait for an answer before it sends the next copy."""
    shop = Shop()

    taken = shop.tell(STORMING)

    instants = [at for at, _ in shop.heard]
    assert taken.good[LETTER] == len(instants) == storm.COPIES
    assert instants[-1] - instants[0] < storm.WITHIN
    assert len({_id(message) for _, message in shop.heard}) == 1


def test_after_an_outage_everything_comes_at_once() -> None:
    """Each buyer's notification is a message of its own, and all come at the same instant."""
    shop = Shop()

    shop.tell(OUTING)

    assert len({at for at, _ in shop.heard}) == 1
    assert len({_id(message) for _, message in shop.heard}) == outage.BUYERS == len(shop.fulfilments)


def test_a_duplicate_comes_after_a_while() -> None:
    """The same message, though it was acknowledged."""
    shop = Shop()

    taken = shop.tell(REPEATING)

    assert len(shop.heard) == repeat.COPIES
    assert len({at for at, _ in shop.heard}) == repeat.COPIES
    assert len({_id(message) for _, message in shop.heard}) == 1
    assert taken.good[LETTER] == 1


def test_a_duplicate_that_is_refused_is_seen() -> None:
    """A wallet whose repeat is refused repeats it until it gives up."""
    ((_, problem),) = Shop("strict").tell(REPEATING).problems

    assert "was refused when it came again" in problem


@pytest.mark.parametrize("name", [STORM, REPEAT])
def test_goods_that_leave_twice_are_seen(name: str) -> None:
    """A shop that counts every notification as a payment."""
    taken = Shop("counts").tell(EVERY[name])

    assert taken.counts[DOUBLED] == 1
    assert [metric for metric, _ in taken.problems] == [name]
    assert "fulfilled" in taken.problems[0][1]


@pytest.mark.parametrize("name", [STORM, OUTAGE, REPEAT])
def test_goods_that_never_leave_are_seen(name: str) -> None:
    """A shop that acknowledges and forgets."""
    assert (name, "paid, and not fulfilled") in Shop("deaf").tell(EVERY[name]).problems


def test_letters_that_are_given_up_are_seen() -> None:
    """A shop that never acknowledges."""
    taken = Shop(busy=10_000).tell(OUTING)

    assert [metric for metric, _ in taken.problems].count(LETTER) == outage.BUYERS
    assert taken.problems[-1][0] == OUTAGE


def test_a_forgery_that_is_believed_is_seen() -> None:
    """Its order is not paid afterwards, so that the books show goods for nothing."""
    shop = Shop("trusting")

    taken = shop.tell(FORGING)

    assert (taken.counts[FORGED], taken.counts[BELIEVED]) == (1, 1)
    assert "was believed" in taken.problems[0][1]
    assert len(shop.heard) == 1


def test_a_forgery_that_is_acknowledged_is_seen() -> None:
    """Even if no goods leave."""
    taken = Shop("polite").tell(FORGING)

    assert (taken.counts[FORGED], taken.counts[BELIEVED]) == (1, 0)
    assert "was acknowledged" in taken.problems[0][1]


@pytest.mark.parametrize(
    ("name", "travels"), [*((name, {"pushed"}) for name in (STORM, OUTAGE, REPEAT)), (FORGERY, FORGEABLE)]
)
def test_a_story_is_told_where_it_makes_sense(name: str, travels: set[str]) -> None:
    """In every mode of a wallet that comes to the target; a forgery also where the buyer presents the proof."""
    for wallet in discover().values():
        for mode in wallet.modes:
            setup = cast("WalletSetup", SimpleNamespace(mode=mode))
            assert EVERY[name].plays(wallet, setup) == (wallet.travel in travels), f"{wallet.name} {mode}"


def _id(message: Message) -> str:
    said: str = json.loads(message.body)["id"]
    return said
