"""A payment's history becomes a story whose every step can happen; what cannot be told is named."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from fixtures.delivery import LOST, Plan
from fixtures.model import Answer, Call, Exchange, Message, Money, Payment, PaymentState
from fixtures.sandbox.dashboard.export import CASHIER_DEEDS, ONLY_PUSHED, STEP_OF, TROUBLES, Story, story
from fixtures.sandbox.dashboard.stories import as_test, command, file_name, sentences
from fixtures.sandbox.dashboard.story_words import STEPS, UNTOLD
from fixtures.sandbox.post.parcel import Parcel, Sending
from fixtures.stories.course import ORDER, RULES, follow, read
from fixtures.wallets.interface import Event, Wallet
from fixtures.wallets.paypal import WALLET as PAYPAL
from fixtures.wallets.stripe import WALLET as STRIPE
from fixtures.wallets.wechatpay import WALLET as WECHATPAY
from tests.sandbox.dashboard.conftest import Site, opened, paid

PAID = Payment(
    "wechatpay", "pubkey", "1", "a", Money(900, "CNY"), state=PaymentState.PAID, paid=Money(900, "CNY"), paid_at=1.0
)


@dataclass
class Life:
    """What happened to a payment, in order."""

    wallet: Wallet = WECHATPAY
    spoken: list[Exchange] = field(default_factory=list)
    parcels: dict[str, Parcel] = field(default_factory=dict)

    def does(self, action: str, amount: int | None = None, note: str | None = None) -> Life:
        body = b"" if amount is None else json.dumps({"amount": amount}).encode()
        path = f"/cashier/x/{PAID.id}" if note else f"/dashboard/{action}"
        return self._say("buyer", "wallet:x", Message("POST", path, body=body), note=note)

    def calls(self, operation: str, amount: int | None = None, key: str | None = None, note: str | None = None) -> Life:
        asked = None if amount is None else Money(amount, "CNY")
        call = Call("x", operation, "a", asked=asked, key=key)
        return self._say("target", "wallet:x", Message("POST", "/"), call=call, note=note)

    def fails(self, operation: str) -> Life:
        return self._say("target", "wallet:x", Message("POST", "/"), call=Call("x", operation, "a", problem="wrong"))

    def writes(self, id: str, event: Event = "paid", message: str = "", **changes: object) -> Life:
        parcel = Parcel(id, "x", "a", event, message or id, Plan(), "", 0.0, PAID)
        self.parcels[id] = replace(parcel, **changes)  # type: ignore[arg-type]
        return self

    def tells(self, id: str, refusal: str | None = None, status: int | None = 200) -> Life:
        self._say("wallet:x", "target", Message("POST", "/"), answer=None if status is None else Answer(status))
        parcel = self.parcels[id]
        sending = Sending(0.0, self.spoken[-1].sequence, status, refusal)
        self.parcels[id] = replace(parcel, attempts=(*parcel.attempts, sending))
        return self

    def told(self) -> Story:
        found = story(self.wallet, PAID, self.spoken, list(self.parcels.values()))
        events = self.wallet.events()
        assert follow(found.steps, events) == (ORDER, *found.steps)
        assert read(found.spelt) == (ORDER, *found.steps)
        assert {one.reason for one in found.untold} <= set(UNTOLD)
        return found

    def _say(self, source: str, to: str, request: Message, **rest: object) -> Life:
        answer = rest.pop("answer", Answer(200))
        made = Exchange(source, to, request, answer, 0.0, 0.0, order="a", sequence=len(self.spoken) + 1)  # type: ignore[arg-type]
        self.spoken.append(replace(made, **rest))  # type: ignore[arg-type]
        return self


LIVES: dict[str, Life] = {
    "pay,notify,repeat": Life().writes("p").does("pay").tells("p", "not acknowledged", 500).tells("p"),
    "pay,notify,repeat,anew": Life()
    .writes("p")
    .writes("r", message="p")
    .writes("n")
    .does("pay")
    .tells("p")
    .tells("r")
    .tells("n"),
    "pay,unheard,notify": Life().writes("p").does("pay").tells("p", LOST).tells("p"),
    "pay,drop": Life().writes("p", state="withdrawn").does("pay"),
    "pay,refund-outside,notify-last,notify,repeat-first": Life()
    .writes("p")
    .writes("r", "refunded")
    .does("pay")
    .does("refund", 300)
    .tells("r")
    .tells("p")
    .tells("r"),
    "pay,refund-all-outside,notify": Life().writes("p").does("pay").does("refund", 900).tells("p"),
    "pay,refund-part,refund-all-outside": Life()
    .does("pay")
    .calls("refund", 300, "k")
    .calls("refund", 300, "k")
    .does("refund", 600),
    "pay,refund": Life().does("pay").calls("refund", 900),
    "cancel,pay": Life().calls("close").does("pay"),
    "open,decline,give-up": Life(STRIPE).does("open").does("decline").does("cancel"),
    "pend,fail": Life(STRIPE).does("pend").does("fail"),
    "pend,clear": Life(STRIPE).does("pend").does("settle"),
    "decline,pay,notify-last,notify": Life(STRIPE)
    .writes("f", "failed")
    .writes("p")
    .does("decline")
    .does("pay")
    .tells("p")
    .tells("f"),
    "pay,notify": Life(PAYPAL).writes("a", "approved").writes("p").does("pay").tells("a").calls("capture").tells("p"),
    "pay": Life().does("", note="cashier: pay-twice"),
    "outage,pay": Life().calls("query", note="fault unavailable f-1").does("pay"),
    "pay,lost-answer,refund-part": Life().does("pay").calls("refund", 300, "k", "fault lost-answer f-1"),
    "": Life().calls("create").calls("query"),
}


@pytest.mark.parametrize("steps", list(LIVES))
def test_what_happened_is_told(steps: str) -> None:
    told = LIVES[steps].told()

    assert (",".join(told.steps), told.untold) == (steps, ())


UNTOLD_LIVES: dict[str, tuple[Life, str]] = {
    "no-place": (Life().does("pay").does("decline"), "decline"),
    "a-third": (Life().does("pay").does("refund", 100), "1.00 CNY"),
    "another-sum": (Life().does("", note="cashier: pay-amount 5.00 CNY"), "5.00 CNY"),
    "fault": (Life().calls("query", note="fault drip f-1"), "drip"),
    "refused-call": (Life().fails("refund"), "refund: wrong"),
    "by-a-run": (Life()._say("wallet:x", "target", Message("POST", "/")), "#1"),
    "forgery": (Life().writes("p", spoilt="wrong-key").tells("p"), "forgery.wrong-key"),
    "no-answer": (Life().writes("p").does("pay").tells("p", "no answer", None), "p: "),
    "in-between": (
        Life()
        .writes("p")
        .writes("q", "refunded")
        .writes("r", "refunded")
        .does("pay")
        .does("refund", 300)
        .does("refund", 300)
        .tells("q"),
        "q",
    ),
    "by-hand": (Life().writes("p", "unknown").tells("p"), "p: unknown"),
}


@pytest.mark.parametrize("reason", list(UNTOLD))
def test_what_cannot_be_told_is_named(reason: str) -> None:
    life, about = UNTOLD_LIVES[reason]

    assert (reason, about) in {(one.reason, one.about) for one in life.told().untold}


def test_the_words_are_those_of_the_stories() -> None:
    said = {*STEP_OF.values(), *TROUBLES.values(), *ONLY_PUSHED, "refund", "refund-part", "refund-outside"}

    assert said <= set(RULES)
    assert set(STEPS) == {ORDER, *RULES}
    assert {action for deeds in CASHIER_DEEDS.values() for action in deeds} <= set(STEP_OF)


def test_the_command_and_the_sentences_tell_the_same() -> None:
    told = LIVES["pay,notify,repeat"].told()

    words = shlex.split(command(told))

    assert words[-1] == "order,pay,notify,repeat" and words[words.index("--wallet") + 1] == "wechatpay"
    assert len(sentences(told, "zh").sentences) == len(words[-1].split(","))


def test_pytest_runs_the_exported_file(tmp_path: Path) -> None:
    """The command that it starts stands in for the real one here and writes down how it was called."""
    (tmp_path / "walletproof.py").write_text(
        f"import sys, pathlib\npathlib.Path({str(tmp_path / 'said')!r}).write_text(' '.join(sys.argv[1:]))\n"
    )
    file = tmp_path / file_name(replace(PAID, reference="../Ä <b>"))
    file.write_text(as_test(LIVES["pay,refund"].told()), encoding="utf-8")

    ran = _pytest(file, [tmp_path])

    assert ran.returncode == 0, ran.stdout
    assert (
        (tmp_path / "said")
        .read_text()
        .startswith("test --topic lifecycle.story --wallet wechatpay --story order,pay,refund --out")
    )


def _pytest(file: Path, path: Iterable[Path]) -> subprocess.CompletedProcess[str]:
    line = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:walletproof",
        "-c",
        os.devnull,
        str(file),
    ]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(line, cwd=file.parent, env=env, capture_output=True, text=True, check=False)


def test_the_page_shows_the_story_and_the_file(site: Site) -> None:
    opened(site.state, "a")
    assert "Nothing can be told yet" in site.get("/stories/toy/a").text
    site.post("/moves/toy/a", action="pay")

    page, file = site.get("/stories/toy/a").text, site.get("/story-files/toy/a")

    assert "--story order,pay" in page and "She pays at the wallet." in page
    assert file.headers["content-disposition"] == 'attachment; filename="test_story_toy_a.py"'
    compile(file.text, "story", "exec")


def test_a_reference_never_becomes_code(site: Site) -> None:
    paid(site.state, '"""\nimport os #')

    file = site.browser.get("/dashboard/story-files/toy/%22%22%22%0Aimport%20os%20%23")

    assert file.status_code == 200 and "import os #" not in file.text
