"""The exchanges of a result as an HTTP archive (HAR 1.2), which browsers and other tools open; expects them masked."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import harfile

from fixtures.curl import absolute
from fixtures.model import Answer, Exchange, Headers, Message, Outcome
from reports.results import Result
from reports.timeline import in_order

FOLDER = "evidence"
HTTP = "HTTP/1.1"


def write_evidence(results: Iterable[Result], out: Path) -> None:
    """Writes an archive for each result that did not pass and has exchanges; removes those of an earlier run."""
    folder = out / FOLDER
    for old in folder.glob("*.har"):
        old.unlink()
    every = [result for result in results if result.outcome is not Outcome.PASSED and result.exchanges]
    met = Counter(result.identity for result in every)
    for result in every:
        name = result.identity if met[result.identity] == 1 else f"{result.identity}/{result.setup}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file_name(name)).write_text(archive(result.exchanges, name), "utf-8")


def file_name(identity: str) -> str:
    """The archive's name: the result's identity with dots for slashes; a mark behind it where more had to go."""
    name = identity.replace("/", ".")
    plain = re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII)[:120]
    mark = "" if plain == name else "-" + hashlib.sha256(identity.encode()).hexdigest()[:8]
    return f"{plain}{mark}.har"


def archive(exchanges: Sequence[Exchange], title: str = "") -> str:
    """The archive as JSON text. Each entry's comment says who asked whom; without an answer its status is 0."""
    text = io.StringIO()
    creator = harfile.Creator(name="walletproof", version=version("walletproof"))
    with harfile.open(text, creator=creator, comment=title or None) as file:
        for exchange in in_order(exchanges):
            milliseconds = round(exchange.seconds * 1000, 3)
            file.add_entry(
                startedDateTime=datetime.fromtimestamp(exchange.at, UTC),
                time=milliseconds,
                request=_request(exchange),
                response=_response(exchange.answer),
                timings=harfile.Timings(send=0, wait=milliseconds, receive=0),
                comment=_comment(exchange),
            )
    return text.getvalue() + "\n"


def _request(exchange: Exchange) -> harfile.Request:
    request, url = exchange.request, absolute(exchange)
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    return harfile.Request(
        method=request.method,
        url=url,
        httpVersion=HTTP,
        headers=_records(request.headers),
        queryString=_records(query),
        postData=_post_data(request) if request.body else None,
        bodySize=len(request.body),
    )


def _post_data(request: Message) -> harfile.PostData:
    text, encoding = _readable(request.body)
    comment = f"{encoding}: the bytes are no text" if encoding else None  # the format has no field for it here
    return harfile.PostData(mimeType=request.header("content-type") or "", text=text, comment=comment)


def _response(answer: Answer | None) -> harfile.Response:
    if answer is None:
        return harfile.Response(status=0, statusText="", httpVersion=HTTP)
    text, encoding = _readable(answer.body)
    kind = answer.header("content-type") or ""
    return harfile.Response(
        status=answer.status,
        statusText=HTTPStatus(answer.status).phrase if answer.status in list(HTTPStatus) else "",
        httpVersion=HTTP,
        headers=_records(answer.headers),
        content=harfile.Content(size=len(answer.body), mimeType=kind, text=text, encoding=encoding),
        redirectURL=answer.header("location") or "",
        bodySize=len(answer.body),
    )


def _records(pairs: Headers | Sequence[tuple[str, str]]) -> list[harfile.Record]:
    return [harfile.Record(name=name, value=value) for name, value in pairs]


def _readable(body: bytes) -> tuple[str, str | None]:
    """The body as text, or as base64 where it is none, and the name of that encoding."""
    try:
        return body.decode(), None
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), "base64"


def _comment(exchange: Exchange) -> str:
    operation = exchange.call.operation if exchange.call else ""
    who = f"{exchange.source} → {exchange.destination}"
    return "; ".join(filter(None, (who, operation, exchange.error, exchange.note)))
