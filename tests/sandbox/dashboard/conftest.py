"""A dashboard over a state in memory, and somebody who has signed in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import httpx
import pytest
from starlette.applications import Starlette

from fixtures.model import Exchange, Message, Money, Payment, PaymentState
from fixtures.sandbox import dashboard
from fixtures.sandbox.dashboard.door import Door
from fixtures.sandbox.errands import Allowed
from fixtures.sandbox.names import LOOPBACK
from fixtures.sandbox.post.office import PostOffice
from fixtures.sandbox.state import State
from fixtures.wallets.interface import Wallet
from fixtures.wallets.wechatpay import WALLET as WECHATPAY
from tests.sandbox.dashboard.reading import form_token
from tests.sandbox.toy import TOY

TOKEN = "the-token-of-the-control-api"
NOTIFY = "http://127.0.0.1:9/notify"


class Browser:
    """Asks the application itself. Its loop runs while it asks, so that nothing happens behind a test's back."""

    def __init__(self, app: Starlette) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
        self._runner = asyncio.Runner()

    @property
    def cookies(self) -> httpx.Cookies:
        """What the browser keeps."""
        return self._client.cookies

    def get(
        self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Opens a URL."""
        return self._runner.run(self._client.get(url, params=params, headers=headers))

    def post(
        self, url: str, data: Mapping[str, str], params: Mapping[str, str] | None = None, **headers: str
    ) -> httpx.Response:
        """Sends a form."""
        return self._runner.run(self._client.post(url, data=data, params=params, headers=headers))

    def close(self, state: State) -> None:
        """Ends whatever is under way."""
        self._runner.run(state.post.close())
        self._runner.run(self._client.aclose())
        self._runner.close()


@dataclass(frozen=True)
class Site:
    """Somebody's browser at the dashboard, and the state behind it."""

    state: State
    door: Door
    browser: Browser

    def get(self, path: str, **headers: str) -> httpx.Response:
        """A page below /dashboard."""
        return self.browser.get(f"/dashboard{path}", headers=headers)

    def post(self, path: str, **fields: str) -> httpx.Response:
        """A form of a page, filled in."""
        token = form_token(self.get("/faults").text)
        return self.browser.post(f"/dashboard{path}", data={"form": token, **fields})


def state_of(*wallets: Wallet) -> State:
    """A sandbox of these wallets."""
    state = State({one.name: one for one in wallets}, {one.name: one.published_keys() for one in wallets}, 7)
    state.post = PostOffice(state, Allowed(LOOPBACK))
    return state


@contextmanager
def site_of(state: State) -> Iterator[Site]:
    """Its dashboard, and a browser that was not let in."""
    door = Door(TOKEN)
    browser = Browser(dashboard.application(state, Allowed(LOOPBACK), door))
    try:
        yield Site(state, door, browser)
    finally:
        browser.close(state)


@pytest.fixture
def state() -> State:
    """A sandbox of two wallets."""
    return state_of(TOY, WECHATPAY)


@pytest.fixture
def outside(state: State) -> Iterator[Site]:
    """A browser that was not let in."""
    with site_of(state) as site:
        yield site


@pytest.fixture
def site(outside: Site) -> Site:
    """A browser that was let in."""
    assert outside.browser.get(outside.door.entrance()).status_code == 200
    return outside


def opened(state: State, reference: str, amount: int = 1250, at: float = 1000.0, wallet: str = "toy") -> Payment:
    """A payment that waits for its buyer."""
    maker = state.wallets[wallet]
    made = maker.assume(reference, Money(amount, "CNY"), maker.modes[0], state.stamp(), NOTIFY)
    payment = replace(made, created_at=at, assumed=False)
    state.ledger.book(wallet).save(payment)
    return payment


def paid(state: State, reference: str, wallet: str = "toy") -> Payment:
    """A payment that was made, of which nothing was told."""
    payment = opened(state, reference, wallet=wallet)
    done = replace(payment, state=PaymentState.PAID, paid=payment.asked, paid_at=1001.0)
    state.ledger.book(wallet).save(done)
    return done


def said(state: State, payment: Payment, body: bytes, source: str = "target") -> Exchange:
    """Something that was said about it."""
    place = f"wallet:{payment.wallet}"
    request = Message("POST", "/pay", (("content-type", "application/json"),), body)
    there = "target" if source == place else place
    return state.history.append(Exchange(source, there, request, None, 1002.0, 0.01, "lost", payment.reference))
