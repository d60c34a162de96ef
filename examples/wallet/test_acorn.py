"""The trial that every wallet has to stand: python -m pytest test_acorn.py"""

from acorn import WALLET

from fixtures.trial import WalletTrial


class TestAcorn(WalletTrial):
    """Acorn on trial."""

    wallet = WALLET
