"""No secret of a target file, of a login or of a key set is shown by a run, least of all by one that fails."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
import pytest

from tests.foreign.running import PASSPHRASES, TARGET, Foreign
from tests.suites import run_suites, topics

LEAST = 12  # characters of a piece of a secret that would be worth finding


def customer_key(foreign: Foreign, passphrase: str, name: str) -> str:
    """What the login gives; who logs in again is given the same."""
    answer = httpx.post(
        f"{foreign.url}/session", json={"customer": name, "passphrase": passphrase}, trust_env=False, timeout=5
    )
    return str(answer.json()["session"]["customerKey"])


def secrets_of(foreign: Foreign) -> set[str]:
    """Everything that nobody may read: the file's own, what logins brought, and both sides' private keys."""
    keys: dict[str, dict[str, str]] = json.loads(Path(foreign.environment["FOREIGN_KEYS"]).read_text())
    private = [
        text
        for table in keys.values()
        for name, text in table.items()
        if ("PRIVATE KEY" in text or "secret" in name or "apiv3" in name) and "public" not in name
    ]
    lines = {line for text in private for line in text.splitlines() if len(line) >= LEAST and "-----" not in line}
    logins = {customer_key(foreign, passphrase, name) for passphrase, name in PASSPHRASES.items()}
    return lines | logins | set(PASSPHRASES) | {foreign.sandbox.token}


def spellings(secret: str) -> set[str]:
    """The ways in which a secret may stand in a text; of base64 the part that does not depend on its neighbours."""
    raw = secret.encode()
    encoded = {base64.b64encode(b"\0" * offset + raw).decode()[offset + 2 : -4] for offset in range(3)}
    plain = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    return plain | {text for text in encoded if len(text) >= LEAST}


def shown(secrets: set[str], text: str) -> list[str]:
    """The secrets that can be read in the text."""
    return sorted(secret for secret in secrets if any(spelling in text for spelling in spellings(secret)))


@pytest.mark.parametrize("how", [("-n", "2", "--dist", "loadgroup"), ("-vv", "--showlocals")])
def test_a_failing_run_shows_no_secret(foreign: Foreign, tmp_path: Path, how: tuple[str, ...]) -> None:
    wrong = tmp_path / "target.toml"
    text = TARGET.read_text(encoding="utf-8")
    for old, new in (("AWAITING_MONEY", "?"), ("SETTLED", "AWAITING_MONEY"), ("?", "SETTLED")):
        text = text.replace(f'["{old}"', f'["{new}"')
    wrong.write_text(text.replace("settle = 2", "settle = 0.2"), encoding="utf-8")

    ran = run_suites(
        tmp_path / "out",
        f"--target={wrong}",
        *how,
        *topics("pay.success", "access.cancel", "close.cancel", "forgery.wrong-key"),
        environment=foreign.environment,
    )

    failed = [row for row in ran.results if row["outcome"] == "failed" and not row["topic"].startswith("audit")]
    everything = ran.everything()
    assert ran.code == 1
    assert len({row["wallet"] for row in failed}) == 9
    assert "X-Customer-Key" in everything and "/session" in everything  # the evidence is there, but for what it hides
    assert shown(secrets_of(foreign), everything) == []
