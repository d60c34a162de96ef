"""Each fault does what its name says, to the calls it is for and to no other."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from fixtures.network.faults import Fault, Kind
from fixtures.sandbox.client import SandboxError
from fixtures.sandbox.process import Sandbox
from fixtures.wallets.interface import Refused

DEADLINE = 5.0  # seconds; far above what a hold takes to begin


def query(kind: Kind, reference: str | None = None, *, times: int = 1, seconds: float = 0.0, after: int = 0) -> Fault:
    return Fault(
        wallet="toy", operation="query", kind=kind, reference=reference, times=times, seconds=seconds, after=after
    )


def creation(kind: Kind, reference: str) -> Fault:
    return Fault(wallet="toy", operation="create", kind=kind, reference=reference)


@pytest.fixture
def ask(toy: Sandbox, http: httpx.Client) -> Callable[[str], httpx.Response]:
    return lambda reference: http.get(f"{toy.gateway_url('toy')}/pay/{reference}")


@pytest.fixture
def open_order(toy: Sandbox, http: httpx.Client) -> Callable[[str], httpx.Response]:
    asked = {"amount": 5, "currency": "CNY"}
    return lambda reference: http.post(f"{toy.gateway_url('toy')}/pay", json={"reference": reference, **asked})


def wait_until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(DEADLINE / 0.005)):
        if condition():
            return
        pause.wait(0.005)
    raise AssertionError("it did not happen in time")


@contextmanager
def in_background(call: Callable[[], httpx.Response]) -> Iterator[Future[httpx.Response]]:
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(call)


@pytest.mark.parametrize(("kind", "status"), [("unavailable", 503), ("throttled", 429), ("system-error", 500)])
def test_an_outage_is_the_vendors_own_answer_and_has_no_effect(
    toy: Sandbox, open_order: Callable[[str], httpx.Response], kind: Kind, status: int
) -> None:
    reference = f"outage-{kind}"
    toy.client.fault(creation(kind, reference))

    answer = open_order(reference)

    assert (answer.status_code, answer.text) == (status, f"toy {kind}")
    assert toy.client.payment("toy", reference) is None
    assert open_order(reference).status_code == 200


def test_a_cut_comes_before_the_effect(toy: Sandbox, open_order: Callable[[str], httpx.Response]) -> None:
    toy.client.fault(creation("cut", "cut-1"))

    with pytest.raises(httpx.RemoteProtocolError):
        open_order("cut-1")

    assert toy.client.payment("toy", "cut-1") is None
    told = toy.client.history(order="cut-1")[-1]
    assert told.answer is None
    assert told.call is not None
    assert told.call.operation == "create"


def test_a_lost_answer_comes_after_the_effect(toy: Sandbox, open_order: Callable[[str], httpx.Response]) -> None:
    id = toy.client.fault(creation("lost-answer", "lost-1"))

    with pytest.raises(httpx.RemoteProtocolError):
        open_order("lost-1")

    assert toy.client.payment("toy", "lost-1") is not None
    told = toy.client.history(order="lost-1")[-1]
    assert (told.answer, told.note) == (None, f"fault lost-answer {id}")


def test_half_an_answer_announces_the_whole(toy: Sandbox, open_order: Callable[[str], httpx.Response]) -> None:
    toy.client.fault(creation("half", "half-1"))

    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        open_order("half-1")

    assert toy.client.payment("toy", "half-1") is not None
    told = toy.client.history(order="half-1")[-1].answer
    whole = open_order("half-1")
    assert told is not None
    assert len(told.body) == len(whole.content) // 2


@pytest.mark.parametrize("kind", ["cut", "half"])
def test_the_connection_ends_over_tls_too(toy: Sandbox, kind: Kind) -> None:
    toy.client.fault(query(kind, "tls-1"))
    with (
        httpx.Client(trust_env=False, verify=False) as client,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        client.get(f"{toy.tls_url}/toy/pay/tls-1")


def test_garbage_is_a_page_with_status_200(toy: Sandbox, open_order: Callable[[str], httpx.Response]) -> None:
    toy.client.fault(creation("garbage", "garbage-1"))

    answer = open_order("garbage-1")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html")
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert toy.client.payment("toy", "garbage-1") is None


def test_a_bad_signature_leaves_the_body_alone(toy: Sandbox, ask: Callable[[str], httpx.Response]) -> None:
    genuine = ask("bad-1")
    toy.client.fault(query("bad-signature", "bad-1"))

    spoilt = ask("bad-1")

    assert spoilt.content == genuine.content
    assert spoilt.headers["x-signature"] != genuine.headers["x-signature"]


def test_a_slow_answer_takes_its_seconds(toy: Sandbox, ask: Callable[[str], httpx.Response]) -> None:
    toy.client.fault(query("slow", "slow-1", seconds=0.2))

    answer = ask("slow-1")

    assert answer.status_code == 200
    assert toy.client.history(order="slow-1")[-1].seconds >= 0.19  # timers may be a millisecond early


@pytest.mark.parametrize(("kind", "opened"), [("hold-before", False), ("hold-after", True)])
def test_a_hold_waits_for_its_release(
    toy: Sandbox, open_order: Callable[[str], httpx.Response], kind: Kind, opened: bool
) -> None:
    reference = f"release-{kind}"
    id = toy.client.fault(creation(kind, reference))
    with in_background(lambda: open_order(reference)) as answer:
        wait_until(lambda: toy.client.holding(id) == 1)
        seen = toy.client.payment("toy", reference)
        toy.client.release(id)
        status = answer.result(DEADLINE).status_code

    assert (seen is not None) is opened
    assert status == 200
    assert toy.client.payment("toy", reference) is not None
    assert (toy.client.holding(id), toy.client.hits(id)) == (0, 1)


def test_a_hold_ends_with_its_seconds(toy: Sandbox, ask: Callable[[str], httpx.Response]) -> None:
    toy.client.fault(query("hold-after", "hold-2", seconds=0.1))

    assert ask("hold-2").status_code == 200


def test_clearing_a_fault_releases_what_it_holds(toy: Sandbox, ask: Callable[[str], httpx.Response]) -> None:
    id = toy.client.fault(query("hold-after", "hold-3"))
    with in_background(lambda: ask("hold-3")) as answer:
        wait_until(lambda: toy.client.holding(id) == 1)
        toy.client.clear(id)
        assert answer.result(DEADLINE).status_code == 200


def test_a_release_lets_go_only_what_waits_now(toy: Sandbox, ask: Callable[[str], httpx.Response]) -> None:
    id = toy.client.fault(query("hold-before", "hold-4"))
    toy.client.release(id)
    with in_background(lambda: ask("hold-4")) as answer:
        wait_until(lambda: toy.client.holding(id) == 1)
        toy.client.release(id)
        assert answer.result(DEADLINE).status_code == 200


def test_a_fault_hits_so_many_calls_and_skips_so_many_first(toy: Sandbox, ask: Callable[[str], httpx.Response]) -> None:
    id = toy.client.fault(query("unavailable", "count-1", times=2, after=1))

    statuses = [ask("count-1").status_code for _ in range(5)]

    assert statuses == [200, 503, 503, 200, 200]
    assert toy.client.hits(id) == 2


def test_a_fault_with_a_reference_leaves_other_orders_alone(toy: Sandbox, ask: Callable[[str], httpx.Response]) -> None:
    id = toy.client.fault(query("unavailable", "mine"))

    assert ask("other").status_code == 200
    assert ask("mine").status_code == 503
    assert toy.client.hits(id) == 1


def test_a_reference_is_found_behind_another_number(
    toy: Sandbox, ask: Callable[[str], httpx.Response], create: Callable[[], str]
) -> None:
    reference = create()
    payment = toy.client.payment("toy", reference)
    assert payment is not None
    toy.client.fault(query("unavailable", reference))

    assert ask(payment.id).status_code == 503


def test_a_fault_for_every_operation_hits_any(toy: Sandbox, open_order: Callable[[str], httpx.Response]) -> None:
    toy.client.fault(Fault(wallet="toy", operation="*", kind="unavailable", reference="any-1"))

    assert open_order("any-1").status_code == 503


def test_the_first_fault_in_force_takes_the_call(toy: Sandbox, ask: Callable[[str], httpx.Response]) -> None:
    toy.client.fault(query("unavailable", "two-1"))
    toy.client.fault(query("throttled", "two-1"))

    assert [ask("two-1").status_code for _ in range(3)] == [503, 429, 200]


def test_a_cleared_fault_is_gone(toy: Sandbox, ask: Callable[[str], httpx.Response]) -> None:
    id = toy.client.fault(query("unavailable", "clear-1", times=9))
    toy.client.clear(id)

    assert ask("clear-1").status_code == 200
    with pytest.raises(SandboxError, match="404 unknown fault"):
        toy.client.hits(id)


def test_a_fault_can_bring_its_own_id_once(toy: Sandbox) -> None:
    fault = Fault(id="mine/1", wallet="toy", operation="query", kind="cut", reference="own-1")

    assert toy.client.fault(fault) == "mine/1"
    assert toy.client.hits("mine/1") == 0
    with pytest.raises(Refused, match="already set"):
        toy.client.fault(fault)


@pytest.mark.parametrize(
    ("wallet", "operation", "reason"),
    [("toy", "capture", "422 operation: toy has"), ("nobody", "query", "404 unknown wallet")],
)
def test_a_fault_that_could_never_hit_is_refused(toy: Sandbox, wallet: str, operation: str, reason: str) -> None:
    with pytest.raises(SandboxError, match=reason):
        toy.client.fault(Fault(wallet=wallet, operation=operation, kind="cut"))


@pytest.mark.parametrize(("times", "after", "seconds"), [(0, 0, 0.0), (1, -1, 0.0), (1, 0, -1.0), (1, 0, 1e9)])
def test_impossible_numbers_are_refused(times: int, after: int, seconds: float) -> None:
    with pytest.raises(ValueError, match=r"^(times|after|seconds): "):
        query("cut", times=times, after=after, seconds=seconds)
