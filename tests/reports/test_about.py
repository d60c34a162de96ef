"""The target file is shown without a secret, however short and wherever it stands."""

from __future__ import annotations

import pytest

from reports.about import About, Untested, hidden, masked
from reports.masking import Mask

FILE = """base_url = "https://shop.example"
[authentication.buyers]
first = { token = "abc", name = "Ann" }
second = { token = "${SECOND}" }
[sandbox]
url = "http://127.0.0.1:1"
token = 'xyz'
[wallets.stripe.credentials]
webhook = "whsec"
[order]
request = "POST /orders"
"""


@pytest.mark.parametrize("secret", ["abc", "Ann", "xyz", "whsec"])
def test_literal_secrets_are_hidden_by_their_place(secret: str) -> None:
    assert f"{secret}" not in hidden(FILE)


@pytest.mark.parametrize(
    "kept", ['"https://shop.example"', '"${SECOND}"', '"http://127.0.0.1:1"', '"POST /orders"', "[order]"]
)
def test_everything_else_stays(kept: str) -> None:
    assert kept in hidden(FILE)


def test_known_values_are_masked_wherever_they_stand() -> None:
    about = masked(
        About('path = "/notify/topsecret"', (Untested("stripe", "Connect", "another product"),)), Mask(["topsecret"])
    )

    assert about is not None
    assert "topsecret" not in about.file
    assert about.untested[0].wallet == "stripe"


def test_without_anything_to_tell_there_is_nothing_to_mask() -> None:
    assert masked(None, Mask([])) is None
