"""Signatures, seals, tokens and forgeries of the emulated Google Pay."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key

from fixtures.acquirer import refusal
from fixtures.model import Message, Money, Payment, Stamp
from fixtures.wallets.features import Callbacks
from fixtures.wallets.googlepay import WALLET, proof
from fixtures.wallets.googlepay.callbacks import told as callback_told
from fixtures.wallets.googlepay.keys import pass_roots, payment_roots
from fixtures.wallets.googlepay.layout import PASSES, SIGNING_ONLY, V1, V2, html_safe
from fixtures.wallets.googlepay.recipient import Recipient, parsed, statement
from fixtures.wallets.googlepay.sealing import Unbelievable, derive, unseal
from fixtures.wallets.googlepay.signing import pem, private_key, signed_bytes
from fixtures.wallets.interface import Forgery, Scene, Wallet, Wording

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "googlepay.json").read_text(encoding="utf-8"))
CASES = VECTORS["vectors"]
KEYS = WALLET.published_keys()
NOW = 1_767_225_600.0
URL = "http://127.0.0.1:9/passes/googlepay"
GROUPS = {
    *("pay", "notify", "refund", "close", "reconcile", "amounts", "requests", "callback"),
    *("forgery", "substitution", "replay", "access", "fuzz", "keys"),
}

wallet: Wallet = WALLET
telling: Callbacks = WALLET


def stamp(now: float = NOW, seed: int = 5) -> Stamp:
    return Stamp(now, Random(seed))


def paid(mode: str = V2, reference: str = "A-1", seed: int = 5) -> Payment:
    payment = WALLET.assume(reference, Money(1999, "USD"), mode, stamp(seed=seed), None)
    return WALLET.act("pay", payment, stamp())


def prove(payment: Payment, wording: Wording = Wording(), now: float = NOW) -> Message:
    return WALLET.prove("paid", payment, KEYS, stamp(now), "", "", wording)


def scene(mode: str) -> Scene:
    return Scene(paid(mode), paid(mode, "B-2", 9), KEYS, stamp(), URL, "")


def shop(mode: str) -> Recipient:
    return Recipient(KEYS["recipient_id"], payment_roots(KEYS), KEYS["private_key"], frozenset({mode}))


def told(message: Message, mode: str = V2, now: float = NOW) -> dict[str, Any]:
    """What a sound shop reads in a token. Raises Unbelievable."""
    return statement(shop(mode).open(message.body, now), now)


class Judge:
    """A shop as the vectors describe it: it remembers messages, and it may be one of a gateway's."""

    def __init__(self, case: dict[str, Any]) -> None:
        version = case["token"]["protocolVersion"]
        allowed = {version} if "ECv1" in case["expect"] else {V2, SIGNING_ONLY}
        sealed_for = case.get("recipient_private_key_pkcs8_b64")
        self._recipient = Recipient(
            case["recipient_id"],
            case["root_keys"]["keys"],
            _pem(sealed_for) if sealed_for else None,
            frozenset(allowed),
            case.get("sender_id", "Google"),
        )
        self._now = case["at_ms"] / 1000
        self._gateway_merchant = case.get("expected_gateway_merchant_id")
        self._seen: set[str] = set()

    def judge(self, token: Any) -> str | None:
        """None if the token is believed, else why not."""
        try:
            message = self._recipient.open(token, self._now)
            if self._recipient.key is None or (message == b"plaintext" and V1 in self._recipient.versions):
                return None
            said = statement(message, self._now)
        except Unbelievable as why:
            return str(why)
        if said.get("gatewayMerchantId") != self._gateway_merchant:
            return "made for another shop of the gateway"
        if said["messageId"] in self._seen:
            return "presented before"
        self._seen.add(said["messageId"])
        return None


