"""What goes too far is refused before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.target.problems import ConfigurationError
from fixtures.target.reading import CANONICAL, load
from fixtures.target.settings import Settings
from load.__main__ import main
from load.plan import MOST_RATE, Plan

NOWHERE = "http://127.0.0.1:9"
CALM = {"rate": 1.0, "seconds": 10.0, "buyers": 5, "wallet": "every"}


def _settings(folder: Path, extra: str, tail: str = "") -> Settings:
    file = folder / "target.toml"
    file.write_text(extra + CANONICAL.read_text("utf-8").replace("${BASE_URL}", NOWHERE) + tail, "utf-8")
    return load(file)


def _refusal(settings: Settings, **pace: object) -> str:
    with pytest.raises(ConfigurationError) as refused:
        Plan.of({**CALM, **pace}, seed=1).permit(settings)
    return str(refused.value)


def test_a_url_alone_consents_to_no_load(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--target-url", NOWHERE])

    assert code == 4
    assert "consent" in capsys.readouterr().err


def test_a_target_file_without_the_capability_is_refused_with_its_line(tmp_path: Path) -> None:
    text = _refusal(_settings(tmp_path, 'capabilities = ["gateway"]\n'))

    assert text.startswith("target.toml:1:")
    assert 'capabilities = ["load"]' in text


def test_a_consenting_target_is_loaded(tmp_path: Path) -> None:
    Plan.of(CALM, seed=1).permit(_settings(tmp_path, 'capabilities = ["load"]\n'))


@pytest.mark.parametrize(
    "pace",
    [{"rate": MOST_RATE + 1}, {"rate": 0.0}, {"seconds": 1e6}, {"buyers": 0}, {"wallet": "purse"}],
    ids="-".join,
)
def test_every_ceiling_is_named(tmp_path: Path, pace: dict[str, object]) -> None:
    text = _refusal(_settings(tmp_path, 'capabilities = ["load"]\n'), **pace)

    assert f"--{next(iter(pace))}" in text


def test_more_orders_than_the_file_allows_are_refused(tmp_path: Path) -> None:
    settings = _settings(tmp_path, 'capabilities = ["load"]\n', "\n[limits]\norders = 5\n")

    assert "limits.orders" in _refusal(settings)


def test_more_requests_than_the_file_allows_are_refused(tmp_path: Path) -> None:
    settings = _settings(tmp_path, 'capabilities = ["load"]\n', "\n[limits]\nrequests_per_second = 2.5\n")

    assert "limits.requests_per_second" in _refusal(settings)


def test_a_service_level_of_something_unmeasured_is_refused(tmp_path: Path) -> None:
    level = '\n[[service_levels]]\nmetric = "happiness"\npercentile = 99\nlimit = 1.0\n'
    text = _refusal(_settings(tmp_path, 'capabilities = ["load"]\n', level))

    assert "'happiness'" in text
    assert "purchase" in text


def test_a_wallet_without_a_way_for_notifications_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    text = CANONICAL.read_text("utf-8").replace("${BASE_URL}", NOWHERE).replace('notify = "/notify/paypal"\n', "")
    file.write_text('capabilities = ["load"]\n' + text, "utf-8")

    assert "wallets.paypal: found no notify" in _refusal(load(file))


def test_a_shelf_with_nothing_that_the_limits_allow_is_refused(tmp_path: Path) -> None:
    settings = _settings(
        tmp_path, 'capabilities = ["load"]\n', "\n[limits]\nlargest_amount = { CNY = 1000, USD = 1 }\n"
    )

    assert "largest_amount" in _refusal(settings, wallet="stripe")
