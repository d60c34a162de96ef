"""Single steps of the doctor: what they say of times, keys and levels, without anything running."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import formatdate

import pytest

from fixtures.doctor.finding import Finding, Verdict, exit_code
from fixtures.doctor.keys import examined
from fixtures.doctor.level import reached, told
from fixtures.doctor.playing import PROVEN
from fixtures.doctor.reaching import judged, skew
from fixtures.doctor.remedies import order_remedy, redirect_remedy
from fixtures.model import Answer, Inconclusive, NotApplicable
from fixtures.target.operations import OrderRefused
from fixtures.trial import import_suites
from fixtures.wallets import discover

NOW = datetime(2026, 11, 23, tzinfo=UTC)
OURS = NOW.timestamp()
WALLETS = discover()


def found(verdict: Verdict, step: str = "order") -> Finding:
    return Finding("stripe", step, verdict, "something")


def test_a_problem_outweighs_a_doubt_and_a_doubt_what_is_in_order() -> None:
    assert exit_code([found(Verdict.OK), found(Verdict.UNKNOWN), found(Verdict.PROBLEM)]) == 1
    assert exit_code([found(Verdict.OK), found(Verdict.UNKNOWN)]) == 3
    assert exit_code([found(Verdict.OK), found(Verdict.BESIDE)]) == 0


def test_a_step_is_one_line_with_its_remedy_below() -> None:
    told_ = Finding("stripe", "order", Verdict.PROBLEM, "no\nanswer", "start\nit").line()

    assert told_.splitlines() == ["problem         stripe: order: no answer", "                → start it"]


@pytest.mark.parametrize(
    ("date", "verdict", "words"),
    [
        (formatdate(OURS + 2, usegmt=True), Verdict.OK, "within 2 s"),
        (formatdate(OURS + 400, usegmt=True), Verdict.PROBLEM, "400 s ahead of ours"),
        (formatdate(OURS - 400, usegmt=True), Verdict.PROBLEM, "400 s behind ours"),
        (None, Verdict.UNKNOWN, "no Date header"),
        ("yesterday", Verdict.UNKNOWN, "no Date header"),
    ],
)
def test_clocks_are_compared(date: str | None, verdict: Verdict, words: str) -> None:
    step = skew(date, OURS)

    assert step.verdict is verdict
    assert words in step.told


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [
        ("Nov 20 00:00:00 2027 GMT", Verdict.OK),
        ("Dec  1 00:00:00 2026 GMT", Verdict.PROBLEM),
        ("", Verdict.UNKNOWN),
    ],
)
def test_a_certificate_is_good_for_two_weeks_at_least(ends: str, verdict: Verdict) -> None:
    assert judged(ends, NOW).verdict is verdict


@pytest.mark.parametrize("name", WALLETS)
def test_the_published_keys_fit_in_every_mode(name: str) -> None:
    wallet = WALLETS[name]
    for mode in wallet.modes:
        assert examined(name, wallet, mode, wallet.published_keys(), NOW).verdict is Verdict.OK


ALIPAY = dict(WALLETS["alipay"].published_keys())
STRIPE = dict(WALLETS["stripe"].published_keys())
BITPAY = dict(WALLETS["bitpay"].published_keys())


@pytest.mark.parametrize(
    ("name", "keys", "words"),
    [
        (
            "alipay",
            {**ALIPAY, "alipay_public_key": ALIPAY["app_public_key"]},
            "platform_private_key and alipay_public_key are not halves of one pair",
        ),
        ("alipay", {**ALIPAY, "app_private_key": ALIPAY["app_public_key"]}, "app_private_key is no private key"),
        ("alipay", {**ALIPAY, "alipay_certificate": "-----BEGIN CERTIFICATE-----\nx"}, "alipay_certificate cannot be"),
        ("bitpay", {**BITPAY, "public_key": "02" + "ab" * 32}, "private_key and public_key are not halves"),
        ("stripe", {name: text for name, text in STRIPE.items() if name != "secret_key"}, "secret_key is missing"),
        ("stripe", {**STRIPE, "webhook_secret": ""}, "webhook_secret is empty"),
    ],
    ids=["swapped", "wrong half", "broken", "curve", "missing", "empty"],
)
def test_keys_that_do_not_fit_are_named(name: str, keys: Mapping[str, str], words: str) -> None:
    wallet = WALLETS[name]

    step = examined(name, wallet, wallet.modes[0], keys, NOW)

    assert step.verdict is Verdict.PROBLEM
    assert words in step.told
    assert f"walletproof keys {name}" in step.remedy
    assert not any(text in step.told for text in keys.values() if len(text) > 40)


def test_a_certificate_that_is_meant_to_be_over_is_no_problem() -> None:
    wallet = WALLETS["paypal"]

    assert examined("paypal", wallet, "capture", wallet.published_keys(), NOW).verdict is Verdict.OK


def test_a_level_is_reached_when_its_steps_bear_it_out() -> None:
    import_suites()
    proven = found(Verdict.OK, PROVEN)

    assert reached(3, [proven]) == 3
    assert reached(3, [proven, found(Verdict.PROBLEM, "gateway calls")]) == 2
    assert reached(3, [proven, found(Verdict.PROBLEM)]) == 1
    assert reached(3, [found(Verdict.PROBLEM)]) == 0
    assert "level 1 (proofs) of 4; the file declares level 3" in told(3, [proven, found(Verdict.PROBLEM)])
    assert told(2, []).startswith("level 0: no genuine proof was taken; the file declares level 2")
    assert told(2, [proven]).startswith("level 2 (orders) of 4\nnext: level 3 brings ")
    assert "declare 'load'" in told(3, [proven])
    assert "everything can be observed" in told(4, [proven])
    assert "notify path" in told(0, [])


def test_the_answer_to_an_order_shows_what_mends_it() -> None:
    assert "[authentication]" in order_remedy(OrderRefused("no", Answer(401)))
    assert "[[shelf]]" in order_remedy(OrderRefused("no", Answer(422)))
    assert order_remedy(OrderRefused("no", Answer(500))) == order_remedy(Inconclusive("no"))


def test_fields_of_the_answer_are_named_and_never_their_values() -> None:
    answer = Answer(200, (), b'{"purchase": {"total": {"currency": "secret"}, "pay-link": "secret"}, "lines": [1]}')

    told = order_remedy(Inconclusive("nothing there"), answer)

    assert '(its answer has purchase.total.currency, purchase."pay-link", lines)' in told and "secret" not in told
    assert 'perhaps purchase."pay-link"' in redirect_remedy(answer)
    assert "perhaps" not in redirect_remedy(Answer(200, (), b"no JSON"))


def test_an_empty_shelf_is_mended_on_the_shelf() -> None:
    assert "[[shelf]] item" in order_remedy(NotApplicable("the shelf has no item in CNY"))
