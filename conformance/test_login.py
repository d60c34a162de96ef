"""Logins with a hardware wallet: the owner of an address signs what the shop asks her to sign, in her device's form."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.features import Form


@check(
    "login",
    depth="smoke",
    severity="critical",
    needs="",
    feature="login",
    each="form",
    costs="Owners of this device cannot log in.",
)
def test_the_owner_of_an_address_logs_in(wallet: Counterpart, form: Form) -> None:
    """A challenge signed by the device in its own form logs its owner in."""
    assert wallet.log_in(wallet.signed(form)).accepted
