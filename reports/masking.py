"""Secrets never reach a report: masked by value in every form they travel in, and by rule where the value is unknown.

A mask leaves a short keyed hash, so that equal secrets stay comparable and none can be guessed back from it.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from fixtures.model import Answer, Call, Exchange, Headers, Message
from reports.results import Result, writable
from reports.spellings import SHORTEST, Spellings

MARK = re.compile(r"\[masked:[0-9a-f]{6}\]")

_NAME = (
    r"[\w.\-\[\]]{0,64}(?:secret|token|passw|passphrase|api[_-]?key|private[_-]?key"
    r"|e-?mail|phone|card[_-]?(?:number|holder)|cvv|cvc)[\w.\-\[\]]{0,64}"
)
_SECRET_NAME = re.compile(r"(?i)authorization|cookie|secret|token|password|api[_-]?key|private[_-]?key")
# Headers whose values are shown: those of HTTP itself that say nothing about a person, and what a signature stands on.
# The value of any other header is masked, since nobody knows what a target puts there.
_SHOWN_HEADER = re.compile(
    r"(?i)(?:accept|access-control|content|cross-origin|if|sec)-[\w-]+|accept|age|allow|cache-control|connection|date"
    r"|etag|expect|expires|host|keep-alive|last-modified|location|origin|pragma|prefer|range|referer|referrer-policy"
    r"|permissions-policy|retry-after|server|strict-transport-security|te|trailer|transfer-encoding|upgrade"
    r"|user-agent|vary|via|www-authenticate|traceparent|x-(?:content-type-options|frame-options|xss-protection)"
    r"|[\w-]*(?:signature|timestamp|nonce|serial|idempoten|request-?id|debug-id|correlation-id|transmission|version|cert-url|auth-algo"
    r"|x-identity)[\w-]*"
)
# A quote that follows "=" opens a parameter of the same header; any other quote ends the header.
_HEADER_LINE = re.compile(
    r"(?im)\b((?:proxy-)?authorization|(?:set-)?cookie)(\\*[\"']?\s*:\s*\\*[\"']?)((?:[^\r\n\"'\\]|(?<==)\"[^\"\r\n]*\")+)"
)
_JSON_FIELD = re.compile(
    rf"(?i)(\\{{0,16}}\"{_NAME}\\{{0,16}}\"\s*:\s*)"
    r"(?:(\")((?:[^\"\\]|\\.)+)(?=\")|(\\{1,16}\")((?:(?!\\{1,16}\").)+)|(\d+))"
)
_PYTHON_FIELD = re.compile(rf"(?i)('{_NAME}'\s*:\s*b?')([^']+)'")
_FORM_FIELD = re.compile(rf"(?i)((?:^|[?&;\s'\"]){_NAME}=)([^&;\s'\"]+)")
_XML_FIELD = re.compile(rf"(?i)(<{_NAME}>(?:<!\[CDATA\[)?)([^<\]]+)(?=\]\]>|</)")
_PEM = re.compile(
    r"-----BEGIN(?:[ +]|%20)(?:[A-Z0-9]+(?:[ +]|%20))*PRIVATE(?:[ +]|%20)KEY-----"
    r".*?(?:-----END[^-]*PRIVATE(?:[ +]|%20)KEY-----|\Z)",
    re.DOTALL,
)
_GAP = r"[ +-]|%20"
_PAN = re.compile(
    rf"(?<![\w.])(?:\d{{13,19}}|\d{{4}}({_GAP})\d{{4}}\1\d{{4}}\1\d{{4}}|\d{{4}}({_GAP})\d{{6}}\2\d{{4,5}})(?!\w|\.\d)"
)
# Issuer ranges of the card networks; without them one merchant number in ten would pass for a card by its check digit.
_ISSUER = re.compile(
    r"4\d{12}(?:\d{3}){0,2}$|5[1-5]\d{14}$|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}$|3[47]\d{13}$"
    r"|3(?:0[0-5]|[68]\d)\d{11}$|6(?:011|5\d\d|4[4-9]\d)\d{12}$|62\d{14,17}$|35(?:2[89]|[3-8]\d)\d{12}$"
)
_USER = re.compile(r"(?<=://)[^/?#&\s@'\"<>]+(?=@)")
_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}(?:@|%40|\\u0040)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}(?![\w@])"
)
# Credentials that betray themselves wherever they stand: signed tokens, and keys with a prefix of their vendor's.
_TOKEN = re.compile(
    r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|\b(?:[sr]k_(?:live|test)_|whsec_)[\w+/=]{8,}|\b\w{1,64}_secret_\w{8,}"
)
_SCHEME = re.compile(r"([A-Za-z][\w-]*)\s+(\S.*)", re.DOTALL)


class Mask:
    """Masks texts, bodies, exchanges and results. Values shorter than SHORTEST characters are left to the rules."""

    def __init__(self, secrets: Iterable[str]) -> None:
        values = sorted({value.strip() for value in secrets if len(value.strip()) >= SHORTEST})
        # Keyed by the secrets themselves: the same in every process of a run, useless to who does not know them.
        self._key = hashlib.sha256("\0".join(values).encode()).digest() if values else os.urandom(32)
        self._known = Spellings({value: self._mark(value) for value in values})
        self._remembered = lru_cache(maxsize=4096)(self._text)

    def text(self, text: str) -> str:
        """The text with every known and every recognisable secret masked; masking twice changes nothing.

        What cannot be written as UTF-8 (half a surrogate pair in a fuzzed payload) is escaped.
        """
        masked = self._remembered(text) if len(text) <= 512 else self._text(text)
        return writable(masked)

    def body(self, body: bytes) -> bytes:
        """A masked body; bytes that are no UTF-8 survive."""
        return self._text(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def headers(self, headers: Headers) -> Headers:
        """Masked headers: those that are known to be harmless by value, all others whole; a scheme is kept."""
        return tuple((name, self._header(name, value)) for name, value in headers)

    def mapping(self, values: Mapping[str, str]) -> dict[str, str]:
        """Masked values; one whose name betrays a secret is masked whole."""
        return {
            name: self._credentials(value) if _SECRET_NAME.search(name) else self.text(value)
            for name, value in values.items()
        }

    def exchange(self, exchange: Exchange) -> Exchange:
        """The exchange as it may be shown."""
        request, answer = exchange.request, exchange.answer
        return replace(
            exchange,
            request=Message(
                request.method, self.text(request.url), self.headers(request.headers), self.body(request.body)
            ),
            answer=answer and Answer(answer.status, self.headers(answer.headers), self.body(answer.body)),
            error=exchange.error and self.text(exchange.error),
            note=exchange.note and self.text(exchange.note),
            base_url=exchange.base_url and self.text(exchange.base_url),
            call=exchange.call and self._call(exchange.call),
        )

    def result(self, result: Result) -> Result:
        """The result as it may be shown."""
        texts = ("message", "title", "capability", "expected", "observed", "cost", "replay", "citation_url")
        return replace(
            result,
            **{name: self.text(getattr(result, name)) for name in texts},  # type: ignore[arg-type]
            steps=tuple(map(self.text, result.steps)),
            again=tuple(map(self.text, result.again)),
            exchanges=tuple(map(self.exchange, result.exchanges)),
            way=result.way and replace(result.way, barriers=tuple(map(self.text, result.way.barriers))),
        )

    def _call(self, call: Call) -> Call:
        return replace(
            call,
            problem=call.problem and self.text(call.problem),
            key=call.key and self.text(call.key),
            notify_url=call.notify_url and self.text(call.notify_url),
        )

    def _text(self, text: str) -> str:
        text = self._known.masked(text)
        text = _PEM.sub(lambda found: self._mark(found[0]), text)
        text = _HEADER_LINE.sub(lambda found: found[1] + found[2] + self._credentials(found[3]), text)
        text = _JSON_FIELD.sub(self._json_field, text)
        text = _PYTHON_FIELD.sub(lambda found: f"{found[1]}{self._mark(found[2])}'", text)
        for named in (_FORM_FIELD, _XML_FIELD):
            text = named.sub(lambda found: found[1] + self._mark(found[2]), text)
        for rule in (_USER, _TOKEN, _EMAIL):
            text = rule.sub(lambda found: self._mark(found[0]), text)
        return _PAN.sub(self._card, text)

    def _header(self, name: str, value: str) -> str:
        shown = _SHOWN_HEADER.fullmatch(name) and not _SECRET_NAME.search(name)
        return self.text(value) if shown or not value else self._credentials(value)

    def _credentials(self, value: str) -> str:
        scheme = _SCHEME.fullmatch(value)
        return f"{scheme[1]} {self._mark(scheme[2])}" if scheme else self._mark(value)

    def _json_field(self, found: re.Match[str]) -> str:
        name, quote, text, escaped, inner, number = found.groups()
        if number is not None:
            return f'{name}"{self._mark(number)}"'
        return f"{name}{quote or escaped}{self._mark(text or inner)}"

    def _card(self, found: re.Match[str]) -> str:
        digits = re.sub(r"%20|\D", "", found[0])
        return self._mark(digits) if _ISSUER.match(digits) and _luhn(digits) else found[0]

    def _mark(self, value: str) -> str:
        if MARK.fullmatch(value):
            return value
        return f"[masked:{hashlib.blake2b(value.encode('utf-8', 'surrogateescape'), key=self._key).hexdigest()[:6]}]"


def _luhn(digits: str) -> bool:
    """The check digit of card numbers (ISO/IEC 7812-1, annex B)."""
    doubled = (sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0
