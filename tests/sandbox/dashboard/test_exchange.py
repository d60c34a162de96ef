"""One exchange laid open: what was sent, why a signature is believed, no secret, and no text that becomes a page."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from fixtures.model import Answer, Call, Exchange, Message
from fixtures.wallets.explanation import Explanation
from tests.sandbox.dashboard.conftest import NOTIFY, Site, opened, paid
from tests.sandbox.dashboard.reading import rows, text_of

NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"


def told(site: Site, *, spoilt: bool = False, answer: Answer | None = None) -> int:
    """A notification of WeChat Pay, with a byte changed after it was signed if it is spoilt."""
    payment = paid(site.state, "a", wallet="wechatpay")
    wallet, keys = site.state.wallets["wechatpay"], site.state.keys["wechatpay"]
    message = wallet.prove("paid", payment, keys, site.state.stamp(), NOTIFY, "http://127.0.0.1/wechatpay")
    if spoilt:
        message = replace(message, body=message.body.replace(b"{", b"{ ", 1))
    exchange = Exchange("wallet:wechatpay", "target", message, answer, 1.0, 0.2, None if answer else "gone", "a")
    return site.state.history.append(exchange).sequence


def test_a_signature_that_fits_is_explained(site: Site) -> None:
    page = text_of(site.get(f"/exchanges/{told(site, answer=Answer(204))}").text)

    assert "The signature fits." in page and "WECHATPAY2-SHA256-RSA2048" in page
    assert "counts this answer as an acknowledgement" in page


def test_both_canonical_strings_are_shown_with_the_first_differing_byte(site: Site) -> None:
    page = site.get(f"/exchanges/{told(site, spoilt=True, answer=Answer(500))}").text
    expected, signed = (
        re.search(rf'<pre tabindex="0" class="bytes {name}">(.*?)</pre>', page, re.DOTALL)
        for name in ("expected", "signed")
    )

    assert expected is not None and signed is not None
    assert "<mark> </mark>" in expected[1] and "<mark>&#34;</mark>" in signed[1]
    assert "<i>↵\n</i>" in expected[1]
    at = re.search(r'class="differs">(\d+)<', page)
    assert at is not None and len(_before_the_mark(expected[1])) == int(at[1])
    assert "will repeat" in text_of(page)


def _before_the_mark(shown: str) -> bytes:
    before = re.sub(r"<i>↵\n</i>", "\n", shown.partition("<mark>")[0])
    return html.unescape(re.sub(r"<[^>]+>", "", before)).encode()


def test_an_explanation_that_breaks_is_an_error_of_ours(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    number = told(site)

    def breaks(*_: object) -> Explanation | None:
        raise RuntimeError("broken")

    monkeypatch.setattr(type(site.state.wallets["wechatpay"]), "explain_proof", breaks)
    answer = site.get(f"/exchanges/{number}")

    assert answer.status_code == 200 and "error of the sandbox" in text_of(answer.text)


def test_secrets_are_starred_out_until_they_are_asked_for(site: Site) -> None:
    secret = site.state.keys["wechatpay"]["apiv3_key"]
    headers = (("authorization", "Bearer abcdefghijkl"), ("content-type", "application/json"))
    body = f'{{"key": "{secret}", "access_token": "qwertyuiop"}}'.encode()
    request = Message("POST", f"/x?token={secret}", headers, body)
    call = Call("wechatpay", "create", "a", False, f"wrong: {secret}")
    exchange = Exchange("target", "wallet:wechatpay", request, Answer(200, (), body), 1.0, 0.1, order="a", call=call)
    opened(site.state, "a", wallet="wechatpay")
    number = site.state.history.append(exchange).sequence

    hidden = [f"/exchanges/{number}", f"/exchanges/{number}/request", "/traffic", "/payments/wechatpay/a"]
    for place in hidden:
        page = site.get(place).text
        assert secret not in page and "qwertyuiop" not in page and "abcdefghijkl" not in page
    shown = site.get(f"/exchanges/{number}?secrets=shown").text
    assert shown.count(secret) >= 5 and "Bearer abcdefghijkl" in shown
    assert site.get(f"/exchanges/{number}/request?secrets=shown").content == body


def test_a_curl_line_stands_ready(site: Site) -> None:
    page = site.get(f"/exchanges/{told(site)}").text

    assert re.search(r"<textarea[^>]+readonly[^>]*>curl -sS -i -X POST http://127.0.0.1:9/notify", page)


def test_a_body_is_a_download_and_never_a_page(site: Site) -> None:
    answer = site.get(f"/exchanges/{told(site)}/request")

    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert site.get("/exchanges/1/nothing").status_code == 404


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_that_the_target_says_becomes_markup(site: Site, language: str) -> None:
    payment = replace(opened(site.state, NASTY), id=NASTY, notify_url=NASTY, return_url=NASTY)
    site.state.ledger.book("toy").save(payment)
    message = Message("POST", f"/{NASTY}", ((NASTY, NASTY),), NASTY.encode())
    call = Call("toy", NASTY, NASTY, False, NASTY)
    exchange = Exchange(
        "target",
        "wallet:toy",
        message,
        Answer(200, ((NASTY, NASTY),), NASTY.encode()),
        1.0,
        0.1,
        NASTY,
        NASTY,
        call=call,
    )
    number = site.state.history.append(exchange).sequence
    link = re.search(r'href="(/dashboard/payments/toy/[^"]+)"', site.get("").text)
    assert link is not None

    for place in (
        link[1],
        link[1].replace("payments", "stories"),
        "/dashboard",
        "/dashboard/traffic",
        f"/dashboard/exchanges/{number}",
    ):
        page = site.browser.get(place, params={"lang": language, "q": NASTY, "wallet": NASTY[:0]})
        assert page.status_code == 200, place
        assert "<title>" in page.text and "&lt;span" not in page.text
        assert "<script>alert" not in page.text and "<img" not in page.text and "49" not in rows(page.text)
        policy = page.headers["content-security-policy"]
        assert "script-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("reference", ["a/b", "", "../..", "a b?c#d", "\ud800", "订单", "x" * 5000, "a%2Fb", "story"])
def test_a_payment_of_any_reference_has_its_page(site: Site, reference: str) -> None:
    opened(site.state, reference)
    link = re.search(r'href="(/dashboard/payments/toy/[^"]*)"', site.get("").text)

    assert link is not None
    if reference != "\ud800":  # half a surrogate pair cannot stand in a URL: its payment is only listed
        assert site.browser.get(link[1].replace("..", "%2E%2E")).status_code == 200


@pytest.mark.parametrize("body", [b"[" * 100_000, b"\xff\xfe\x00", b"{" + b'"a":' * 10, b"a=1&b=%ff", b"x" * 100_000])
def test_any_body_is_shown(site: Site, body: bytes) -> None:
    exchange = Exchange("target", "wallet:toy", Message("POST", "/pay", (), body), Answer(200, (), body), 1.0, 0.1)

    page = site.get(f"/exchanges/{site.state.history.append(exchange).sequence}")

    assert page.status_code == 200 and len(page.content) < 100_000
