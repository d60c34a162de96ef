"""What strangers can do with a page, on pages that let them and on pages that do not."""

from __future__ import annotations

from playwright.sync_api import Page

from fixtures.browser.barriers import barriers
from fixtures.browser.inspecting import exposed, framed, smuggled
from tests.browsing.pages import html, site

STRICT = "default-src 'none'; script-src 'self'; img-src data:"
SECRET = "k-7f3a9c51d2e8b604"


def test_a_page_without_policy_runs_whatever_is_smuggled_in(page: Page) -> None:
    with site(open=html("", content_security_policy=""), strict=html("", content_security_policy=STRICT)) as shop:
        page.goto(shop.url("/strict"))
        assert smuggled(page, STRICT) == []
        page.goto(shop.url("/open"))
        assert smuggled(page, "") == ["an inline script", "an inline handler", "a script from another host"]


def test_only_what_lets_itself_be_framed_is_shown_in_a_frame(page: Page) -> None:
    pages = {
        "anybody": html("x"),
        "denied": html("x", x_frame_options="DENY"),
        "own": html("x", content_security_policy="frame-ancestors 'self'"),
        "naked": html("x"),
    }
    with site(**pages) as shop:
        urls = {name: shop.url(f"/{name}") for name in ("denied", "own", "naked")}
        assert framed(page.context, urls, shop.url("/anybody")) == ("naked",)
        assert framed(page.context, urls, shop.url("/denied")) is None


def test_secrets_are_found_wherever_a_page_keeps_them(page: Page) -> None:
    cookies = {"set-cookie": "sessionid=1; Path=/"}
    talkative = "<script>localStorage.setItem('k', 'sk_test_abcdefgh12345678')</script>"
    with site(shop=(200, cookies, f"<!doctype html>{talkative}"), quiet=html("nothing")) as shop:
        page.goto(shop.url("/shop"))
        found = set(exposed(page, {"stripe's key": SECRET}, [f"<!-- {SECRET} -->"]))
        page.evaluate("() => localStorage.clear()")
        page.context.clear_cookies()
        page.goto(shop.url("/quiet"))
        nothing = list(exposed(page, {"stripe's key": SECRET}, ["nothing"]))

    assert found == {
        "answers: stripe's key",
        "source: a secret key of Stripe's kind",
        "storage: a secret key of Stripe's kind",
        "the cookie sessionid of the session, which any script may read",
    }
    assert nothing == []


def test_axe_names_rule_and_element(page: Page) -> None:
    with site(form=html('<html lang="en"><main><h1>x</h1><input id="code"></main>')) as shop:
        page.goto(shop.url("/form"))
        [found] = [one for one in barriers("checkout", page) if one.rule == "label"]

    assert found.grave
    assert str(found).startswith("checkout: label (critical): ")
    assert found.element == "#code"
