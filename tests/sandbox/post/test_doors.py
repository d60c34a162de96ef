"""The post office at the control API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from fixtures.model import Answer
from fixtures.sandbox.control import control_api
from fixtures.sandbox.errands import NOWHERE
from tests.sandbox.post.counter import Counter, target

Ask = Callable[..., Awaitable[httpx.Response]]


def asking(counter: Counter, scenario: Callable[[Ask], Awaitable[None]]) -> None:
    """Plays the scenario with a way to ask the control API."""

    async def played() -> None:
        transport = httpx.ASGITransport(control_api(counter.state, NOWHERE))
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox/control", trust_env=False) as client:

            async def ask(method: str, path: str, body: Any = None) -> httpx.Response:
                return await client.request(method, path, json=body)

            await scenario(ask)
        await counter.office.close()

    asyncio.run(played())


def test_a_notification_is_posted_held_released_repeated_and_withdrawn() -> None:
    counter = Counter()

    async def scenario(ask: Ask) -> None:
        async with target(Answer(500), Answer(200, (), b"success")) as shop:
            payment = counter.pay("toy", shop.url())
            wanted = {"wallet": "toy", "reference": payment.reference, "held": True, "lost": [2], "message_id": "m1"}
            posted = (await ask("POST", "/parcels", wanted)).json()
            assert (posted["id"], posted["state"], posted["plan"]["schedule"]) == ("parcel-1", "held", [1.0, 2.0])
            assert (await ask("POST", "/parcels/parcel-1/release")).json()["state"] == "waiting"
            await counter.ended(counter.office.get("parcel-1"))
            assert (await ask("POST", "/parcels/parcel-1/resend")).json()["message_id"] == "m1"
            copies = (await ask("POST", "/parcels/parcel-1/duplicate", {"copies": 2})).json()
            assert [copy["id"] for copy in copies] == ["parcel-3", "parcel-4"]
            await counter.ended(*counter.office.parcels())
            for _ in range(2):
                await ask("POST", "/parcels", {**wanted, "schedule": []})
            ordered = (await ask("POST", "/parcels/order", {"ids": ["parcel-6", "parcel-5"]})).json()
            assert [(one["id"], one["after"]) for one in ordered] == [("parcel-6", None), ("parcel-5", "parcel-6")]
            await counter.ended(*counter.office.parcels())
            late = (await ask("POST", "/parcels", {**wanted, "held": False, "delay": 1000})).json()
            assert (await ask("POST", f"/parcels/{late['id']}/hold")).json()["state"] == "held"
            assert (await ask("POST", f"/parcels/{late['id']}/withdraw")).json()["state"] == "withdrawn"
        shown = (await ask("GET", f"/parcels?wallet=toy&reference={payment.reference}")).json()
        assert [one["state"] for one in shown] == ["acknowledged"] * 6 + ["withdrawn"]
        assert [one["refusal"] for one in shown[0]["attempts"]] == [
            "not the word success",
            "the acknowledgement was lost on its way back",
            None,
        ]
        assert (await ask("GET", "/parcels?reference=nobody")).json() == []

    asking(counter, scenario)


def test_whoever_moves_a_payment_here_keeps_the_post_out_of_it() -> None:
    counter = Counter()
    payment = counter.open("toy", "http://127.0.0.1:9/")

    async def scenario(ask: Ask) -> None:
        assert (await ask("POST", f"/payments/toy/{payment.reference}/pay")).json()["state"] == "paid"
        counter.office.adopt("toy", payment.reference)
        assert list(counter.office.adopted) == []

    asking(counter, scenario)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "why"),
    [
        ("POST", "/parcels/parcel-9/hold", None, 404, "unknown: 'parcel-9'"),
        ("POST", "/parcels/parcel-9/duplicate", None, 404, "unknown: 'parcel-9'"),
        ("POST", "/parcels/parcel-1/burn", None, 404, None),
        ("POST", "/parcels/order", {"ids": ["parcel-9"]}, 404, "unknown: 'parcel-9'"),
        ("POST", "/parcels", {"wallet": "nobody", "reference": "1"}, 404, "unknown: 'nobody'"),
        ("POST", "/parcels", {"wallet": "toy", "reference": "nobody"}, 404, "unknown: 'nobody'"),
        ("GET", "/parcels?wallet=nobody", None, 404, "unknown: 'nobody'"),
        ("POST", "/parcels/parcel-1/withdraw", None, 409, "parcel-1 is withdrawn"),
        ("POST", "/parcels/order", {"ids": ["parcel-1"]}, 409, "parcel-1 is not held but withdrawn"),
        ("POST", "/parcels", {"wallet": "toy", "reference": "{}", "event": "refunded"}, 409, "nothing was refunded"),
        ("POST", "/parcels", {"wallet": "toy", "reference": "{}", "event": "eaten"}, 422, "event: "),
        ("POST", "/parcels", {"wallet": "toy", "reference": "{}", "delay": -1}, 422, "a wait is negative"),
        ("POST", "/parcels", {"wallet": "toy", "reference": "{}", "copies": 0}, 422, "copies: 0"),
        ("POST", "/parcels", {"wallet": "toy", "reference": "{}", "copies": 101}, 422, "copies: 101"),
        ("POST", "/parcels", {"wallet": "toy", "reference": "{}", "message_id": ""}, 422, "message_id: "),
        ("POST", "/parcels", {"wallet": "toy"}, 422, "reference: "),
        ("POST", "/parcels", None, 422, ""),
        ("POST", "/parcels/parcel-1/duplicate", {"copies": 0}, 422, "copies: 0 is not from 1 to 100"),
        ("POST", "/parcels/order", {"ids": "parcel-1"}, 422, "ids: "),
        ("DELETE", "/parcels", None, 405, None),
    ],
)
def test_what_cannot_be_is_said_in_words(method: str, path: str, body: Any, status: int, why: str | None) -> None:
    counter = Counter()
    reference = counter.pay("toy", "http://127.0.0.1:9/").reference
    counter.office.withdraw(counter.office.post("toy", reference, "paid", held=True).id)
    if body and body.get("reference") == "{}":
        body = {**body, "reference": reference}

    async def scenario(ask: Ask) -> None:
        answer = await ask(method, path, body)
        assert answer.status_code == status, answer.text
        if why is not None:
            assert why in answer.json()["problem"]

    asking(counter, scenario)
