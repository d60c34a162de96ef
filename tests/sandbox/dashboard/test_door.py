"""Nobody sees the dashboard who has neither the printed link nor the token."""

from __future__ import annotations

import pytest

from fixtures.sandbox.dashboard.door import TRIES, WITHIN, Door, TooManyTries
from tests.sandbox.dashboard.conftest import TOKEN, Site
from tests.sandbox.dashboard.reading import form_token, problem

PLACES = ("", "/live", "/traffic", "/exchanges/1", "/payments/toy/a", "/stories/toy/a", "/faults", "/nowhere")


@pytest.mark.parametrize("place", PLACES)
def test_whoever_was_not_let_in_comes_to_the_login(outside: Site, place: str) -> None:
    answer = outside.get(place)

    assert answer.status_code == 303 and answer.headers["location"].startswith("/dashboard/login")


@pytest.mark.parametrize("place", ["/moves/toy/a", "/notifications/toy/a", "/parcels/toy/a", "/faults", "/faults/end"])
def test_nothing_can_be_done_from_outside(outside: Site, place: str) -> None:
    assert outside.browser.post(f"/dashboard{place}", data={"action": "pay"}).status_code == 303


def test_a_part_of_a_page_sends_the_whole_page_to_the_login(outside: Site) -> None:
    answer = outside.get("/live", **{"hx-request": "true"})

    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/dashboard/login")


def test_the_printed_link_lets_in_one_browser_once(outside: Site) -> None:
    link = outside.door.entrance()

    assert outside.browser.get(link).status_code == 200
    assert outside.get("").status_code == 200
    outside.browser.cookies.clear()
    assert outside.browser.get(link).status_code == 403
    assert outside.get("").status_code == 303


def test_the_cookie_is_for_the_dashboard_alone(outside: Site) -> None:
    cookies = outside.browser.get(outside.door.entrance()).headers.get_list("set-cookie")

    (cookie,) = [one for one in cookies if one.startswith("walletproof-dashboard-0=")]
    assert {"HttpOnly", "SameSite=strict", "Path=/dashboard"} <= {part.strip() for part in cookie.split(";")}


def test_the_token_leads_to_the_page_that_was_asked_for(outside: Site) -> None:
    login = outside.get("/payments/toy/a%20b?x=1").headers["location"]
    form = form_token(outside.browser.get(login).text)

    answer = outside.browser.post(login, data={"form": form, "token": TOKEN})

    assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard/payments/toy/a%20b?x=1")


@pytest.mark.parametrize("next", ["//elsewhere.test", "https://elsewhere.test", "/dashboard\\@elsewhere", "/control"])
def test_the_login_leads_nowhere_else(outside: Site, next: str) -> None:
    form = form_token(outside.get("/login").text)

    answer = outside.browser.post("/dashboard/login", params={"next": next}, data={"form": form, "token": TOKEN})

    assert answer.headers["location"] == "/dashboard"


def test_a_wrong_token_is_told(outside: Site) -> None:
    form = form_token(outside.get("/login").text)

    answer = outside.browser.post("/dashboard/login", data={"form": form, "token": "wrong"})

    assert answer.status_code == 403 and "not the token" in problem(answer.text)
    assert "wrong" not in answer.text.partition("<form")[2]


def test_tokens_cannot_be_guessed_quickly() -> None:
    now = [0.0]
    door = Door(TOKEN, clock=lambda: now[0])
    assert [door.show(f"guess {number}") for number in range(TRIES)] == [None] * TRIES

    with pytest.raises(TooManyTries):
        door.show(TOKEN)
    now[0] = WITHIN
    assert door.show(TOKEN) is not None


def test_too_many_tries_are_told_with_the_time_to_wait(outside: Site) -> None:
    for _ in range(TRIES):
        outside.door.show("guess")
    form = form_token(outside.get("/login").text)

    answer = outside.browser.post("/dashboard/login", data={"form": form, "token": TOKEN})

    assert answer.status_code == 429 and "60" in problem(answer.text)


def test_whoever_signs_out_is_outside(site: Site) -> None:
    kept = site.browser.cookies["walletproof-dashboard-0"]

    assert site.post("/leave").headers["location"] == "/dashboard/login"
    site.browser.cookies.set("walletproof-dashboard-0", kept, path="/dashboard")
    assert site.get("").status_code == 303


def test_a_form_of_another_page_is_refused(site: Site) -> None:
    answer = site.browser.post("/dashboard/leave", data={"form": "0" * 64})

    assert answer.status_code == 403 and "not taken" in problem(answer.text)
    assert site.get("").status_code == 200
