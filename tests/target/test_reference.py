"""The reference, the example and the code say the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import UnionType
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from fixtures.target import CAPABILITIES, ConfigurationError, capabilities, level, load
from fixtures.target.placeholders import KNOWN_ORDER, PLACING, PRESENTED
from fixtures.target.settings import Settings
from fixtures.wallets import discover

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "target.md").read_text("utf-8")
ENVIRONMENT = {
    "FIRST_BUYER_PASSWORD": "first-password",
    "SECOND_BUYER_PASSWORD": "second-password",
    "SANDBOX_TOKEN": "sandbox-token",
    "SHOP_STRIPE_SECRET": "whsec_private",
}


def models_in(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and not isinstance(annotation, UnionType) and issubclass(annotation, BaseModel):
        return {annotation}.union(*(models_in(field.annotation) for field in annotation.model_fields.values()))
    return set().union(*map(models_in, get_args(annotation)))


KEYS = sorted({field.alias or name for model in models_in(Settings) for name, field in model.model_fields.items()})


@pytest.mark.parametrize("key", KEYS)
def test_every_key_stands_in_the_reference(key: str) -> None:
    assert f"`{key}`" in REFERENCE or f".{key}`" in REFERENCE or f"[{key}" in REFERENCE


@pytest.mark.parametrize("name", CAPABILITIES)
def test_every_capability_stands_in_the_reference_with_its_sentence(name: str) -> None:
    assert f"| `{name}` | {CAPABILITIES[name]} |" in REFERENCE


@pytest.mark.parametrize("word", sorted(PLACING | KNOWN_ORDER | PRESENTED))
def test_every_placeholder_stands_in_the_reference(word: str) -> None:
    assert f"`{{{word}}}`" in REFERENCE


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example beside private keys, as its reader would make them."""
    for name in ("alipay", "stripe"):
        keys = discover()[name].make_keys()
        text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
        (tmp_path / f"{name}.keys.toml").write_text(text)
    return Path(shutil.copy(ROOT / "examples" / "target.toml", tmp_path))


def test_the_example_is_right(example: Path) -> None:
    settings = load(example, environ=ENVIRONMENT)

    assert level(capabilities(settings)) == 3
    assert {"refund", "cancel", "list", "expiry", "two-buyers", "fulfilments", "openapi"} <= capabilities(settings)
    assert set(ENVIRONMENT.values()) <= settings.secrets()


def test_the_example_is_refused_without_its_secrets(example: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(example, environ={})

    assert [line.split("; wanted")[0].split("found ")[1] for line in str(caught.value).splitlines()] == [
        f"${{{name}}}, which is not set"
        for name in ("FIRST_BUYER_PASSWORD", "SECOND_BUYER_PASSWORD", "SHOP_STRIPE_SECRET", "SANDBOX_TOKEN")
    ]


def test_the_canonical_contract_off_loopback_takes_its_keys_from_the_environment(tmp_path: Path) -> None:
    keys = {name: wallet.make_keys() for name, wallet in discover().items()}
    (tmp_path / "all.json").write_text(json.dumps({name: dict(table) for name, table in keys.items()}))

    settings = load(url="https://shop.example", environ={"WALLETPROOF_KEYS": str(tmp_path / "all.json")})

    assert not settings.loopback and settings.bounds.orders == 100
