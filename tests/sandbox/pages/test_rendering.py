"""What all pages share: headers, languages, forms that nobody else can send."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fixtures.sandbox.pages import forms
from fixtures.sandbox.pages.languages import language_of
from fixtures.sandbox.pages.rendering import render
from tests.sandbox.dashboard.reading import form_token

HOST = "http://127.0.0.1"
BROWSER = {"accept-language": "fr, zh-CN;q=0.9, en;q=0.8"}


async def _show(request: Request) -> Response:
    words = {"login": "in", "dashboard": "d", "login_hint": "half a pair: \ud800", "token": "t"}
    return render(
        request, "dashboard-login.html", problem=None, wait=0, next="/", words=words, link=lambda *_, **__: "/"
    )


async def _take(request: Request) -> Response:
    try:
        return PlainTextResponse(repr(await forms.fields(request)))
    except forms.WrongForm as wrong:
        return PlainTextResponse(str(wrong), 403)


APP = Starlette(routes=[Route("/", _show), Route("/", _take, methods=["POST"])])


def ask(*requests: tuple[str, Mapping[str, str], Mapping[str, str]]) -> list[httpx.Response]:
    """What one browser gets; a field "form" that is "?" is filled in from the page before."""

    async def run() -> list[httpx.Response]:
        answers: list[httpx.Response] = []
        async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url=HOST) as client:
            for method, headers, fields in requests:
                filled = {**fields, "form": form_token(answers[0].text)} if fields.get("form") == "?" else fields
                answers.append(await client.request(method, "/", headers=headers, data=filled or None))
        return answers

    return asyncio.run(run())


def test_a_page_runs_nothing_that_stands_in_it_and_is_in_no_frame() -> None:
    (page,) = ask(("GET", {}, {}))

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff" and page.headers["cache-control"] == "no-store"
    assert " style=" not in page.text and "<script>" not in page.text
    assert "half a pair: ?" in page.text


def test_a_form_comes_back_from_the_page_that_showed_it() -> None:
    _, taken = ask(
        ("GET", {}, {}), ("POST", {"origin": HOST, "sec-fetch-site": "same-origin"}, {"form": "?", "a": "b"})
    )

    assert (taken.status_code, taken.text) == (200, "{'a': 'b'}")


@pytest.mark.parametrize(
    ("headers", "form"),
    [
        ({}, "0" * 64),
        ({}, ""),
        ({"origin": "http://elsewhere.test"}, "?"),
        ({"origin": "null"}, "?"),
        ({"origin": "http://127.0.0.1:81"}, "?"),
        ({"sec-fetch-site": "cross-site"}, "?"),
        ({"sec-fetch-site": "same-site"}, "?"),
    ],
)
def test_a_form_from_elsewhere_is_refused(headers: Mapping[str, str], form: str) -> None:
    _, refused = ask(("GET", {}, {}), ("POST", headers, {"form": form}))

    assert refused.status_code == 403


def test_a_form_of_another_browser_is_refused() -> None:
    (page,) = ask(("GET", {}, {}))

    _, refused = ask(("GET", {}, {}), ("POST", {}, {"form": form_token(page.text)}))

    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("query", "cookie", "browser", "language"),
    [
        ("", "", "fr, zh-CN;q=0.9", "zh"),
        ("", "", "fr", "en"),
        ("", "en", "zh", "en"),
        ("lang=zh", "en", "en", "zh"),
        ("lang=fr", "", "zh", "zh"),
    ],
)
def test_the_language_is_the_one_that_was_asked_for(query: str, cookie: str, browser: str, language: str) -> None:
    headers = [(b"accept-language", browser.encode()), (b"cookie", f"walletproof-language={cookie}".encode())]
    request = Request({"type": "http", "query_string": query.encode(), "headers": headers})

    assert language_of(request) == language
