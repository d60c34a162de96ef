"""A request reaches its wallet exactly as it was sent, and the history tells what came of it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest

from fixtures.model import PaymentState
from fixtures.sandbox.process import Sandbox
from tests.sandbox.toy import HOST

MIB = 1 << 20


def test_a_gateway_call_opens_a_payment(toy: Sandbox, create: Callable[[], str]) -> None:
    reference = create()

    payment = toy.client.payment("toy", reference)

    assert payment is not None
    assert (payment.state, str(payment.asked), payment.assumed) == (PaymentState.OPEN, "12.50 CNY", False)


@pytest.mark.parametrize("path", ["/pay/a%2Fb?x=%7e&&y=+", "/pay/a?", "/pay//b/../c?a=?b", "/"])
def test_the_wallet_sees_path_and_query_exactly_as_sent(toy: Sandbox, path: str) -> None:
    parts = urlsplit(toy.url)
    with socket.create_connection((parts.hostname, parts.port or 0), timeout=5) as connection:
        connection.sendall(f"GET /toy{path} HTTP/1.1\r\nhost: {parts.netloc}\r\nconnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))

    assert f'"url": "{path}"'.encode() in answer
    assert f'"base": "{toy.url}/toy"'.encode() in answer


def test_an_absolute_request_target_is_read_as_its_path(toy: Sandbox) -> None:
    parts = urlsplit(toy.url)
    with socket.create_connection((parts.hostname, parts.port or 0), timeout=5) as connection:
        connection.sendall(f"GET {toy.url}/toy/pay/z?q HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))

    assert b'"url": "/pay/z?q"' in answer


def test_the_vendors_host_name_leads_to_its_wallet_over_tls(toy: Sandbox) -> None:
    assert toy.tls_url is not None
    assert toy.ca_pem is not None
    trust = ssl.create_default_context(cafile=str(toy.ca_pem))
    with httpx.Client(trust_env=False, verify=trust) as client:
        answer = client.get(
            f"{toy.tls_url}/control/x", headers={"host": HOST}, extensions={"sni_hostname": HOST}
        ).json()

    assert (answer["url"], answer["base"]) == ("/control/x", f"https://{HOST}")
    assert toy.client.history(wallet="toy")[-1].base_url == f"https://{HOST}"


def test_an_unknown_wallet_is_not_found(toy: Sandbox, http: httpx.Client) -> None:
    assert http.get(f"{toy.url}/nobody/pay").status_code == 404
    assert http.get(toy.url).status_code == 404


def test_the_history_tells_of_each_call(toy: Sandbox, http: httpx.Client, create: Callable[[], str]) -> None:
    reference = create()
    http.get(f"{toy.gateway_url('toy')}/pay/{reference}")

    calls = toy.client.history(order=reference)

    assert [call.call and call.call.operation for call in calls] == ["create", "query"]
    assert {(call.source, call.destination, call.order) for call in calls} == {("target", "wallet:toy", reference)}
    assert calls[0].sequence < calls[1].sequence
    assert calls[1].request.url == f"/pay/{reference}"
    assert calls[1].base_url == toy.gateway_url("toy")
    assert calls[1].answer is not None
    assert calls[1].answer.status == 200


def test_a_call_by_another_number_is_about_the_same_order(
    toy: Sandbox, http: httpx.Client, create: Callable[[], str]
) -> None:
    reference = create()
    payment = toy.client.payment("toy", reference)
    assert payment is not None

    http.get(f"{toy.gateway_url('toy')}/pay/{payment.id}")

    assert len(toy.client.history(order=reference, operation="query")) == 1


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_body_above_the_limit_is_refused(toy: Sandbox, http: httpx.Client, chunked: bool) -> None:
    body = b"x" * (MIB + 1)
    before = toy.client.health()["exchanges"]

    answer = http.post(f"{toy.gateway_url('toy')}/large", content=iter([body]) if chunked else body)

    assert answer.status_code == 413
    assert toy.client.health()["exchanges"] == before + 1
    assert toy.client.history()[-1].note == "body too large"


def test_a_body_at_the_limit_is_accepted(toy: Sandbox, http: httpx.Client) -> None:
    assert http.post(f"{toy.gateway_url('toy')}/large", content=b"x" * MIB).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "error"),
    [
        ("GET", "/raise", "RuntimeError: the toy is broken"),
        ("GET", "/header", "ValueError: the header 'x-bad' of an answer cannot be sent"),
        ("POST", "/pay", "JSONDecodeError"),
    ],
)
def test_a_wallet_that_raises_is_an_error_of_ours(
    toy: Sandbox, http: httpx.Client, method: str, path: str, error: str
) -> None:
    answer = http.request(method, f"{toy.gateway_url('toy')}{path}", content=b"not json")

    told = toy.client.history()[-1]
    assert answer.status_code == 500
    assert told.note == "error of ours"
    assert told.error is not None
    assert told.error.startswith(error)


def test_the_seed_is_told(toy: Sandbox) -> None:
    assert toy.client.health()["seed"] == 7
    assert "seed 7" in toy.child.output.read_text()
