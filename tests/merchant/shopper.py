"""A browser without a screen: keeps cookies, follows redirects within the shop, fills in forms as they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx


class Page(HTMLParser):
    """What a test asks of a page: its elements by id, its forms with their fields."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.answer = answer
        self.ids: dict[str, dict[str, str | None]] = {}
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.values: dict[str, list[str]] = {}
        self.refresh: str | None = None
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps what is asked for later."""
        known = dict(attrs)
        if (id := known.get("id")) is not None:
            self.ids[id] = known
        if tag == "form":
            self.forms.append((known.get("action") or "", {}))
        name, value = known.get("name"), known.get("value")
        if tag == "input" and name is not None and known.get("type") == "hidden":
            self.forms[-1][1][name] = value or ""
        elif tag == "input" and name is not None:
            self.values.setdefault(name, []).append(value or "")
        if tag == "meta" and known.get("http-equiv") == "refresh":
            self.refresh = known.get("content")

    def form(self, action: str) -> dict[str, str]:
        """The hidden fields of the first form to a path that ends so."""
        return next(fields for path, fields in self.forms if path.endswith(action))


@dataclass
class Shopper:
    """Somebody before the shop's pages."""

    http: httpx.Client

    def open(self, path: str, **query: str) -> Page:
        """The page at which she ends up."""
        return self._landed(self.http.get(path, params=query or None))

    def send(self, page: Page, action: str, fields: Mapping[str, str] | None = None) -> Page:
        """Fills in a form of a page and sends it."""
        return self._landed(self.sent(page, action, fields))

    def sent(self, page: Page, action: str, fields: Mapping[str, str] | None = None) -> httpx.Response:
        """The bare answer to a form."""
        return self.http.post(action, data={**page.form(action), **(fields or {})})

    def log_in(self, code: str = "token-a") -> Page:
        """As a buyer."""
        return self.send(self.open("/shop/login"), "/shop/login", {"token": code})

    def add(self, item: str) -> Page:
        """Puts something into the cart."""
        shelf = self.open("/shop")
        return self.send(shelf, "/shop/cart/add", {"item": item})

    def _landed(self, answer: httpx.Response) -> Page:
        while answer.status_code == 303:
            answer = self.http.get(urljoin(str(answer.url), answer.headers["location"]))
        return Page(answer)


@contextmanager
def shopper(url: str, **headers: str) -> Iterator[Shopper]:
    """A fresh browser at a shop."""
    said = {"accept": "text/html", **headers}
    # nothing here speaks TLS, and to load the authorities takes longer than a test
    with httpx.Client(base_url=url, headers=said, trust_env=False, timeout=20, verify=False) as http:
        yield Shopper(http)
