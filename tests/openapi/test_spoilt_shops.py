"""Each kind of bug is found where it is, in shops that are otherwise sound, and told so that it can be seen again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from fixtures.model import Outcome
from tests.openapi.probing import probe
from tests.openapi.shops import Shop, Spoil, bookshop, kiosk, stall

SECRET = "sk-live-of-the-shop-0123456789"


def _with(response: Response, **more: object) -> Response:
    try:
        return JSONResponse({**json.loads(bytes(response.body)), **more}, response.status_code)
    except ValueError:
        return response


def float_sum(_: Request, response: Response) -> Response:
    """A sum with a fraction that no document declares."""
    return _with(response, amount_due=12.5)


def rounded_badly(_: Request, response: Response) -> Response:
    """A declared number, but one that floating point has been at."""
    found = json.loads(bytes(response.body)) if response.body else {}
    if found.get("order"):
        found["order"]["total"] = 509.99999999999994
    return JSONResponse(found)


def telling_trace(_: Request, response: Response) -> Response:
    """A stack trace for whoever asks wrongly."""
    trace = "java.lang.NullPointerException\n\tat com.shop.Orders.place(Orders.java:88)"
    return Response(trace, response.status_code) if response.status_code >= 400 else response


def telling_secret(_: Request, response: Response) -> Response:
    """The shop's key in a header."""
    response.headers["X-Config"] = f"key={SECRET}"
    return response


def telling_card(_: Request, response: Response) -> Response:
    """A whole card number."""
    return _with(response, paid_with="5555 5555 5555 4444")


def undocumented_success(_: Request, response: Response) -> Response:
    """A success of which the document knows nothing."""
    return Response(response.body, 206, media_type="application/json") if response.status_code == 200 else response


def html(_: Request, response: Response) -> Response:
    """A page where the document promises JSON, for an order that is not there."""
    return Response("<p>fine</p>", 200, media_type="text/html") if b"404" in response.body else response


@pytest.mark.parametrize(
    ("shop", "spoil", "topic", "told"),
    [
        (bookshop, float_sum, "openapi-money.POST /orders", "amount_due is 12.5"),
        (kiosk, rounded_badly, "openapi-money.GET /cart/{id}", "509.99999999999994, which no sum of money is"),
        (bookshop, telling_trace, "openapi-leaks.POST /orders", "the inside of the program (Java)"),
        (stall, telling_secret, "openapi-leaks.GET /about", "a secret of this shop"),
        (kiosk, telling_card, "openapi-leaks.GET /cart/{id}", "a whole card number"),
        (kiosk, undocumented_success, "openapi.GET /cart/{id}", "answered 206, which its document does not name"),
        (kiosk, html, "openapi.GET /cart/{id}", "text/html"),
    ],
)
def test_a_bug_is_found_and_told(
    shop: Callable[[Spoil], Shop], spoil: Spoil, topic: str, told: str, tmp_path: Path
) -> None:
    found = probe(shop(spoil), tmp_path, only=topic, secret=SECRET)

    assert found.outcomes[topic] is Outcome.FAILED
    assert told in found.messages[topic]
    assert "curl -i -X" in found.messages[topic]
    assert found.messages[topic].endswith("pytest again")
    assert SECRET not in found.messages[topic]


def test_a_crash_by_a_huge_number_is_found(tmp_path: Path) -> None:
    def spoil(request: Request, response: Response) -> Response:
        huge = f"{10**30}".encode() in getattr(request, "_body", b"")
        return Response("sorry", 500) if huge else response

    found = probe(stall(spoil), tmp_path, only="openapi-money.PUT /orders")

    assert found.outcomes["openapi-money.PUT /orders"] is Outcome.FAILED


def test_another_buyers_order_is_found(tmp_path: Path) -> None:
    """Bob is shown what is Ann's, on one route alone."""
    shop = bookshop()
    route = next(route for route in shop.app.routes if getattr(route, "path", "") == "/orders/{no}")
    inner = route.endpoint  # type: ignore[attr-defined]

    async def as_ann(request: Request) -> Response:
        own = [(name, b"key-of-ann" if value == b"key-of-bob" else value) for name, value in request.scope["headers"]]
        answer: Response = await inner(Request({**request.scope, "headers": own}, request.receive))
        return answer

    shop.app.router.routes.insert(0, Route("/orders/{no}", as_ann, methods=["GET"]))

    found = probe(shop, tmp_path, only="openapi-access")

    assert found.failed == {"openapi-access.GET /orders/{orderNo}"}
    assert "another buyer is served" in found.messages["openapi-access.GET /orders/{orderNo}"]


def test_another_buyers_order_in_a_list_is_found(tmp_path: Path) -> None:
    found = probe(bookshop(discreet=False), tmp_path, only="openapi-access")

    assert found.failed == {"openapi-access.GET /orders"}
    assert "another buyer is served by GET /orders" in found.messages["openapi-access.GET /orders"]


def test_a_redirect_to_another_host_is_not_followed(tmp_path: Path) -> None:
    def away(_: Request, response: Response) -> Response:
        return RedirectResponse("http://elsewhere.invalid/", 307) if response.status_code == 404 else response

    found = probe(bookshop(away), tmp_path, only="openapi.GET")

    assert found.failed == set()


def test_an_answer_without_end_is_inconclusive(tmp_path: Path) -> None:
    def huge(*_: object) -> Response:
        return Response(b"0" * 100_000_000, media_type="application/json")

    found = probe(stall(huge), tmp_path, only="openapi.GET /about")

    assert found.outcomes["openapi.GET /about"] is Outcome.INCONCLUSIVE
    assert "larger than 2 MiB" in found.messages["openapi.GET /about"]


def test_running_out_of_time_is_told(tmp_path: Path) -> None:
    found = probe(kiosk(), tmp_path, only="openapi.", seconds=0.0)

    assert set(found.outcomes.values()) == {Outcome.INCONCLUSIVE}
    assert all("--openapi-seconds" in message for message in found.messages.values())


def test_two_runs_say_the_same(tmp_path: Path) -> None:
    first, second = (probe(kiosk(), tmp_path, only="openapi", examples=2) for _ in range(2))

    assert first.outcomes == second.outcomes
