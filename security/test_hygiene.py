"""Keys as they lie about: what the target file brings, the target serves, and its code holds."""

from __future__ import annotations

from datetime import UTC, datetime

from fixtures.check import check
from fixtures.surroundings.prober import Prober

_KEYS = "https://cheatsheetseries.owasp.org/cheatsheets/Cryptographic_Storage_Cheat_Sheet.html"
_SECRETS = "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html"
_SERVED = "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/04-Review_Old_Backup_and_Unreferenced_Files_for_Sensitive_Information"


@check(
    "hygiene.served",
    severity="blocker",
    needs="acknowledgement",
    each="target",
    source=_SERVED,
    costs="Whoever asks for a well-known file holds the shop's keys.",
)
def test_no_file_with_secrets_is_served(prober: Prober) -> None:
    """None of the files and pages in which servers keep their settings is served."""
    assert prober.hygiene.served() == []


@check(
    "hygiene.keys",
    severity="critical",
    needs="",
    each="target",
    source=_KEYS,
    costs="Signatures can be forged by patience, or are refused by the wallet next week.",
)
def test_the_keys_are_long_and_last(prober: Prober) -> None:
    """The keys that the target file brings have enough bits, and no certificate among them ends within two weeks."""
    assert prober.hygiene.keys(datetime.now(UTC)) == []


@check(
    "hygiene.tree",
    severity="blocker",
    needs="",
    each="target",
    source=_SECRETS,
    costs="Whoever reads the code holds the shop's keys, for as long as anybody keeps a copy.",
)
def test_no_secret_is_committed(prober: Prober) -> None:
    """No private key and no wallet's secret stands in the tree that the target file names."""
    assert prober.hygiene.committed() == []
