"""Target, sandbox and wallet as the checks know them, over the connections of one Locust user.

Only the way to the wire is replaced: hosts, limits, steps and captures stay those of the target file.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from fixtures.counterpart import Counterpart
from fixtures.model import Answer, Exchange, Inconclusive, Message
from fixtures.sandbox.client import SandboxClient, SandboxError
from fixtures.target.budget import Budget
from fixtures.target.client import Client, TargetUnwell
from fixtures.target.hosts import Hosts
from fixtures.target.redirects import origin
from fixtures.target.target import Target
from fixtures.wallets.interface import Refused


class Line(Protocol):
    """Locust's FastHttpSession, as far as we speak through it."""

    def request(self, method: str, url: str, **options: Any) -> Any: ...


def ask(line: Line, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
    """One request. Raises ConnectionError where there was no whole answer.

    Locust's own bookkeeping is left out (`catch_response`): only the story knows whether an answer is a success.
    """
    given = {"User-Agent": "walletproof", "Accept-Encoding": "identity", **headers}
    response = line.request(method, url, data=body, headers=given, catch_response=True, allow_redirects=False)
    if not response.status_code:
        raise ConnectionError(str(response.error or "no answer"))
    return Answer(response.status_code, tuple(response.headers.items()), response.content or b"")


class Wire(Client):
    """The wire to the target through a Locust user's connections; `timing.request` limits each wait for data."""

    def __init__(
        self, hosts: Hosts, seconds: float, budget: Budget, record: Callable[[Exchange], None], line: Line
    ) -> None:
        super().__init__(hosts, seconds, budget, record)
        self._line = line

    def _answer(self, message: Message, due: float, pieces: Iterator[bytes] | None = None) -> Answer:
        try:
            return ask(self._line, message.method, message.url, dict(message.headers), message.body)
        except ConnectionError as problem:
            place = f"{message.method} {message.url.split('?', 1)[0]}"
            raise TargetUnwell(f"{place}: no whole answer ({problem}); see the target's log") from None


class LoadTarget(Target):
    """The target of a load run; `over` gives it to one user."""

    def over(self, line: Line) -> LoadTarget:
        """The same target with its limits and logins, over another user's connections."""
        other = copy.copy(self)
        other._desk = desk = copy.copy(self._desk)
        desk.client = Wire(self.settings.hosts, self.settings.timing.request, desk.budget, desk._recorded, line)
        return other


class Control(SandboxClient):
    """The sandbox's control API over a Locust user's connections."""

    def __init__(self, url: str, token: str, line: Line) -> None:
        self.url = url
        self._line = line
        self._headers = {"Authorization": f"Bearer {token}"}

    def close(self) -> None:
        """Nothing: the connections are the user's."""

    def _call(self, method: str, path: str, **options: Any) -> bytes:
        query = "&".join(f"{name}={value}" for name, value in options.get("params", {}).items())
        url = f"{self.url}/control{path}" + (f"?{query}" if query else "")
        try:
            answer = ask(self._line, method, url, self._headers, options.get("content", b""))
        except ConnectionError as problem:
            raise SandboxError(f"the sandbox at {self.url} could not be asked: {problem}") from None
        if answer.status == 409:
            raise Refused(answer.body.decode("utf-8", "replace"))
        if answer.status >= 300:
            raise SandboxError(f"{method} /control{path}: {answer.status}")
        return answer.body


class Cashier(Counterpart):
    """The wallet's counterpart whose buyer opens pages over a Locust user's connections."""

    line: Line

    def _browse(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.hostname in self.docs.production_hosts:
            url = f"{self._gateway_url}{parts.path}?{parts.query}"
        elif origin(url) != origin(self._sandbox_url):
            return
        try:
            ask(self.line, "GET", url, {})
        except ConnectionError as problem:
            raise SandboxError(f"the sandbox's page could not be opened: {problem}") from None
        except ValueError as problem:
            raise Inconclusive(f"the target gave the buyer no usable URL: {problem}") from None
