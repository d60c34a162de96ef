"""Which browser is driven, what it may reach, and that it leaves others' event loops alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fixtures.browser import chromium
from fixtures.browser.chromium import NAMED_BY, Chromium, NoBrowser, executable, lacking, resolver_rules, shared
from tests.browsing.pages import html, site


def test_the_environment_names_the_executable(tmp_path: Path) -> None:
    named = tmp_path / "chrome"
    named.touch()

    assert executable({NAMED_BY: str(named)}) == str(named)


def test_a_name_that_is_no_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoBrowser, match=f"{NAMED_BY} names .*name a Chromium, or unset it"):
        executable({NAMED_BY: str(tmp_path / "nothing")})


def test_without_a_browser_everybody_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(chromium, "_shared", {})
    monkeypatch.setenv(NAMED_BY, str(tmp_path / "nothing"))
    assert lacking() is None

    for _ in range(2):  # the second time nothing is tried again
        with pytest.raises(NoBrowser):
            shared("--host-resolver-rules=nowhere")

    assert NAMED_BY in (lacking() or "")


def test_rules_keep_ports_apart_and_lead_names_elsewhere() -> None:
    rules = resolver_rules(["shop.example:8443", "localhost"], {"api.wallet.example": "127.0.0.1:9000"})

    assert rules == (
        "--host-resolver-rules=MAP api.wallet.example 127.0.0.1:9000, MAP shop.example:8443 shop.example:8443, "
        "MAP * ~NOTFOUND, EXCLUDE localhost"
    )


def test_nothing_but_this_machine_has_an_address(chromium: Chromium) -> None:
    with chromium.awake() as browser, site(here=html("here")) as pages:
        page = browser.new_page()
        assert page.goto(pages.url("/here")) is not None
        failures: list[str | None] = []
        page.on("requestfailed", lambda request: failures.append(request.failure))
        page.evaluate("() => Promise.allSettled(['http://shop.example/', 'http://192.0.2.1/'].map(u => fetch(u)))")
        page.close()

    assert len(failures) == 2
    assert not any("CONNECTION" in (failure or "") for failure in failures)


def test_others_may_run_a_loop_of_their_own_beside_it(chromium: Chromium) -> None:
    with chromium.awake() as browser:
        browser.new_page().close()

    assert asyncio.run(asyncio.sleep(0, "done")) == "done"
