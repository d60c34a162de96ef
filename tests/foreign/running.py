"""The foreign shop as it runs for a while, beside a sandbox of its own, and the environment its target file wants."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fixtures.embedded import Gateways, merchant_settings
from fixtures.processes import child
from fixtures.sandbox.process import Sandbox, start_sandbox
from fixtures.wallets import discover

TARGET = Path(__file__).with_name("target.toml")
PASSPHRASES = {"first-passphrase-K7Q": "alice", "second/passphrase+M3W=": "bob"}


@dataclass(frozen=True, slots=True)
class Foreign:
    """A running shop: its address, its sandbox, its SQLite file, and the variables of target.toml."""

    url: str
    sandbox: Sandbox
    database: Path
    environment: dict[str, str]


@contextmanager
def foreign_shop(folder: Path) -> Iterator[Foreign]:
    """Sandbox and shop with a private key set, for as long as the block lasts."""
    wallets = discover()
    keys = {name: dict(wallet.make_keys()) for name, wallet in wallets.items()}
    settings, keys_file, database = folder / "shop.json", folder / "keys.json", folder / "shop.db"
    keys_file.write_text(json.dumps(keys), encoding="utf-8")
    with start_sandbox(keys, tls=True) as sandbox:
        told = {
            **merchant_settings(wallets, keys, Gateways.at(sandbox), f"sqlite:///{database}"),
            "buyers": PASSPHRASES,
        }
        settings.write_text(json.dumps(told), encoding="utf-8")
        with child("tests.foreign.shop", ["--settings", str(settings)]) as started:
            url = str(started.announced["url"])
            first, second = PASSPHRASES
            environment = {
                "FOREIGN_URL": url,
                "FOREIGN_FIRST": first,
                "FOREIGN_SECOND": second,
                "FOREIGN_KEYS": str(keys_file),
                "FOREIGN_SANDBOX": sandbox.url,
                "FOREIGN_SANDBOX_TOKEN": sandbox.token,
                "FOREIGN_DATABASE": str(database),
            }
            yield Foreign(url, sandbox, database, environment)