def _pem(encoded: str) -> str:
    key = load_der_private_key(b64decode(encoded), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return pem(key)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_token_vectors(case: dict[str, Any]) -> None:
    """Tokens that Google and Tink made, and spoilt ones, are judged as they should be."""
    judge = Judge(case)
    if case["kind"] == "replay":
        assert judge.judge(case["token"]) is None

    found = judge.judge(case["token"])

    assert ("valid" if found is None else "reject") == case["expect"].split()[0], found


@pytest.mark.parametrize("case", [case for case in CASES if "ECv1" in case["expect"]], ids=lambda case: str(case["id"]))
def test_the_older_version_is_refused_unless_it_is_allowed(case: dict[str, Any]) -> None:
    """A shop of ECv2 does not look at it."""
    recipient = Recipient(case["recipient_id"], case["root_keys"]["keys"])

    with pytest.raises(Unbelievable, match="version"):
        recipient.open(case["token"], case["at_ms"] / 1000)


@pytest.mark.parametrize("case", [case for case in CASES if "intermediate_values" in case], ids=lambda case: case["id"])
def test_sealing_vectors(case: dict[str, Any]) -> None:
    """Both symmetric keys and the plaintext come out as measured on published tokens."""
    members = json.loads(case["token"]["signedMessage"])
    version, values = case["token"]["protocolVersion"], case["intermediate_values"]
    key = load_der_private_key(b64decode(case["recipient_private_key_pkcs8_b64"]), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)

    made = derive(bytes.fromhex(values["Z_hex"]), b64decode(members["ephemeralPublicKey"]), version)

    assert (made.aes.hex(), made.mac.hex()) == (values["aes_key_hex"], values["mac_key_hex"])
    assert unseal(members, key, version).decode() == case["plaintext"]


def test_primitive_vectors() -> None:
    """Lengths before strings, and JSON as it stands inside a token."""
    [prefixed], [safe] = VECTORS["primitives"]["length_prefix"], VECTORS["primitives"]["html_safe_json"]

    assert signed_bytes(*prefixed["args"]).hex() == prefixed["hex"]
    assert html_safe(safe["value"]) == safe["text"]


@pytest.mark.parametrize("mode", WALLET.modes)
@pytest.mark.parametrize("wording", [Wording(), Wording(odd=True), Wording(extra_fields=True)])
def test_a_genuine_token_holds_a_card_that_its_issuer_approves(mode: str, wording: Wording) -> None:
    """However it is worded."""
    found = told(prove(paid(mode), wording), mode)

    card = proof.card_in(found)

    assert card.cryptogram is not None
    assert refusal(KEYS["issuer_secret"], card, NOW) is None
    assert found["paymentMethod"] == ("TOKENIZED_CARD" if mode == V1 else "CARD")


def test_one_confirmation_makes_one_token() -> None:
    """Asked for again, later, byte for byte the same comes; another message id makes another token."""
    payment = paid()
    first, again = prove(payment), prove(payment, now=NOW + 500)
    other, odd = prove(payment, Wording(message_id="second")), prove(payment, Wording(odd=True))

    assert first == again
    assert told(first)["messageId"] != told(other)["messageId"]
    assert told(odd)["messageId"] == told(first)["messageId"]
    assert told(prove(paid(seed=6)))["messageId"] != told(first)["messageId"]


def test_a_token_lives_a_week() -> None:
    """And so does the intermediate key that signed it."""
    token, week = prove(paid()), 7 * 86_400

    assert told(token, now=NOW + week - 1)
    with pytest.raises(Unbelievable, match="message has expired"):
        told(token, now=NOW + week)


def test_the_texts_inside_are_safe_in_html() -> None:
    """The base64's padding stands as six characters, which are signed."""
    token = parsed(prove(paid()).body)

    assert "\\u003d" in token["signedMessage"] and "=" not in token["signedMessage"]
    assert "\\u003d\\u003d" in token["intermediateSigningKey"]["signedKey"]


@pytest.mark.parametrize("mode", WALLET.modes)
def test_the_signature_can_be_exchanged(mode: str) -> None:
    """The same bytes give the same token, others are refused."""
    genuine = prove(paid(mode))
    signature = WALLET.signature_of(genuine) or b""

    assert WALLET.with_signature(genuine, signature) == genuine
    with pytest.raises(Unbelievable):
        told(WALLET.with_signature(genuine, signature[:-1]), mode)


@pytest.mark.parametrize("mode", WALLET.modes)
def test_a_mutation_is_sealed_and_signed_again(mode: str) -> None:
    """Only what it states has changed."""
    genuine = prove(paid(mode))

    mutated = WALLET.mutate(genuine, KEYS, stamp(), lambda said: {**said, "paymentMethod": [None, "\ud800", 2**70]})

    assert told(mutated, mode) == {**told(genuine, mode), "paymentMethod": [None, "\ud800", 2**70]}


def _each(group: str) -> list[Any]:
    named = [forgery for forgery in WALLET.forgeries if forgery.group == group]
    pairs = [(mode, one) for mode in WALLET.modes for one in named if one.exists_in(mode)]
    return [pytest.param(mode, one, id=f"{mode}-{one.name}") for mode, one in pairs]


REASONS = {
    "expired-intermediate": "the intermediate key has expired",
    "expired-message": "the message has expired",
    "wrong-tag": "the tag does not fit",
    "downgraded": "version is not allowed",
    "relabelled": "version is not allowed",
    "in-clear": "version is not allowed",
    **dict.fromkeys(
        [
            *("swapped-intermediate", "unvouched-intermediate", "self-signed-intermediate", "extended-intermediate"),
            *("signing-only-intermediate", "expired-root", "other-version-root"),
        ],
        "no root key vouches",
    ),
}


@pytest.mark.parametrize(("mode", "forgery"), _each("forgery"))
def test_a_forgery_is_refused_for_what_is_wrong_with_it(mode: str, forgery: Forgery) -> None:
    """And for nothing else."""
    forged, genuine = forgery.make(scene(mode)), prove(paid(mode))
    reason = "no root key vouches" if (mode, forgery.name) == (V2, "unknown-root") else None

    with pytest.raises(Unbelievable, match=reason or REASONS.get(forgery.name, "signature does not fit")):
        told(forged, mode)
    assert (forged.method, forged.url, forged.headers) == (genuine.method, genuine.url, genuine.headers)


@pytest.mark.parametrize("name", ["downgraded", "relabelled"])
def test_a_downgrade_would_fail_at_a_shop_that_allows_the_older_version_too(name: str) -> None:
    """So refusing it is never a matter of taste."""
    forgery = next(one for one in WALLET.forgeries if one.name == name)
    both = replace(shop(V2), versions=frozenset({V1, V2}))

    with pytest.raises(Unbelievable, match="signature does not fit"):
        both.open(forgery.make(scene(V2)).body, NOW)


@pytest.mark.parametrize("mode", WALLET.modes)
def test_a_flipped_bit_would_change_the_card(mode: str) -> None:
    """A verifier without signature and tag reads another indicator, and the issuer would approve the card."""
    forgery = next(one for one in WALLET.forgeries if one.name == "flipped-ciphertext")
    members = json.loads(parsed(forgery.make(scene(mode)).body)["signedMessage"])
    card = proof.card_in(unseal_unchecked(members, mode))

    assert card.eci == "07"
    assert refusal(KEYS["issuer_secret"], card, NOW) is None


def unseal_unchecked(members: dict[str, str], mode: str) -> dict[str, Any]:
    """The message inside, whatever its tag."""
    key = private_key(KEYS["private_key"])
    point = b64decode(members["ephemeralPublicKey"])
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
    return parsed(derive(shared, point, mode).crypt(b64decode(members["encryptedMessage"])))


@pytest.mark.parametrize(("mode", "forgery"), _each("substitution"))
def test_a_card_on_file_is_genuine_but_authenticates_nobody(mode: str, forgery: Forgery) -> None:
    """Its issuer would approve it."""
    found = told(forgery.make(scene(mode)), mode)
    card = proof.card_in(found)

    assert (card.cryptogram, card.eci) == (None, None)
    assert found["paymentMethodDetails"].get("authMethod", "PAN_ONLY") == "PAN_ONLY"
    assert refusal(KEYS["issuer_secret"], card, NOW) is None


def test_names_of_forgeries_are_unique_and_many() -> None:
    """Each is a permanent slug."""
    for forgeries in (WALLET.forgeries, WALLET.callbacks):
        names = [forgery.name for forgery in forgeries]
        assert len(names) == len(set(names))
        assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names)
    assert all(sum(one.exists_in(mode) for one in WALLET.forgeries) >= 12 for mode in WALLET.modes)


