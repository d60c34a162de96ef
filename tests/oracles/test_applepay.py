"""OpenSSL as the judge: it verifies what we sign, decrypts by its own key derivation, and shows its certificate."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDH, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_private_key

from fixtures.model import Message, Money, Payment, PaymentState, Stamp
from fixtures.sandbox.process import Sandbox, start_sandbox
from fixtures.wallets.applepay import WALLET
from fixtures.wallets.features import Trap
from fixtures.wallets.interface import Forgery, Keys, Scene, Wording

OPENSSL = shutil.which("openssl")
KEYS = WALLET.published_keys()
# What OpenSSL alone can tell: chain, digest and signature. Marks, ages and versions are Apple's rules.
UNSEEN = {"unmarked-leaf", "unmarked-intermediate", "stale", "future", "unknown-version", "signer-not-leaf"}

needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl is not on this machine")


def stamp(seed: int = 3) -> Stamp:
    return Stamp(time.time(), Random(seed))


def confirmed(reference: str, mode: str, amount: int = 1999) -> Payment:
    payment = WALLET.assume(reference, Money(amount, "USD"), mode, stamp(), None)
    return WALLET.act("pay", payment, stamp())


def verified(message: Message, directory: Path, at: float) -> bool:
    """Whether OpenSSL finds the signature good at a time, under the pinned root."""
    data = json.loads(message.body)["paymentData"]
    header = data["header"]
    own = header.get("ephemeralPublicKey") or header["wrappedKey"]
    names = ("transactionId", "applicationData")
    payload = b64decode(own) + b64decode(data["data"]) + b"".join(bytes.fromhex(header.get(name, "")) for name in names)
    files = {
        "payload": payload,
        "cms": b64decode(data["signature"]),
        "root": KEYS["root_certificate"].encode(),
    }
    for name, content in files.items():
        (directory / name).write_bytes(content)
    assert OPENSSL is not None
    command = [OPENSSL, "cms", "-verify", "-binary", "-inform", "DER", "-in", "cms", "-content", "payload"]
    command += ["-CAfile", "root", "-no-CApath", "-purpose", "any", "-attime", str(int(at)), "-out", "out"]
    return subprocess.run(command, cwd=directory, capture_output=True, check=False).returncode == 0


def statement(message: Message) -> dict[str, Any]:
    """The plaintext of an EC_v1 token by the library's own concatenation KDF and its streaming GCM."""
    data = json.loads(message.body)["paymentData"]
    private = load_pem_private_key(KEYS["processing_private_key_ec"].encode(), None)
    public = load_der_public_key(b64decode(data["header"]["ephemeralPublicKey"]))
    assert isinstance(private, EllipticCurvePrivateKey)
    assert isinstance(public, EllipticCurvePublicKey)
    info = b"\x0did-aes256-GCMApple" + sha256(KEYS["merchant_id"].encode()).digest()
    key = ConcatKDFHash(hashes.SHA256(), 32, info).derive(private.exchange(ECDH(), public))
    raw = b64decode(data["data"])
    opener = Cipher(algorithms.AES(key), modes.GCM(bytes(16), raw[-16:])).decryptor()
    told: dict[str, Any] = json.loads(opener.update(raw[:-16]) + opener.finalize())
    return told


@needs_openssl
@pytest.mark.parametrize("mode", WALLET.modes)
@pytest.mark.parametrize("wording", [Wording(), Wording(odd=True), Wording(extra_fields=True), Wording("m-1")])
def test_every_genuine_token_is_believed(tmp_path: Path, mode: str, wording: Wording) -> None:
    message = WALLET.prove("paid", confirmed("A-1", mode), KEYS, stamp(), "", "", wording)
    assert verified(message, tmp_path, time.time())


@needs_openssl
@pytest.mark.parametrize("mode", WALLET.modes)
@pytest.mark.parametrize("forgery", WALLET.forgeries, ids=lambda forgery: forgery.name)
def test_openssl_refuses_what_it_can_see(tmp_path: Path, mode: str, forgery: Forgery) -> None:
    """And believes every substitution, for Apple's leaf did sign those."""
    scene = Scene(confirmed("A-1", mode), confirmed("B-2", mode, 500), KEYS, stamp(), "", "")
    believed = verified(forgery.make(scene), tmp_path, time.time())
    if forgery.group == "substitution":
        assert believed
    elif forgery.name not in UNSEEN:
        assert not believed


def test_the_statement_is_what_an_independent_receiver_reads() -> None:
    message = WALLET.prove("paid", confirmed("A-1", "EC_v1"), KEYS, stamp(), "", "")
    told = statement(message)
    assert (told["transactionAmount"], told["currencyCode"], told["paymentDataType"]) == (1999, "840", "3DSecure")
    assert len(b64decode(told["paymentData"]["onlinePaymentCryptogram"])) == 20


