"""A Chromium for tests: `chromium` once a session, `page` in a context of its own; nothing but loopback has an address.

The executable is the one that WALLETPROOF_CHROMIUM names, else chromium, chromium-browser or google-chrome on PATH,
else playwright's own; without any of them these tests are skipped and say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from fixtures.browser.chromium import Chromium, NoBrowser, start

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """The running browser; `with chromium.awake() as browser` makes contexts of one's own."""
    try:
        running = start()
    except NoBrowser as reason:
        pytest.skip(str(reason))
    yield running
    running.close()


@pytest.fixture
def page(chromium: Chromium) -> Iterator[Page]:
    """An empty page of a buyer who has never been here."""
    with chromium.awake() as browser:
        context = browser.new_context()
        yield context.new_page()
        context.close()