def issuer() -> Recipient:
    return Recipient(KEYS["issuer_id"], pass_roots(KEYS), None, frozenset({SIGNING_ONLY}), PASSES)


def heard(message: Message) -> dict[str, Any]:
    """What a sound shop makes of a pass callback. Raises Unbelievable."""
    said = parsed(issuer().open(message.body, NOW))
    if said["expTimeMillis"] <= NOW * 1000:
        raise Unbelievable("the callback has expired")
    if said["classId"] != KEYS["class_id"]:
        raise Unbelievable("a class of somebody else's")
    return said


def test_a_genuine_callback_is_believed() -> None:
    """It names a class of the issuer's."""
    message = WALLET.callback(KEYS, stamp(), URL)

    assert (message.method, message.url) == ("POST", URL)
    assert heard(message) == callback_told(KEYS, stamp())
    assert heard(message)["classId"] == KEYS["class_id"]


@pytest.mark.parametrize("forgery", WALLET.callbacks, ids=lambda forgery: forgery.name)
def test_a_spoilt_callback_is_refused(forgery: Forgery) -> None:
    """By the same verifier as tokens."""
    with pytest.raises(Unbelievable):
        heard(forgery.make(scene(V2)))


def test_every_group_of_topics_has_a_page_with_the_date_read() -> None:
    """And what makes no sense here has a reason."""
    docs = WALLET.docs

    assert set(docs.topics) >= GROUPS
    assert all(page.url.startswith("https://developers.google.com/") and page.read for page in docs.topics.values())
    assert not set(docs.topics) & set(docs.not_applicable)