def test_the_life_of_a_payment(sandbox: Sandbox) -> None:
    """A token is opened, its card charged and refunded over HTTP; the ledger follows."""
    keys: Keys = sandbox.keys["applepay"]
    told = statement(WALLET.prove("paid", confirmed("L-1", "EC_v1"), keys, stamp(), "", ""))
    date = told["applicationExpirationDate"]
    card = {
        "number": told["applicationPrimaryAccountNumber"],
        "expiry_month": int(date[2:4]),
        "expiry_year": 2000 + int(date[:2]),
        "cryptogram": told["paymentData"]["onlinePaymentCryptogram"],
        "eci": told["paymentData"]["eciIndicator"],
    }
    asked = {"reference": "L-1", "amount": 1999, "currency": "USD", "card": card}
    headers = {"authorization": f"Bearer {keys['acquirer_key']}", "idempotency-key": "L-1"}
    base = f"{sandbox.gateway_url('applepay')}/acquirer/v1/payments"
    with httpx.Client(headers=headers, trust_env=False) as client:
        made = client.post(base, json=asked)
        again = client.post(base, json=asked)
        found = client.get(base, params={"reference": "L-1"})
        refund = client.post(
            f"{base}/{made.json()['id']}/refunds",
            json={"amount": 500, "reference": "R-1"},
            headers={"idempotency-key": "R-1"},
        )
    payment = sandbox.client.payment("applepay", "L-1")
    assert (made.status_code, again.json(), refund.status_code) == (201, made.json(), 201)
    assert found.json()["payments"][0]["status"] == "captured"
    assert payment is not None
    assert (payment.state, payment.paid, payment.refunded) == (PaymentState.PAID, Money(1999, "USD"), 500)


@pytest.fixture(scope="module")
def secure() -> Iterator[Sandbox]:
    with start_sandbox({"applepay": KEYS}, seed=5, tls=True) as running:
        yield running


def context(running: Sandbox, tmp_path: Path, name: str | None = None, key: str | None = None) -> ssl.SSLContext:
    """A TLS client that trusts the sandbox and shows a certificate of the key set, if any."""
    made = ssl.create_default_context(cafile=running.ca_pem)
    if name is not None and key is not None:
        file = tmp_path / "identity.pem"
        file.write_text(KEYS[name] + KEYS[key])
        made.load_cert_chain(file)
    return made


def ask(running: Sandbox, how: ssl.SSLContext, **headers: str) -> httpx.Response:
    asked = {
        "merchantIdentifier": KEYS["merchant_id"],
        "displayName": "Shop",
        "initiative": "web",
        "initiativeContext": KEYS["domain"],
    }
    url = WALLET.validation_url(f"{running.tls_url}/applepay")
    return httpx.post(url, json=asked, verify=how, headers=headers, trust_env=False)


def test_a_session_over_mutual_tls(secure: Sandbox, tmp_path: Path) -> None:
    answer = ask(secure, context(secure, tmp_path, "identity_certificate", "identity_private_key"))
    assert answer.status_code == 200
    assert WALLET.session_problem(answer.json()) is None
    exchange = secure.client.history(wallet="applepay", operation="session")[-1]
    assert exchange.call is not None
    assert exchange.call.signed is True


def test_without_a_certificate_there_is_no_session(secure: Sandbox, tmp_path: Path) -> None:
    """Nor with the one of the other kind, nor with a certificate that is only said to be shown."""
    plain = context(secure, tmp_path)
    assert ask(secure, plain).status_code == 401
    assert (
        ask(secure, plain, **{"X-Client-Certificate": KEYS["identity_certificate"].replace("\n", "%0A")}).status_code
        == 401
    )
    other = context(secure, tmp_path, "processing_certificate_ec", "processing_private_key_ec")
    assert ask(secure, other).status_code == 401


def test_a_certificate_of_a_strange_authority_ends_the_handshake(secure: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(httpx.TransportError):
        ask(secure, context(secure, tmp_path, "leaf_certificate_ec", "leaf_private_key_ec"))


def test_the_header_is_stripped_without_tls(secure: Sandbox) -> None:
    shown = KEYS["identity_certificate"].replace("\n", "%0A")
    url = WALLET.validation_url(secure.gateway_url("applepay"))
    answer = httpx.post(url, json={}, headers={"X-Client-Certificate": shown}, trust_env=False)
    assert answer.status_code == 401
    exchange = secure.client.history(wallet="applepay", operation="session")[-1]
    assert exchange.request.header("x-client-certificate") is None


def test_other_wallets_are_reached_without_a_certificate(secure: Sandbox, tmp_path: Path) -> None:
    answer = httpx.get(f"{secure.tls_url}/stripe/v1/charges", verify=context(secure, tmp_path), trust_env=False)
    assert answer.status_code == 401


@pytest.mark.parametrize("trap", WALLET.traps, ids=lambda trap: trap.name)
def test_whoever_follows_a_trap_is_seen(sandbox: Sandbox, trap: Trap) -> None:
    """What a shop that posts wherever it is told runs into."""
    word = f"{trap.name}-followed"
    answer = httpx.post(trap.make(f"{sandbox.gateway_url('applepay')}/canary/{word}"), json={}, trust_env=False)
    assert WALLET.session_problem(answer.json()) is None
    visits = sandbox.client.history(wallet="applepay", operation="canary")
    assert any(word in visit.request.url for visit in visits)
