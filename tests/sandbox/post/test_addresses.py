"""Where notifications go whose payments do not say it: as the target file says, or the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.model import Money, Stamp
from fixtures.sandbox.__main__ import WRONG_CONFIGURATION, main
from fixtures.sandbox.post.writing import address_of
from fixtures.workplace import described
from tests.sandbox.post.counter import Counter
from tests.sandbox.toy import TOY

TARGET = """
base_url = "http://127.0.0.1:8123/shop"
[wallets.stripe]
notify = "/notify/{setup}"
[wallets.hosted]
wallet = "stripe"
mode = "checkout"
notify = "/notify/{setup}"
[wallets.paypal]
notify = "/orders/{id}/notify"
"""


def test_the_target_file_says_it_for_each_mode_of_a_wallet(tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(TARGET)
    assert described(file).addresses == {
        ("stripe", "intent"): "http://127.0.0.1:8123/shop/notify/stripe",
        ("stripe", "checkout"): "http://127.0.0.1:8123/shop/notify/hosted",
    }


@pytest.mark.parametrize("given", ["toy", "toy=", "toy=ftp://shop/", "other=http://shop/"])
def test_a_wrong_address_on_the_command_line_ends_the_command(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--notify", given], {"toy": TOY})
    assert ended.value.code == WRONG_CONFIGURATION
    assert f"--notify {given}: wanted is WALLET=URL" in capsys.readouterr().err


def test_a_payment_goes_to_its_own_address_or_to_that_of_its_mode_or_to_any_of_its_wallet() -> None:
    counter = Counter()
    stamp: Stamp = counter.state.stamp()
    own = TOY.assume("1", Money(1, "CNY"), "plain", stamp, "http://own/")
    none = TOY.assume("2", Money(1, "CNY"), "plain", stamp, None)
    assert address_of(own, {("toy", "plain"): "http://account/"}) == "http://own/"
    assert address_of(none, {("toy", "fancy"): "http://fancy/", ("toy", "plain"): "http://plain/"}) == "http://plain/"
    assert address_of(none, {("toy", "fancy"): "http://fancy/"}) == "http://fancy/"
    assert address_of(none, {("other", "plain"): "http://other/"}) is None
