"""The dashboard in a real Chromium, over a real sandbox: it lives, it is worked by keys, it runs nothing foreign."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from fixtures.model import Message, Money, Payment
from fixtures.sandbox.process import Sandbox
from tests.sandbox.toy import TOY

if TYPE_CHECKING:
    from playwright.sync_api import Page

NASTY = "<img src=x onerror=document.title='owned'>"


@pytest.fixture
def shop() -> Iterator[str]:
    """Where a shop hears notifications: it understands none of a whole schedule, and acknowledges the next."""
    heard: list[bytes] = []

    class Shop(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["content-length"])))
            body = b"success" if len(heard) > len(TOY.docs.retry_schedule) + 1 else b"what?"
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/notify"
    server.shutdown()
    server.server_close()


@pytest.fixture
def inside(toy: Sandbox, page: Page) -> Page:
    """A page of somebody who has shown the token."""
    page.set_default_timeout(10_000)
    page.goto(f"{toy.url}/dashboard")
    page.fill("#token", toy.token)
    page.click("#login")
    page.wait_for_selector("#payments")
    page.wait_for_load_state()
    return page


def opens(toy: Sandbox, reference: str, notify_url: str | None = None) -> None:
    """Somebody orders."""
    money = Money(1250, "CNY")
    toy.client.assume(Payment("toy", "plain", f"id-{reference}", reference, money, notify_url=notify_url, assumed=True))


def test_a_payment_is_followed_moved_and_told_of(toy: Sandbox, inside: Page, shop: str) -> None:
    """What happens appears without a reload; what is open stays open, what has the focus keeps it."""
    opens(toy, "live-1", shop)
    inside.get_by_role("link", name="live-1").click()
    inside.click("#do-pay")
    inside.get_by_text("not the word success").wait_for()
    inside.locator("[id^=resend-]").first.click()
    inside.locator(".state.acknowledged").first.wait_for()

    lines = inside.locator("#course li > details").count()
    heard = inside.locator("#course li > details").nth(lines - 1)
    heard.locator("summary").click()
    heard.get_by_text("counts this answer as an acknowledgement").wait_for()
    toy.client.deliver(Message("POST", shop, (), b"{}"), timeout=5, order="live-1")
    inside.locator("#course li > details").nth(lines).wait_for()
    assert heard.evaluate("opened => opened.open")


def test_it_is_worked_by_keys(toy: Sandbox, inside: Page) -> None:
    opens(toy, "keys-1")
    opens(toy, NASTY)
    inside.wait_for_selector("[data-row]")
    inside.keyboard.press("/")
    inside.keyboard.type("keys-1")
    inside.keyboard.press("Enter")
    inside.wait_for_url("**q=keys-1**")
    inside.locator("[data-row]").first.wait_for()
    assert inside.locator("[data-row]").count() == 1

    inside.keyboard.press("?")
    assert inside.locator("#keys").is_visible()
    inside.keyboard.press("Escape")
    inside.locator("#keys").wait_for(state="hidden")
    inside.keyboard.press("j")
    inside.locator("a:focus", has_text="keys-1").wait_for()
    opens(toy, "keys-10")
    inside.get_by_role("link", name="keys-10").wait_for()
    assert inside.evaluate("document.activeElement.textContent") == "keys-1"
    inside.keyboard.press("Enter")
    inside.wait_for_url("**/payments/toy/keys-1")
    inside.keyboard.press("u")
    inside.get_by_role("link", name=NASTY).click()
    inside.wait_for_selector("#payment-state")
    assert inside.title() != "owned"


def test_no_page_is_wider_than_a_narrow_screen(toy: Sandbox, inside: Page) -> None:
    reference = "long-" * 30
    opens(toy, reference)
    inside.set_viewport_size({"width": 360, "height": 800})
    for place in ("", "/traffic", "/faults", f"/payments/toy/{reference}", f"/stories/toy/{reference}"):
        inside.goto(f"{toy.url}/dashboard{place}")
        assert inside.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
