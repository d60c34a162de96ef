"""Chinese twins of the sentences that checks and wallets bring along, as data: English = Chinese, by area."""
