"""What is refused before the first request, however well formed the file is."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from fixtures.target import ConfigurationError, keys_of, preflight
from tests.target.conftest import PUBLISHED, SHOP, WALLETS, read

GOOD = SHOP.replace("BASE", "http://127.0.0.1:8000")
FOREIGN = SHOP.replace("BASE", "https://shop.example")
KEYS = '[wallets.toypay]\nkeys = "toypay.keys.toml"\n'


def refusal(text: str, folder: Path = Path(), **environ: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(text, folder, **environ)
    return str(caught.value)


def keys_file(folder: Path, text: str) -> Path:
    (folder / "toypay.keys.toml").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'capabilities = ["gateway"]',
            'allowed_hosts = ["other.example"]',
            "base_url: found the host 127.0.0.1:8000; wanted",
        ),
        ("GET /orders/{id}", "GET http://evil.example/{id}", "order.read[0].request: found the host evil.example"),
        ("GET /orders/{id}", "GET //evil.example/{id}", "found the host evil.example"),
        ('"/notify/{setup}"', '"https://evil.example/n"', "wallets.toypay.notify: found the host evil.example"),
        ("http://127.0.0.1:8000", "https://api.wallet.example", "found api.wallet.example, a wallet's production host"),
        (
            "[order.place]",
            '[sandbox]\nurl = "https://api.wallet.example"\n[order.place]',
            "sandbox.url: found api.wallet",
        ),
        (
            "[wallets.toypay]",
            "[wallets.toypya]",
            "found the wallet 'toypya'; wanted one of otherpay, toypay; nearest: toypay",
        ),
        (
            "[wallets.toypay]",
            '[wallets.toypay]\nmode = "certs"',
            "found 'certs'; wanted one of key, cert; nearest: cert",
        ),
        ('["gateway"]', '["gatewya"]', "capabilities[0]: found 'gatewya'"),
        ('["gateway"]', '["openapi"]', "found 'openapi', which the file maps nowhere"),
        ('price = "{price}"', 'price = "{prcie}"', "found the placeholder {prcie}"),
        ('"/return/{reference}"', '"/return/{referense}"', "wallets.toypay.return: found the placeholder {referense}"),
        ("Bearer {token}", "Bearer {tokne}", "authentication.headers.Authorization: found the placeholder {tokne}"),
        ('{ id = "id", ref', "{ ref", "order.place: found no capture of id"),
        ('{ orders = "[].id" }', '{ order = "[].id" }', "order.list: found no capture of orders"),
        ("[timing]", "[limits]\nlargest_amount = 10\n[timing]", "found a limit below every price on the shelf"),
        (
            "[order.place]",
            '[openapi]\nfile = "no.json"\n[order.place]',
            "openapi.file: found 'no.json', which is no file",
        ),
        (
            "[authentication]\n",
            'adapter = "no_shop:Shop"\n[authentication]\n',
            "no file no_shop.py beside the target file",
        ),
        ('pending = ["new"]\npaid = ["paid"]\ncancelled = ["gone"]', "", "order.states: found no words for the states"),
    ],
)
def test_a_file_that_cannot_be_kept_to_is_refused(old: str, new: str, told: str, tmp_path: Path) -> None:
    assert old in GOOD
    assert told in refusal(GOOD.replace(old, new), tmp_path)


def test_a_shelf_is_needed_to_order() -> None:
    assert "found no [[shelf]] entry" in refusal(GOOD[: GOOD.index("[[shelf]]")])


def test_published_keys_serve_loopback_targets_only() -> None:
    assert "found no keys for toypay, though the target is off loopback" in refusal(FOREIGN)


def test_a_loopback_url_with_a_foreign_allowed_host_is_not_loopback() -> None:
    text = GOOD.replace('capabilities = ["gateway"]', 'allowed_hosts = ["127.0.0.1", "shop.example"]')

    assert "though the target is off loopback" in refusal(text)


def test_a_keys_file_with_a_published_key_is_refused(tmp_path: Path) -> None:
    folder = keys_file(tmp_path, 'app_id = "mine"\napi_key = "published-api-key"\n')

    told = refusal(FOREIGN.replace("[wallets.toypay]\n", KEYS), folder)

    assert "wallets.toypay.keys: found the published api_key; wanted keys of your own" in told
    assert "published-api-key" not in told


def test_a_keys_file_that_leaves_a_key_out_would_fall_back_to_the_published_one(tmp_path: Path) -> None:
    folder = keys_file(tmp_path, 'app_id = "mine"\n')

    assert "found the published api_key" in refusal(FOREIGN.replace("[wallets.toypay]\n", KEYS), folder)


def test_a_private_key_set_serves_any_target(tmp_path: Path) -> None:
    folder = keys_file(tmp_path, '[toypay]\napi_key = "private-key"\n')
    text = FOREIGN.replace("[wallets.toypay]\n", KEYS) + '[wallets.toypay.credentials]\napp_id = "${APP}"\n'

    settings = read(text, folder, APP="from-env")

    assert keys_of(settings, "toypay", WALLETS["toypay"]) == {
        **PUBLISHED,
        "api_key": "private-key",
        "app_id": "from-env",
    }
    assert not settings.loopback


def test_off_loopback_the_limits_are_small_by_default(tmp_path: Path) -> None:
    folder = keys_file(tmp_path, 'api_key = "private-key"\n')
    text = FOREIGN.replace("[wallets.toypay]\n", KEYS)

    given = read(text + "[limits]\norders = 7\nlargest_amount = { USD = 2500 }\n", folder).bounds

    assert (given.orders, given.largest_amount, given.requests_per_second) == (7, {"USD": 2500}, 5.0)
    assert given.total_refunds == {"*": 50_000}
    assert read(GOOD).bounds.orders is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("first-token", "live_first"),
        ("Bearer {token}", "Bearer ${KEY}"),
        ('notify = "/notify/{setup}"', 'notify = "/n"\ncredentials = { api_key = "live_credential" }'),
    ],
)
def test_a_live_key_is_refused_and_not_repeated(old: str, new: str) -> None:
    told = refusal(GOOD.replace(old, new), KEY="live_environment")

    assert "found a live key" in told and "live_" not in told


def test_a_live_key_in_a_keys_file_is_refused(tmp_path: Path) -> None:
    folder = keys_file(tmp_path, 'api_key = "live_in_file"\n')

    told = refusal(GOOD.replace("[wallets.toypay]\n", KEYS), folder)

    assert "wallets.toypay.keys: found the live key api_key" in told and "live_in_file" not in told


@pytest.mark.parametrize("content", [None, "api_key = ", "api_key = 5", '{"toypay": []}'])
def test_an_unusable_keys_file_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        keys_file(tmp_path, content)

    assert "toypay.keys.toml, which cannot be read" in refusal(GOOD.replace("[wallets.toypay]\n", KEYS), tmp_path)


def test_preflight_reaches_a_target_that_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        preflight(read(SHOP.replace("BASE", f"http://127.0.0.1:{server.getsockname()[1]}")))
        server.settimeout(1)
        connection, _ = server.accept()
        assert connection.recv(1) == b""  # nothing was sent
        connection.close()


def test_preflight_says_what_to_do_about_a_closed_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(ConfigurationError, match=r"target\.toml:2: base_url: .* nothing listens .*; start the target"):
        preflight(read(SHOP.replace("BASE", url)))


def test_preflight_says_what_to_do_about_an_unknown_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "create_connection", unknown)
    with pytest.raises(ConfigurationError, match="no address is known for 127"):
        preflight(read(GOOD))
