"""The sandbox with the wallets that are quickly there: those without a chain, which takes seconds to be made."""

from __future__ import annotations

from fixtures.sandbox.__main__ import main
from fixtures.wallets import alipay, applepay, bitpay, googlepay, paypal, stripe, wechatpay

MODULE = "tests.sandbox.medicine.few"
WALLETS = {one.WALLET.name: one.WALLET for one in (alipay, applepay, bitpay, googlepay, paypal, stripe, wechatpay)}

if __name__ == "__main__":
    main(wallets=WALLETS)
