"""`[browser]`: how a step is written, and what is said of one that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.target.browsing import Line, line
from fixtures.target.problems import ConfigurationError
from fixtures.target.reading import parse
from fixtures.target.settings import Settings
from fixtures.wallets import discover

WALLETS = discover()
GOOD = """
base_url = "http://127.0.0.1:8000"
capabilities = ["browser"]
[wallets.alipay]
notify = "/notify"
[browser]
enter = ["open /login", "fill #token {token}"]
cart = [
  "open /shop",
  "click [data-add=\\"{item}\\"]",
]
pay = "#pay"
order = ["take id #order"]
[authentication.buyers]
first = { token = "token-a" }
"""


def settings(text: str) -> Settings:
    """The settings of a target file."""
    return parse(text, Path("target.toml"), WALLETS, {})


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("open /shop?a=b", Line("open", text="/shop?a=b")),
        ("  click  form.cart button >> nth=0 ", Line("click", "form.cart button >> nth=0")),
        ("choose input[value='a b']", Line("choose", "input[value='a b']")),
        ("see #order", Line("see", "#order")),
        ("fill #token {token} x", Line("fill", "#token", "{token} x")),
        ('fill "form #token" {token}', Line("fill", "form #token", "{token}")),
        ("take id #order", Line("take", "#order", "id")),
        ("take reference 'p.order b' data-reference", Line("take", "p.order b", "reference", "data-reference")),
    ],
)
def test_a_step_is_a_line(text: str, step: Line) -> None:
    assert line(text) == step


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("open shop", '"open PATH"'),
        ("click", '"click SELECTOR"'),
        ("fill #token", '"fill SELECTOR TEXT"'),
        ("take name #order", r'"take NAME SELECTOR \[ATTRIBUTE\]"'),
        ("wait 5", "a step: open PATH, click SELECTOR"),
        ("", "a step: open PATH"),
    ],
)
def test_what_is_no_step_is_told_what_would_be_one(text: str, wanted: str) -> None:
    with pytest.raises(ValueError, match=wanted):
        line(text)


def test_a_table_becomes_ways() -> None:
    table = settings(GOOD).browser

    assert table is not None
    assert table.ways["cart"][1] == Line("click", '[data-add="{item}"]')
    assert table.ways["returned"] == ()


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('"open /shop"', '"opn /shop"', r"target.toml:9: browser.cart\[0\]: found .*wanted a step: open PATH"),
        ("{item}", "{itm}", r"target.toml:10: browser.cart\[1\]: found the placeholder \{itm\}.*nearest: item"),
        ('"open /login"', '"open http://shop.example/"', r"browser.enter\[0\]: found the host shop.example"),
        ('["take id #order"]', '["see #order"]', r"browser.order: found no step that takes the order's id"),
        ('capabilities = ["browser"]', 'capabilities = ["browsr"]', "nearest: browser"),
        ("[browser]\nenter", "[hygiene]\n[elsewhere]\nenter", "capabilities: found 'browser' without|elsewhere"),
        ('pay = "#pay"', "", r"browser.pay: found nothing"),
        ('pay = "#pay"', 'pay = "#pay"\nurl = "http://shop.example"', "browser.url: found the host shop.example"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(right: str, wrong: str, told: str) -> None:
    assert right in GOOD
    with pytest.raises(ConfigurationError, match=told):
        settings(GOOD.replace(right, wrong))


def test_consent_without_a_way_is_refused() -> None:
    before, _, rest = GOOD.partition("[browser]")
    with pytest.raises(ConfigurationError, match=r"found 'browser' without a \[browser\] table"):
        settings(before + rest[rest.index("[authentication") :])
