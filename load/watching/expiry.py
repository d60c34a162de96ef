"""When certificates run out: the one with which the target's TLS endpoint answers, and those of the target file.

Only what is public in a certificate is read: when it ends. A certificate that has run out already is read all the same.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cryptography import x509

from fixtures.target.target import Target

ENDPOINT = "endpoint"
"""The name under which the endpoint's own certificate is shown."""

_BEGINNING = "-----BEGIN CERTIFICATE-----"
_DAY = 86_400.0  # seconds


@dataclass(frozen=True, slots=True)
class Expiry:
    """A certificate by name, and its end in Unix seconds."""

    name: str
    at: float

    def days_left(self, now: float) -> float:
        """Days from `now` (Unix seconds) until its end; negative once it is over."""
        return (self.at - now) / _DAY


def of_keys(target: Target) -> Iterator[Expiry]:
    """The certificates that the merchant is configured with, where the target file brings them.

    In a bundle the first to end counts. The name is `SETUP.KEY`.
    """
    for setup in target.setups:
        yield from of_texts(setup, target.own_keys(setup))


def of_texts(setup: str, texts: Mapping[str, str]) -> Iterator[Expiry]:
    """Those of the texts that are certificates; what begins like one and cannot be read is left out."""
    for name, text in texts.items():
        if _BEGINNING not in text:
            continue
        try:
            bundle = x509.load_pem_x509_certificates(text.encode())
        except ValueError:
            continue
        yield Expiry(f"{setup}.{name}", min(one.not_valid_after_utc.timestamp() for one in bundle))


def of_endpoint(target: Target) -> Expiry | None:
    """The certificate with which the base URL's host answers; None without TLS.

    Nothing is believed and nothing is said over that connection, so that a certificate that has run out is seen, too.
    Raises OSError where no connection comes about within timing.request, or TargetUnwell.
    """
    if not target.base_url.startswith("https:"):
        return None
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with target.dial(target.base_url, context) as line:
        shown = line.getpeercert(binary_form=True) if isinstance(line, ssl.SSLSocket) else None
    if shown is None:
        return None
    return Expiry(ENDPOINT, x509.load_der_x509_certificate(shown).not_valid_after_utc.timestamp())
