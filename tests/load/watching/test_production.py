"""In production only heartbeats are told, and only of stories without a proof of ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.target.problems import ConfigurationError
from fixtures.target.reading import load
from fixtures.target.settings import Load, Settings
from load.consent import permit
from load.mix import mix
from load.plan import Plan

HEARTBEAT = Plan(rate=1 / 60, seconds=600, buyers=10, wallet="every", seed=1, shape="heartbeat", process="constant")


def live(**more: object) -> Settings:
    """The embedded merchant's settings, as if it were live."""
    settings = load(embedded_url="http://127.0.0.1:1")
    return settings.model_copy(update={"load": Load.model_validate({"production": True, **more})})


def test_only_stories_without_a_proof_are_told() -> None:
    told = permit(HEARTBEAT, live())

    assert told.weights == {"browse": 1.0, "knock": 1.0}
    assert "needs a proof of ours" in told.left_out["purchase"]


def test_a_target_that_cancels_nothing_is_only_knocked_at() -> None:
    settings = live()
    settings = settings.model_copy(update={"order": settings.order.model_copy(update={"cancel": ()})})

    told = mix(HEARTBEAT, settings)

    assert told.weights == {"knock": 1.0}
    assert "cancel" in told.left_out["browse"]


def test_a_weight_for_a_story_that_pays_is_refused() -> None:
    with pytest.raises(
        ConfigurationError, match="a weight for purchase, which needs a proof of ours; wanted browse, knock"
    ):
        mix(HEARTBEAT, live(stories={"purchase": 1.0}))


@pytest.mark.parametrize(("changes", "told"), [({"shape": "peak"}, "wanted heartbeat"), ({"rate": 1.0}, "at most 0.2")])
def test_nothing_else_than_a_heartbeat_is_permitted(changes: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        permit(replace(HEARTBEAT, **changes), live())  # type: ignore[arg-type]


def test_staging_is_no_production() -> None:
    settings = load(embedded_url="http://127.0.0.1:1")

    assert not settings.load.production
    assert "purchase" in permit(HEARTBEAT, settings).weights
