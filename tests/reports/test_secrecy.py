"""A run whose every text holds secrets, in every spelling, leaves nothing behind from which one could be read."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

import pytest

from fixtures.audit import audit
from fixtures.model import Answer, Call, Exchange, Message
from reports.finish import finish
from reports.letter import letter
from reports.load import Case, ShownLoad
from reports.masking import Mask
from reports.results import Result
from tests.reports.examples import ERROR, FAILED, GATEWAY_CALL, INCONCLUSIVE, NOT_APPLICABLE, NOTIFICATION
from tests.reports.secrecy import leaks, written

TOKEN = "k9/Zq+LmT=72 v\"X'<&>é"
SHORT = "s3cret"
PEM = "-----BEGIN PRIVATE KEY-----\n" + "MIIEvwIBADANBgkqh/iG9w0BAQEF+ASCBKkwggSl\n" * 6 + "-----END PRIVATE KEY-----\n"
KNOWN = (TOKEN, SHORT, PEM)
BODY = "MIIEvwIBADANBgkqh/iG9w0BAQEF+ASCBKkwggSl"
"""A line of the key: whoever has the lines has the key."""

UNKNOWN = (
    "4242424242424242",
    "4242 4242 4242 4242",
    "alice@shop.example",
    "sk_live_abcdefgh12345678",
    "hunter2-of-bob",
)
"""What no list of secrets names; the rules must know it."""

SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "JSON": json.dumps,
    "JSON, not only ASCII": lambda text: json.dumps(text, ensure_ascii=False),
    "JSON in JSON": lambda text: json.dumps({"inner": json.dumps({"a": text})}),
    "JSON as PHP writes it": lambda text: json.dumps(text).replace("/", "\\/"),
    "URL": lambda text: quote(text, safe=""),
    "URL, lower case": lambda text: quote(text, safe="").replace("%2F", "%2f").replace("%2B", "%2b"),
    "form": lambda text: urlencode({"a": text}),
    "HTML": html.escape,
    "Python": repr,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of more": lambda text: base64.b64encode(f"user:{text}!".encode()).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(f"x{text}".encode()).decode().rstrip("="),
    "base64 in a form": lambda text: quote_plus(base64.b64encode(text.encode()).decode()),
    "hexadecimal": lambda text: text.encode().hex(),
    "other line ends": lambda text: text.replace("\n", "\r\n"),
    "Basic": lambda text: "Authorization: Basic " + base64.b64encode(f"shop:{text}".encode()).decode(),
}


def stuffed(secret: str) -> Result:
    """A failure whose every text is that."""
    call = Call("stripe", "create", "R1", problem=f"bad {secret}", key=secret, notify_url=f"http://shop/?a={secret}")
    header = (("Authorization", f"Bearer {secret}"), ("X-Anything", secret), ("User-Agent", secret), ("Cookie", secret))
    request = Message("POST", f"http://127.0.0.1:1/{secret}?x={secret}", header, f"a={secret}".encode())
    answer = Answer(500, (("Set-Cookie", f"sid={secret}"), ("Location", f"/{secret}")), f"<p>{secret}</p>".encode())
    binary = replace(request, body=b"\xff\xfe" + secret.encode() + b"\xff")
    made = Exchange("buyer", "target", request, answer, 1.0, 0.1, error=secret, note=secret, call=call)
    return replace(
        FAILED,
        message=secret,
        title=f"It says {secret}.",
        expected=secret,
        observed=f"{secret}\nand {secret}",
        cost=secret,
        replay=f"walletproof replay x --out {secret}",
        again=("conformance/test_pay.py::test_x", f"--target-url=http://u:{secret}@shop"),
        citation_url=f"https://example.com/{secret}",
        capability=secret,
        steps=(secret, f"then {secret}"),
        exchanges=(made, replace(made, request=binary, answer=None, at=2.0), NOTIFICATION, GATEWAY_CALL),
    )


def left(folder: Path, results: list[Result], said: str) -> list[str]:
    """All that a run of these results leaves behind, the terminal's text and each letter among it."""
    mask = Mask(KNOWN)
    load = ShownLoad(
        "10 a second", facts=(("memory", said),), cases=(Case("failed", "1", "2", said, results[0].exchanges),)
    )
    text = finish(
        results,
        audit([], [], []),
        out=folder,
        environment={"seed": "7", "note": said, "password": "hunter2-of-bob"},
        mask=mask,
        target=f"http://shop/?{said}",
        load=load,
    )
    return [text, *(letter(mask.result(result)) for result in results), *written(folder)]


def test_no_known_secret_can_be_read_out_of_any_output(tmp_path: Path) -> None:
    said = {f"{name} {n}": spell(secret) for name, spell in SPELLINGS.items() for n, secret in enumerate(KNOWN)}
    results = [replace(stuffed(text), topic=f"pay.case-{n}") for n, text in enumerate(said.values())]
    others = [replace(one, message=TOKEN, observed=PEM) for one in (INCONCLUSIVE, ERROR, NOT_APPLICABLE)]

    outputs = left(tmp_path, [*results, *others], " ".join(said.values()))

    assert {"results.json", "run.json", "report.html", "junit.xml", "evidence", "allure-results"} <= set(outputs)
    assert any(name.endswith(".har") for name in outputs)
    assert leaks(outputs, [TOKEN, html.escape(TOKEN), SHORT, PEM, BODY]) == []


@pytest.mark.parametrize(
    "cut", [TOKEN[:12] + "...", "..." + TOKEN[-12:], f"{TOKEN[:14]}…", "so it ended: " + TOKEN[:10]]
)
def test_the_rest_of_a_secret_that_was_cut_off_is_masked(cut: str) -> None:
    masked = Mask(KNOWN).text(cut)

    assert TOKEN[:8] not in masked
    assert TOKEN[-8:] not in masked
    assert "[masked:" in masked


def test_what_rules_alone_can_know_is_in_no_output(tmp_path: Path) -> None:
    said = " ".join(UNKNOWN[:4]) + ' {"password": "hunter2-of-bob"} <card_holder>hunter2-of-bob</card_holder>'
    eyes = replace(stuffed("nothing"), message=said, observed=said, exchanges=stuffed(said).exchanges)

    assert leaks(left(tmp_path, [eyes], said), UNKNOWN) == []


def test_equal_secrets_stay_equal_and_different_ones_different() -> None:
    mask = Mask(KNOWN)

    marks = {mask.text(spell(TOKEN)).replace('"', "") for spell in (str, json.dumps, quote_plus, html.escape)}
    assert len(marks) == 1
    assert mask.text(SHORT) not in marks


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_what_is_masked_already_stays_as_it_is(spelling: str) -> None:
    mask = Mask(KNOWN)
    for text in map(SPELLINGS[spelling], (*KNOWN, *UNKNOWN, "https://bob:hidden-word@shop.example/")):
        assert mask.text(mask.text(text)) == mask.text(text)
