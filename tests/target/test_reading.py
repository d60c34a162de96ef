"""A wrong target file is refused with file, line, key, what was found, what would be right and the nearest key."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.target import ConfigurationError, load
from fixtures.target.secrecy import masked
from fixtures.wallets import discover
from tests.target.conftest import SHOP, WALLETS, read

GOOD = SHOP.replace("BASE", "http://127.0.0.1:8000")


def refusal(text: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read(text, Path(), **environ)
    return str(caught.value).splitlines()


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_a_misspelt_key_is_refused_with_the_nearest_one() -> None:
    text = GOOD.replace("request = 1\n", "reqest = 1\n")

    (line,) = refusal(text)

    assert line.startswith(
        f"target.toml:{line_of(text, 'reqest')}: timing.reqest: found an unknown key; wanted one of "
    )
    assert line.endswith("; nearest: request")


def test_a_misspelt_key_in_an_inline_table_has_its_line() -> None:
    text = GOOD.replace('json = { amount = "{amount}" }', 'jsn = { amount = "{amount}" }')

    (line,) = refusal(text)

    assert line.startswith(f"target.toml:{line_of(text, 'jsn')}: order.refund.jsn: ") and line.endswith("nearest: json")


def test_a_wrong_type_says_what_was_found_and_what_would_be_right() -> None:
    (line,) = refusal(GOOD.replace("quiet = 0.02", 'quiet = "soon"'))

    assert "timing.quiet: found a string 'soon'; wanted a valid number" in line


def test_a_number_in_quotes_is_no_number() -> None:
    (line,) = refusal(GOOD.replace("price = 60", 'price = "60"'))

    assert (
        f"target.toml:{line_of(GOOD, 'price = 60')}: shelf[1].price: found a string '60'; wanted a valid integer"
        in line
    )


def test_every_problem_is_listed_at_once_in_the_files_order() -> None:
    text = GOOD.replace("quiet = 0.02", "quiet = -1").replace("first-token", "${TOKEN}").replace("price = 60\n", "")

    lines = refusal(text)

    assert [line.split(": found ")[0].rpartition(" ")[2] for line in lines] == [
        "authentication.buyers.first.token",
        "shelf[1].price",
        "timing.quiet",
    ]


def test_a_missing_environment_variable_is_named_with_the_nearest_that_is_set() -> None:
    (line,) = refusal(GOOD.replace("first-token", "${SHOP_TOKN}"), SHOP_TOKEN="t0p-secret")

    assert "found ${SHOP_TOKN}, which is not set; wanted the environment variable SHOP_TOKN" in line
    assert line.endswith("nearest: SHOP_TOKEN")
    assert "t0p-secret" not in line


def test_a_variable_may_have_a_default() -> None:
    settings = read(GOOD.replace("first-token", "${SHOP_TOKEN:-fallback}"))

    assert settings.authentication.buyers.first["token"].get_secret_value() == "fallback"


def test_what_is_not_toml_is_refused_with_its_line() -> None:
    (line,) = refusal("base_url = 'http://127.0.0.1'\n[order\n")

    assert line.startswith("target.toml:2: not TOML: ")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"missing\.toml: cannot be read"):
        load(tmp_path / "missing.toml", wallets=WALLETS)


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ('request = "GET /orders/{id}"', 'request = "/orders/{id}"', "a request line"),
        ('capture = { orders = "[].id" }', 'capture = { orders = "[].id[" }', "a JMESPath expression"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/?a=b", "without query"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", "an absolute http or https URL"),
        ('currency = "USD"\n\n[timing]', 'currency = "usd"\n\n[timing]', "ISO 4217"),
        ("[order.cancel]\n", '[order.cancel]\nbody = "x"\njson = {}\n', "one of json, form and body"),
        ("\n[order.place]", '\n[openapi]\nurl = "/a"\nfile = "b"\n[order.place]', "either url or file"),
        ("\n[order.place]", '\n[sandbox]\ndeliver_from = "suit"\n[order.place]', "nearest: suite"),
        ('capabilities = ["gateway"]', 'adapter = "shop.py"', "module:Class"),
        ('capabilities = ["gateway"]', 'allowed_hosts = ["http://x"]', "host:port"),
    ],
)
def test_wrong_values_say_what_would_be_right(old: str, new: str, wanted: str) -> None:
    (line,) = refusal(GOOD.replace(old, new))

    assert wanted in line


def test_no_secret_is_shown_however_wrong_it_is() -> None:
    text = GOOD.replace('first = { token = "first-token" }', 'frist = { token = "first-token" }')
    text = text.replace('headers = { Authorization = "Bearer {token}" }', 'headers = "Bearer s3cret-literal"')
    text = text.replace("[order.cancel]\n", '[order.cancel]\nheaders = { X-Key = ["s3cret-listed"] }\n')
    text = text.replace("http://127.0.0.1:8000", "http://user:s3cret-password@127.0.0.1:8000")

    lines = refusal(text)

    assert len(lines) == 4
    assert not {"first-token", "s3cret"} & {
        word for line in lines for word in ("first-token", "s3cret") if word in line
    }


def test_settings_do_not_print_secrets_but_list_them_for_masking() -> None:
    text = (
        GOOD.replace("first-token", "${TOKEN}").replace('"{item}"', '"${API_KEY}"') + '[sandbox]\ntoken = "sandbox-t"\n'
    )

    settings = read(text, TOKEN="token-from-env", API_KEY="key-from-env")

    secrets = {"token-from-env", "key-from-env", "second-token", "sandbox-t"}
    assert settings.secrets() == secrets
    assert not [secret for secret in secrets if secret in repr(settings) + str(settings)]
    assert masked("a token-from-env b", settings.secrets()) == "a *** b"


def test_a_variable_in_an_ordinary_place_is_no_secret() -> None:
    settings = read(GOOD.replace("http://127.0.0.1:8000", "${URL}"), URL="http://127.0.0.1:9")

    assert "http://127.0.0.1:9" not in settings.secrets()


def test_steps_may_be_an_array_of_tables_and_each_has_its_line() -> None:
    place = '[order.place]\nrequest = "POST /orders"\n'
    steps = '[[order.place]]\nrequest = "POST /cart"\ncapture = { cart = "id" }\n\n'
    steps += '[[order.place]]\nrequest = "POST /pay/{crat}"\n'

    text = GOOD.replace(place, steps)
    (line,) = refusal(text)

    assert line.startswith(
        f"target.toml:{line_of(text, '{crat}') - 1}: order.place[1]: found the placeholder {{crat}}; "
    )
    assert line.endswith("nearest: cart")


def test_a_key_in_a_long_array_has_its_own_line() -> None:
    cut = GOOD[: GOOD.index("[[shelf]]")]
    goods = ['item = "book", price = 1999, currency = "USD"', 'item = "pin", pirce = 60, currency = "USD"']
    text = "shelf = [\n" + "".join(f"  {{ {entry} }},\n" for entry in goods) + "]\n" + cut

    lines = refusal(text)

    assert any(line.startswith("target.toml:3: shelf[1].pirce: found an unknown key") for line in lines)


def test_the_canonical_contract_is_used_for_a_url() -> None:
    settings = load(url="http://127.0.0.1:8000/", wallets=discover(), environ={})

    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.timing.quiet == 0.3
    assert settings.capabilities == ()


def test_the_embedded_merchant_is_quick_and_may_be_put_through_everything() -> None:
    settings = load(embedded_url="http://127.0.0.1:8000", wallets=discover(), environ={"BUYER_TOKEN": "other"})

    assert settings.timing.quiet == 0.04
    assert {"gateway", "fuzzing", "races", "restart", "load", "browser"} == set(settings.capabilities)
    assert settings.browser is not None and settings.browser.url == "http://localhost:8000"
    assert settings.hosts.allow("http://localhost:8000/shop") and settings.loopback
    assert settings.authentication.buyers.first["token"].get_secret_value() == "other"


def test_a_wrong_url_is_refused_without_its_password() -> None:
    with pytest.raises(ConfigurationError, match="--target-url: found 'shop'; wanted an absolute"):
        load(url="shop", wallets=WALLETS)
    with pytest.raises(ConfigurationError) as caught:
        load(url="http://me:s3cret@127.0.0.1/", wallets=WALLETS)
    assert "s3cret" not in str(caught.value)


def test_exactly_one_target_is_chosen() -> None:
    with pytest.raises(ConfigurationError, match="choose one target"):
        load("a.toml", "http://127.0.0.1")
