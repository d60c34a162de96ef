"""WeChat Pay APIv2, from the merchant's side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.merchant.integrations import wechatpay_xml as xml
from fixtures.merchant.integrations.wechatpay_v2_client import client_context
from fixtures.merchant.settings import SettingsError, WalletSettings
from fixtures.merchant.words import Refused
from fixtures.model import Message
from fixtures.sandbox.process import Sandbox, start_sandbox
from fixtures.wallets import discover
from tests.merchant import story
from tests.merchant.conftest import Wallet
from tests.merchant.one_setup import one_setup

BOOK: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "wechatpay.json").read_text(encoding="utf-8")
)
VECTORS = {vector["id"]: vector for vector in BOOK["vectors"]}
NOTIFICATION = VECTORS["wx-v2-notify-md5"]
BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><xml><a>&b;</a></xml>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY xxe SYSTEM "file:///etc/passwd">]><xml><a>&xxe;</a></xml>'


@pytest.fixture(scope="module", params=["v2-md5", "v2-hmac"])
def wallet(
    request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Wallet]:
    """The shop with one of the two setups alone."""
    with one_setup("wechatpay-v2", "wechatpay", request.param, sandbox, tmp_path_factory.mktemp("v2")) as made:
        yield made


@pytest.mark.parametrize(
    ("id", "algorithm"),
    [
        ("wx-v2-sign-md5-official", "MD5"),
        ("wx-v2-sign-hmac-official", "HMAC-SHA256"),
        ("wx-v2-unifiedorder-hmac", "HMAC-SHA256"),
    ],
)
def test_signature_vectors(id: str, algorithm: str) -> None:
    """Text and signature are the vendor's."""
    vector = VECTORS[id]

    assert xml.signed_text(vector["params"], vector["api_key"]) == vector["sign_content"]
    assert xml.sign(vector["params"], vector["api_key"], algorithm) == vector["sign"]


def test_the_notification_vector() -> None:
    """Read to the character, and believed under the right key, by the right algorithm, unchanged."""
    fields, key = xml.read(NOTIFICATION["body"].encode()), NOTIFICATION["api_key"]

    assert {name: value for name, value in fields.items() if name != "sign"} == NOTIFICATION["params"]
    assert xml.verify(fields, key, "MD5")
    assert not xml.verify(fields, key, "HMAC-SHA256")
    assert not xml.verify(fields, "", "MD5")
    assert not xml.verify({**fields, "total_fee": "1"}, key, "MD5")
    assert not xml.verify({**fields, "sign": fields["sign"].lower()}, key, "MD5")
    assert not xml.verify({**fields, "sign": ""}, key, "MD5")


def test_the_refund_notification_vector() -> None:
    """Opened with the right key only."""
    vector = VECTORS["wx-v2-refund-notify"]
    sealed = xml.read(vector["body"].encode())["req_info"]

    assert xml.opened(sealed, vector["api_key"]) == xml.read(vector["req_info_plaintext"].encode())
    for spoilt, key in ((sealed, "0" * 32), (sealed[:-4], vector["api_key"]), ("", vector["api_key"]), ("é", "x")):
        with pytest.raises(Refused, match="decryption"):
            xml.opened(spoilt, key)


@pytest.mark.parametrize(
    "text",
    ["", "x", "<xml>", "{}", BOMB, OUTSIDE, "<xml><a>1</a><a>2</a></xml>", "<xml><a><b>1</b></a></xml>", "\x00", "<?"],
)
def test_what_is_no_plain_message_is_refused(text: str) -> None:
    """Entities are not even looked at."""
    with pytest.raises(Refused, match="malformed"):
        xml.read(text.encode())


def test_what_is_written_can_be_read() -> None:
    """Whatever it contains."""
    fields = {"body": "a < b & c ]]> 测试", "attach": ""}

    assert xml.read(xml.write(fields)) == fields


@pytest.mark.parametrize("text", [BOMB, OUTSIDE, "", "<xml/>", "<xml><req_info>AAAA</req_info></xml>", "{}"])
def test_hostile_notifications_get_an_answer(wallet: Wallet, text: str) -> None:
    """One that does not acknowledge, in WeChat Pay's words."""
    message = Message("POST", f"{wallet.merchant.url}/notify/{wallet.setup}", (), text.encode())
    answer = wallet.merchant.deliver(message)

    assert 400 <= answer.status < 500
    assert b"FAIL" in answer.body


def test_an_order_is_paid_and_refunded(wallet: Wallet) -> None:
    """By a QR code."""
    story.is_paid_and_refunded(wallet)


def test_a_payment_is_found(wallet: Wallet) -> None:
    """By asking."""
    story.is_found_without_a_notification(wallet)


def test_an_order_is_cancelled(wallet: Wallet) -> None:
    """Before the payment only."""
    story.is_cancelled(wallet)


def test_refunds_are_heard_of(wallet: Wallet) -> None:
    """Once each, and only as far as WeChat Pay confirms them."""
    story.hears_of_refunds(wallet)


@pytest.mark.parametrize("operation", ["create", "query", "refund"])
@pytest.mark.parametrize("kind", ["lost-answer", "bad-signature", "unavailable"])
def test_trouble_is_survived(wallet: Wallet, operation: str, kind: str) -> None:
    """Once is no reason to give up."""
    story.survives(wallet, operation, kind)


def test_forgeries_are_refused(wallet: Wallet) -> None:
    """Each of them."""
    story.refuses_forgeries(wallet)


def test_refunds_go_over_tls_with_the_merchants_certificate(tmp_path: Path) -> None:
    """Where the settings name such a way."""
    keys = {"wechatpay": discover()["wechatpay"].published_keys()}
    with start_sandbox(keys, tls=True) as guarded:
        assert guarded.tls_url is not None
        more = {"gateway_tls_url": f"{guarded.tls_url}/wechatpay", "gateway_ca": str(guarded.ca_pem)}
        with one_setup("wechatpay-v2", "wechatpay", "v2-md5", guarded, tmp_path, **more) as wallet:
            story.is_paid_and_refunded(wallet)


def test_a_certificate_and_a_key_that_are_no_pair_are_found_when_the_shop_opens() -> None:
    """Not at the first refund."""
    wallet = discover()["wechatpay"]
    sets = [wallet.merchant_credentials(keys, "v2-md5") for keys in (wallet.published_keys(), wallet.make_keys())]
    mixed = {**sets[0], "merchant_private_key": sets[1]["merchant_private_key"]}

    with pytest.raises(SettingsError, match="no pair"):
        client_context(WalletSettings(wallet="wechatpay", mode="v2-md5", gateway_url="https://127.0.0.1:9", **mixed))
