"""A buyer whose browser runs no scripts: reads a page, presses a button, follows where she is sent."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"
_VOID = frozenset({"input", "meta", "link", "br"})


@dataclass
class Element:
    """A tag with its attributes, the text inside, and the form around it."""

    tag: str
    attributes: dict[str, str]
    form: Element | None = None
    text: str = ""

    def __contains__(self, name: str) -> bool:
        return name in self.attributes

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        form = next((one for one in reversed(self._open) if one.tag == "form"), None)
        element = Element(tag, {name: value or "" for name, value in attrs}, form)
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data


@dataclass
class Shown:
    """A page as it came."""

    answer: httpx.Response
    elements: list[Element] = field(init=False)

    def __post_init__(self) -> None:
        reader = _Reader()
        reader.feed(self.answer.text)
        self.elements = reader.elements

    @property
    def status(self) -> int:
        return self.answer.status_code

    def find(self, id: str) -> Element | None:
        return next((one for one in self.elements if one.attributes.get("id") == id), None)

    def __getitem__(self, id: str) -> Element:
        found = self.find(id)
        assert found is not None, f"no #{id} on the page: {self.answer.status_code} {self.answer.text}"
        return found

    def says(self, id: str) -> str:
        return " ".join(self[id].text.split())

    @property
    def state(self) -> str:
        return self["state"]["data-state"]

    @property
    def enabled(self) -> set[str]:
        """The buttons that can be pressed."""
        buttons = [one for one in self.elements if one.tag == "button" and "name" in one and "disabled" not in one]
        return {one["id"] for one in buttons}

    @property
    def refresh(self) -> str | None:
        """Where the page goes by itself."""
        metas = [one for one in self.elements if one.attributes.get("http-equiv") == "refresh"]
        return metas[0]["content"].partition("url=")[2] if metas else None


class Buyer:
    """One browser without scripts, with its cookies."""

    def __init__(self, sandbox_url: str, language: str = "en") -> None:
        self.sandbox_url = sandbox_url
        self.http = httpx.Client(
            trust_env=False,
            timeout=20,
            follow_redirects=True,
            headers={"accept": HTML, "accept-language": language},
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),  # without the roots, which take time to load
        )

    def open(self, url: str, **params: str) -> Shown:
        return Shown(self.http.get(urljoin(self.sandbox_url, url), params=params or None))

    def fields(self, page: Shown, id: str, **filled: str) -> dict[str, str]:
        """What the form around a button sends when that one is pressed."""
        button = page[id]
        assert button.form is not None, f"#{id} is in no form"
        inputs = [one for one in page.elements if one.tag == "input" and one.form is button.form]
        sent = {one["name"]: one.attributes.get("value", "") for one in inputs}
        return sent | ({button["name"]: button["value"]} if "name" in button else {}) | filled

    def press(self, page: Shown, id: str, **filled: str) -> Shown:
        button = page[id]
        assert "disabled" not in button, f"#{id} cannot be pressed"
        assert button.form is not None
        target = urljoin(str(page.answer.url), button.form.attributes.get("action", ""))
        return self.post(target, self.fields(page, id, **filled))

    def post(self, url: str, fields: Mapping[str, str], **headers: str) -> Shown:
        return Shown(self.http.post(urljoin(self.sandbox_url, url), data=dict(fields), headers=headers))
