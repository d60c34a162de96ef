"""The merchant's sessions at Apple's gateway: only there, only as itself, and nothing else handed on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.merchant.integrations.applepay import ApplePay
from fixtures.merchant.integrations.applepay_session import place_of
from fixtures.merchant.settings import SettingsError
from fixtures.merchant.words import Rejected, Unknown
from tests.merchant.test_applepay import shop
from tests.merchant.tls import Gateway, gateway, identity


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://apple-pay-gateway.apple.com/paymentservices/startSession", True),
        ("https://apple-pay-gateway-cert.apple.com/paymentservices/paymentSession", True),
        ("https://cn-apple-pay-gateway.apple.com:443/paymentservices/startSession", True),
        ("https://apple-pay-gateway-nc-pod3.apple.com/paymentservices/startSession", True),
        ("https://127.0.0.1:4433/applepay/paymentservices/startSession", True),
        ("https://127.0.0.1:4434/applepay/paymentservices/startSession", False),
        ("https://127.0.0.1:4433/elsewhere/paymentservices/startSession", False),
        ("https://127.0.0.1:4433/applepay/../elsewhere/paymentservices/startSession", False),
        ("https://apple-pay-gateway.apple.com/elsewhere", False),
        ("https://127.0.0.1/applepay/paymentservices/startSession", False),
        ("http://apple-pay-gateway.apple.com/paymentservices/startSession", False),
        ("http://127.0.0.1:4433/applepay", False),
        ("https://apple-pay-gateway.apple.com.evil.test/", False),
        ("https://evil.test/apple-pay-gateway.apple.com", False),
        ("https://apple-pay-gateway.apple.com@evil.test/", False),
        ("https://apple-pay-gateway.apple.com:8443@evil.test/", False),
        ("https://evil.test#apple-pay-gateway.apple.com", False),
        ("https://evil.test\\@apple-pay-gateway.apple.com/", False),
        ("https://apple-pay-gateway.apple.com:8443/", False),
        ("https://x.apple.com/paymentservices/startSession", False),
        ("https://apple-pay-gateway.apple.com./", False),
        ("https://[::1]/", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("https://127.0.0.1:4433@evil.test/", False),
        ("https://127.0.0.1:99999999/", False),
        ("https://apple-pay-gateway.apple.com\n.evil.test/", False),
        ("", False),
        ("https://" + "a" * 100_000, False),
    ],
    ids=lambda value: str(value)[:60],
)
def test_sessions_are_asked_for_at_apples_gateways_only(url: str, allowed: bool) -> None:
    integration = shop(gateway_tls_url="https://127.0.0.1:4433/applepay")

    assert integration.allowed_validation_url(url) is allowed


def test_without_a_staging_gateway_only_apples_are_left() -> None:
    assert not shop().allowed_validation_url("https://127.0.0.1:4433/applepay/paymentservices/startSession")
    assert place_of("https://shop.test/a?b") is None
    with pytest.raises(SettingsError, match="gateway_tls_url"):
        shop(gateway_tls_url="http://127.0.0.1:4433/applepay")


def test_a_gateway_that_is_away_gives_no_session() -> None:
    with pytest.raises(Unknown):
        shop(gateway_tls_url="https://127.0.0.1:9/applepay").open_session("https://127.0.0.1:9/applepay")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def serving(folder: Path) -> Iterator[Gateway]:
    with gateway(folder) as found:
        yield found


def at(serving: Gateway, folder: Path, **changes: str) -> ApplePay:
    certificate, key = identity("our shop")
    values = {"identity_certificate": certificate, "identity_private_key": key, "gateway_ca": str(folder / "ca.pem")}
    return shop(**{"gateway_tls_url": serving.url, **values, **changes})


def test_a_session_is_handed_on_as_the_gateway_wrote_it(serving: Gateway, folder: Path) -> None:
    session = at(serving, folder).open_session(f"{serving.url}/paymentservices/startSession")

    assert session == serving.body
    path, body, client = serving.asked[-1]
    assert (path, client) == ("/applepay/paymentservices/startSession", "our shop")
    assert body == {
        "merchantIdentifier": "merchant.test.walletproof",
        "displayName": "Shop",
        "initiative": "web",
        "initiativeContext": "shop.test",
    }


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (302, {"location": "https://evil.test/"}, b"{}"),
        (500, {}, b"{}"),
        (200, {}, b"secrets"),
        (200, {}, b"[]"),
        (200, {}, b'{"a":"' + b"a" * 100_000 + b'"}'),
    ],
    ids=["redirect", "error", "text", "list", "huge"],
)
def test_what_is_no_session_is_not_handed_on(
    serving: Gateway,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    headers: dict[str, str],
    body: bytes,
) -> None:
    for name, value in (("status", status), ("headers", headers), ("body", body)):
        monkeypatch.setattr(serving, name, value)
    before = len(serving.asked)

    with pytest.raises((Unknown, Rejected)):
        at(serving, folder).open_session(serving.url)
    assert len(serving.asked) == before + 1


def test_a_gateway_that_nobody_vouches_for_gets_nothing(serving: Gateway, folder: Path) -> None:
    before = len(serving.asked)

    with pytest.raises(Unknown):
        at(serving, folder, gateway_ca="").open_session(serving.url)
    assert len(serving.asked) == before


def test_an_event_is_pulled_and_not_believed_unasked(serving: Gateway, folder: Path) -> None:
    news = at(serving, folder).pull_event("4f1c-77")

    path = "/applepay/paymentservices/v1/merchantId/merchant.test.walletproof/merchantToken/event/4f1c-77"
    assert serving.asked[-1] == (path, {}, "our shop")
    assert news.event_id == "4f1c-77"


def test_an_event_that_cannot_be_pulled_is_told_again(
    serving: Gateway, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for status, trouble in ((400, Rejected), (500, Unknown)):
        monkeypatch.setattr(serving, "status", status)
        with pytest.raises(trouble):
            at(serving, folder).pull_event("4f1c-77")
