"""What goes too far is refused before anything is sent, and what cannot be told is said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fixtures.target.problems import ConfigurationError
from fixtures.target.reading import CANONICAL, load
from fixtures.target.settings import Settings
from fixtures.wallets import discover
from load.consent import MOST_ORDERS, most_arrivals, permit
from load.mix import mix
from load.plan import MOST_RATE, Plan
from load.stories import Kind

NOWHERE = "http://127.0.0.1:9"
CALM = {"rate": 1.0, "seconds": 10.0, "buyers": 5, "wallet": "every"}
CONSENT = 'capabilities = ["load"]\n'
ELSEWHERE = 'capabilities = ["load"]\nallowed_hosts = ["shop.example", "pay.shop.example"]\n'


def _never(*_: Any) -> Any:
    raise AssertionError("nothing is told here")


def _pushed(wallet: Any, _: Any) -> bool:
    return bool(wallet.travel == "pushed")


KINDS = {
    "purchase": Kind(_never, 8.0),
    "storm": Kind(_never, 1.0, by="wallet", orders=5, plays=_pushed),
    "haggle": Kind(_never, 1.0, needs=frozenset({"orders", "browser"})),
    "knock": Kind(_never, 0.0, needs=frozenset({"acknowledgement"}), by="wallet", pays=False, orders=0),
}


@pytest.fixture(autouse=True)
def stories(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Kind]:
    """A small registry, so that these tests hold whatever stories there are."""
    monkeypatch.setattr("load.mix.STORIES", KINDS)
    return KINDS


def _settings(folder: Path, head: str = CONSENT, tail: str = "", base: str = NOWHERE) -> Settings:
    file = folder / "target.toml"
    file.write_text(head + CANONICAL.read_text("utf-8").replace("${BASE_URL}", base) + tail, "utf-8")
    return load(file)


def _abroad(folder: Path, tail: str) -> Settings:
    """A target off loopback, with keys of its own."""
    text = ELSEWHERE + CANONICAL.read_text("utf-8").replace("${BASE_URL}", "https://shop.example") + tail
    wallet = '[wallets.stripe]\nnotify = "https://pay.shop.example/notify"\nkeys = "keys.json"\n'
    limits = "[limits]\norders = 5000\nrequests_per_second = 50\n"
    others = slice(text.index("[wallets.alipay]"), text.index("[openapi]"))
    (folder / "target.toml").write_text(text.replace(text[others], wallet + limits), encoding="utf-8")
    own = {name: f"of this shop alone: {name}" for name in discover()["stripe"].published_keys()}
    (folder / "keys.json").write_text(json.dumps(own), encoding="utf-8")
    return load(folder / "target.toml")


def _refusal(settings: Settings, **pace: object) -> str:
    with pytest.raises(ConfigurationError) as refused:
        permit(Plan.of({**CALM, **pace}, seed=1), settings)
    return str(refused.value)


def test_a_target_file_without_the_capability_is_refused_with_its_line(tmp_path: Path) -> None:
    text = _refusal(_settings(tmp_path, 'capabilities = ["gateway"]\n'))

    assert text.startswith("target.toml:1:")
    assert 'capabilities = ["load"]' in text


def test_a_consenting_target_is_loaded_with_every_wallet(tmp_path: Path) -> None:
    told = permit(Plan.of(CALM, seed=1), _settings(tmp_path))

    assert set(told.weights) == {"purchase", "storm"}
    assert {"alipay", "applepay", "ledger"} <= set(told.setups)


def test_a_host_that_is_not_named_for_load_is_refused(tmp_path: Path) -> None:
    text = _refusal(_abroad(tmp_path, '\n[load]\nhosts = ["shop.example"]\n'))

    assert "found pay.shop.example, which the file does not name for load" in text
    assert "found shop.example" not in text


def test_hosts_that_are_named_for_load_are_loaded(tmp_path: Path) -> None:
    settings = _abroad(tmp_path, '\n[load]\nhosts = ["shop.example", "pay.shop.example"]\n')

    permit(Plan.of(CALM, seed=1), settings)


def test_a_host_that_may_not_be_spoken_to_may_not_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"load\.hosts\[0\]: found other\.example; wanted one of allowed_hosts"
    ):
        _abroad(tmp_path, '\n[load]\nhosts = ["other.example"]\n')


@pytest.mark.parametrize(
    "pace",
    [{"rate": MOST_RATE + 1}, {"rate": 0.0}, {"seconds": 1e6}, {"buyers": 0}, {"wallet": "purse"}],
    ids="-".join,
)
def test_every_ceiling_is_named(tmp_path: Path, pace: dict[str, object]) -> None:
    assert f"--{next(iter(pace))}" in _refusal(_settings(tmp_path), **pace)


@pytest.mark.parametrize("seconds", [7200.0, 86_400.0])
def test_only_a_soak_or_a_heartbeat_may_last_for_hours(tmp_path: Path, seconds: float) -> None:
    settings, slow = _settings(tmp_path), {"rate": 0.1, "seconds": seconds}

    permit(Plan.of({**CALM, **slow, "shape": "soak"}, seed=1), settings)
    permit(Plan.of({**CALM, **slow, "shape": "heartbeat"}, seed=1), settings)
    assert "--seconds" in _refusal(settings, **slow)


def test_more_orders_than_the_file_allows_are_refused(tmp_path: Path) -> None:
    assert "limits.orders" in _refusal(_settings(tmp_path, tail="\n[limits]\norders = 5\n"))


def test_more_orders_than_an_audit_can_see_are_refused(tmp_path: Path) -> None:
    text = _refusal(_settings(tmp_path), shape="soak", rate=100.0, seconds=MOST_ORDERS / 50)

    assert f"wanted at most {MOST_ORDERS:g}, which is what a run allows" in text


def test_stories_that_place_no_orders_do_not_count(tmp_path: Path) -> None:
    tail = "\n[limits]\norders = 5\n[load.stories]\npurchase = 0\nstorm = 0\nknock = 1\n"

    told = permit(
        Plan.of({**CALM, "shape": "soak", "rate": 100.0, "seconds": 3600.0}, seed=1), _settings(tmp_path, tail=tail)
    )

    assert told.orders == 0


def test_a_heartbeat_without_end_needs_room_for_its_orders(tmp_path: Path) -> None:
    forever = {"shape": "heartbeat", "rate": None, "seconds": None}

    permit(Plan.of({**CALM, **forever}, seed=1), _settings(tmp_path))
    text = _refusal(_settings(tmp_path, tail="\n[limits]\norders = 100\n"), **forever)

    assert "found no end to the orders; wanted at most 100" in text


def test_a_search_brings_no_more_orders_than_allowed(tmp_path: Path) -> None:
    plan = Plan.of({"shape": "capacity"}, seed=1)
    tail = "\n[limits]\norders = 300\n[load.stories]\npurchase = 3\nstorm = 1\nknock = 4\n"

    assert most_arrivals(plan, _settings(tmp_path, tail=tail)) == pytest.approx(300)


def test_more_requests_than_the_file_allows_are_refused(tmp_path: Path) -> None:
    settings = _settings(tmp_path, tail="\n[limits]\nrequests_per_second = 2.5\n")

    assert "limits.requests_per_second" in _refusal(settings)


def test_a_service_level_of_something_unmeasured_is_refused(tmp_path: Path) -> None:
    level = '\n[[service_levels]]\nmetric = "purchased"\npercentile = 99\nlimit = 1.0\n'
    text = _refusal(_settings(tmp_path, tail=level))

    assert "found 'purchased'" in text
    assert "nearest: purchase" in text


def test_a_wallet_without_a_way_for_its_proof_is_refused(tmp_path: Path) -> None:
    text = CANONICAL.read_text("utf-8").replace("${BASE_URL}", NOWHERE).replace('notify = "/notify/paypal"\n', "")
    (tmp_path / "target.toml").write_text(CONSENT + text, "utf-8")

    assert "wallets.paypal: found no notify" in _refusal(load(tmp_path / "target.toml"))


def test_a_shelf_with_nothing_that_the_limits_allow_is_refused(tmp_path: Path) -> None:
    settings = _settings(tmp_path, tail="\n[limits]\nlargest_amount = { CNY = 1000, USD = 1 }\n")

    assert "largest_amount" in _refusal(settings, wallet="stripe")


def test_an_unknown_story_is_refused_with_its_line(tmp_path: Path) -> None:
    settings = _settings(tmp_path, tail="\n[load.stories]\npurchasse = 1\n")

    text = _refusal(settings)

    assert text.startswith("target.toml:")
    assert "found 'purchasse'; wanted one of purchase, storm, haggle, knock; nearest: purchase" in text


def test_a_weight_for_what_the_target_lacks_is_refused(tmp_path: Path) -> None:
    text = _refusal(_settings(tmp_path, tail="\n[load.stories]\nhaggle = 1\n"))

    assert "load.stories.haggle: found a weight for haggle, though the target shows no browser" in text


def test_weights_that_leave_nothing_to_tell_are_refused(tmp_path: Path) -> None:
    text = _refusal(_settings(tmp_path, tail="\n[load.stories]\npurchase = 0\nstorm = 0\n"))

    assert "found nothing to tell" in text


def test_what_is_left_out_is_said_with_its_reason(tmp_path: Path) -> None:
    told = mix(Plan.of({**CALM, "wallet": "applepay"}, seed=1), _settings(tmp_path))

    assert set(told.weights) == {"purchase"}
    assert "no browser" in told.left_out["haggle"]
    assert "no sense with any wallet" in told.left_out["storm"]
    assert told.left_out["knock"] == "its weight is 0"


def test_the_schedule_of_a_mix_tells_no_wallet_what_makes_no_sense_with_it(tmp_path: Path) -> None:
    plan = Plan.of({**CALM, "shape": "soak", "rate": 50.0}, seed=1)
    told = mix(plan, _settings(tmp_path))

    assert ("storm", "applepay") in told.unfit
    assert ("storm", "stripe") not in told.unfit
