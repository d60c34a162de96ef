"""The faults by which a gateway seems to answer, or to be somewhere else."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest

from fixtures.network.faults import EFFECT, TRAP, Fault, Kind
from fixtures.sandbox.process import Sandbox

Ask = Callable[[str], httpx.Response]


@pytest.fixture
def ask(toy: Sandbox, http: httpx.Client) -> Ask:
    return lambda reference: http.get(f"{toy.gateway_url('toy')}/pay/{reference}")


@pytest.fixture
def open_order(toy: Sandbox, http: httpx.Client) -> Ask:
    asked = {"amount": 5, "currency": "CNY"}
    return lambda reference: http.post(f"{toy.gateway_url('toy')}/pay", json={"reference": reference, **asked})


def creation(kind: Kind, seconds: float = 0.0) -> Fault:
    return Fault(wallet="toy", operation="create", kind=kind, reference=f"new-{kind}", seconds=seconds)


@pytest.mark.parametrize("kind", ["empty", "foreign", "redirect", "unavailable-after", "system-error-after"])
def test_a_call_takes_effect_as_its_kind_says(toy: Sandbox, open_order: Ask, kind: Kind) -> None:
    toy.client.fault(creation(kind))

    open_order(f"new-{kind}")

    assert (toy.client.payment("toy", f"new-{kind}") is not None) is (EFFECT[kind] == "first")


@pytest.mark.parametrize(("kind", "status"), [("unavailable-after", 503), ("system-error-after", 500)])
def test_an_error_after_the_effect_is_the_vendors_own(toy: Sandbox, ask: Ask, kind: Kind, status: int) -> None:
    toy.client.fault(Fault(wallet="toy", operation="query", kind=kind, reference="late"))

    answer = ask("late")

    assert (answer.status_code, answer.text) == (status, f"toy {kind.removesuffix('-after')}")


def test_a_throttled_caller_is_told_when_to_come_back(toy: Sandbox, ask: Ask) -> None:
    toy.client.fault(Fault(wallet="toy", operation="query", kind="throttled", reference="many"))

    answer = ask("many")

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")


def test_a_refused_connection_is_reset(toy: Sandbox, open_order: Ask) -> None:
    toy.client.fault(creation("refused"))

    with pytest.raises(httpx.ReadError):
        open_order("new-refused")

    assert toy.client.payment("toy", "new-refused") is None


def test_a_silent_gateway_hangs_up_in_the_end(toy: Sandbox, open_order: Ask) -> None:
    toy.client.fault(creation("silent", seconds=0.1))
    begun = time.monotonic()

    with pytest.raises(httpx.RemoteProtocolError):
        open_order("new-silent")

    assert time.monotonic() - begun >= 0.09
    assert toy.client.payment("toy", "new-silent") is None
    assert toy.client.history(order="new-silent")[-1].error == "never answered"


def test_an_empty_answer_has_no_body(toy: Sandbox, ask: Ask) -> None:
    toy.client.fault(Fault(wallet="toy", operation="query", kind="empty", reference="void"))

    answer = ask("void")

    assert (answer.status_code, answer.content) == (200, b"")


def test_a_foreign_answer_is_well_formed_in_the_callers_language(toy: Sandbox, http: httpx.Client) -> None:
    toy.client.fault(Fault(wallet="toy", operation="other", kind="foreign", times=2))
    url = f"{toy.gateway_url('toy')}/somewhere"

    json, xml = http.post(url, json={}), http.post(url, content=b"<xml/>")

    assert json.json()["success"] is True
    assert (xml.headers["content-type"], xml.text[:5]) == ("text/xml", "<xml>")


def test_the_right_answer_may_come_under_the_wrong_type(toy: Sandbox, ask: Ask) -> None:
    genuine = ask("typed")
    toy.client.fault(Fault(wallet="toy", operation="query", kind="wrong-type", reference="typed"))

    answer = ask("typed")

    assert (answer.content, answer.headers["content-type"]) == (genuine.content, "text/html")


def test_a_dripping_answer_arrives_whole(toy: Sandbox, ask: Ask) -> None:
    genuine = ask("drip")
    fault = toy.client.fault(Fault(wallet="toy", operation="query", kind="drip", reference="drip", seconds=0.2))

    answer = ask("drip")

    assert answer.content == genuine.content
    assert toy.client.hits(fault) == 1


def test_a_stale_answer_is_the_latest_about_the_other_order(toy: Sandbox, ask: Ask, create: Callable[[], str]) -> None:
    other, mine = create(), create()
    told = ask(other)
    toy.client.fault(Fault(wallet="toy", operation="query", kind="stale", reference=mine, of=other))

    stale, genuine = ask(mine), ask(mine)

    assert (stale.content, stale.headers["x-signature"]) == (told.content, told.headers["x-signature"])
    assert genuine.content != told.content


def test_what_a_fault_has_spoilt_is_never_told_again(toy: Sandbox, ask: Ask, create: Callable[[], str]) -> None:
    other, mine = create(), create()
    toy.client.fault(Fault(wallet="toy", operation="query", kind="garbage", reference=other))
    ask(other)
    toy.client.fault(Fault(wallet="toy", operation="query", kind="stale", reference=mine, of=other))

    assert ask(mine).content == b""


def test_who_follows_a_redirect_is_seen_at_the_other_host(toy: Sandbox, http: httpx.Client) -> None:
    id = toy.client.fault(Fault(wallet="toy", operation="query", kind="redirect", reference="astray"))

    answer = http.get(f"{toy.gateway_url('toy')}/pay/astray")
    http.get(answer.headers["location"], headers={"authorization": "Bearer mine"})

    asked, led = httpx.URL(toy.gateway_url("toy")), httpx.URL(answer.headers["location"])
    assert answer.status_code == 307
    assert (led.host != asked.host, led.port) == (True, asked.port)
    arrived = toy.client.history(wallet="toy", operation="other")[-1].request
    assert (arrived.url, arrived.header("authorization")) == (f"{TRAP}{id}", "Bearer mine")
