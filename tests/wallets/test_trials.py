"""Every wallet of the project stands the trial that the authors of others are asked to stand."""

from __future__ import annotations

from fixtures.trial import WalletTrial
from fixtures.wallets import discover

for _name, _wallet in discover().items():  # one class each, as an author writes it
    globals()[f"Test{_name.title()}"] = type(f"Test{_name.title()}", (WalletTrial,), {"wallet": _wallet})
