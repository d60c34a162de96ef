"""`walletproof init`: answers, an OpenAPI document and questions become a target file that the loader takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fixtures.starting.asking import asked
from fixtures.starting.draft import Draft, Item, drafted, read_answers
from fixtures.starting.guessing import proposals
from fixtures.starting.pipelines import FILES, pipeline
from fixtures.starting.reading import document
from fixtures.starting.writing import CONFIRM, target_file
from fixtures.target.capabilities import capabilities, level
from fixtures.target.problems import ConfigurationError
from fixtures.target.reading import parse
from fixtures.target.settings import Settings
from fixtures.wallets import discover

WALLETS = discover()
HERE = {"base_url": "http://127.0.0.1:9", "wallets": ["stripe"]}
ENVIRONMENT = {"BUYER_TOKEN": "token-a", "WALLETPROOF_SANDBOX_TOKEN": "a-token"}

SHOP: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/health": {"get": {"responses": {"200": {"description": "up"}}}},
        "/payments": {"post": {"responses": {"201": {"description": "taken"}}}},
        "/orders": {
            "post": {
                "requestBody": {"$ref": "#/components/requestBodies/Wish"},
                "responses": {
                    "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}
                },
            }
        },
        "/orders/{orderId}": {
            "get": {
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}
                }
            },
            "delete": {"responses": {"204": {"description": "gone"}}},
        },
        "/orders/{orderId}/refunds": {"post": {"responses": {"201": {"description": "going back"}}}},
    },
    "components": {
        "requestBodies": {
            "Wish": {
                "content": {
                    "application/json": {
                        "schema": {
                            "properties": {
                                "sku": {"type": "string", "examples": ["mug"]},
                                "qty": {"type": "integer"},
                                "paymentMethod": {"type": "string"},
                                "note": {"type": "string"},
                            }
                        }
                    }
                }
            }
        },
        "schemas": {
            "Order": {
                "allOf": [
                    {
                        "properties": {
                            "orderNumber": {"type": "string"},
                            "payment": {"properties": {"out_trade_no": {}, "redirectUrl": {}}},
                        }
                    },
                    {
                        "properties": {
                            "status": {
                                "enum": ["CREATED", "UNPAID", "PAID", "PARTLY_REFUNDED", "REFUNDED", "EXPIRED", "ODD"]
                            },
                            "total": {"properties": {"value": {"type": "integer"}, "currency": {"type": "string"}}},
                        }
                    },
                ]
            }
        },
    },
}


def loaded(text: str) -> Settings:
    """What the loader makes of the text."""
    return parse(text, Path("target.toml"), WALLETS, ENVIRONMENT)


def test_two_answers_make_a_file_that_the_loader_takes() -> None:
    settings = loaded(target_file(drafted(HERE)))

    assert level(capabilities(settings)) == 2
    assert settings.wallets["stripe"].notify == "/notify/stripe"


@pytest.mark.parametrize("authentication", ["bearer", "header", "none"])
def test_every_wallet_can_be_written(authentication: str) -> None:
    more = {"refund": "POST /orders/{id}/refunds", "cancel": "DELETE /orders/{id}", "listing": "GET /orders"}
    told = {**HERE, **more, "wallets": list(WALLETS), "authentication": authentication, "returns": "/back/{setup}"}

    settings = loaded(target_file(drafted(told, {"gateway": True, "sandbox": "http://127.0.0.1:8900"})))

    assert set(settings.wallets) == set(WALLETS)
    assert {"refund", "cancel", "list", "return", "gateway"} <= capabilities(settings)


def test_without_orders_the_file_is_of_level_1() -> None:
    assert level(capabilities(loaded(target_file(drafted(HERE, {"place": ""}))))) == 1


def test_off_loopback_the_file_asks_for_keys_of_its_own(tmp_path: Path) -> None:
    text = target_file(drafted(HERE, {"base_url": "https://staging.shop.example"}))

    (tmp_path / "stripe.keys.json").write_text(json.dumps(dict(WALLETS["stripe"].make_keys())), encoding="utf-8")
    settings = parse(text, tmp_path / "target.toml", WALLETS, ENVIRONMENT)

    assert settings.wallets["stripe"].keys == "stripe.keys.json"


def test_a_text_with_quotes_stays_one_text() -> None:
    odd = 'a"b\\c\nd\x7f'

    assert loaded(target_file(drafted(HERE, {"item": odd, "body": {odd: "{item}"}}))).shelf[0].item == odd


def test_a_document_proposes_how_to_place_and_read() -> None:
    found = proposals(SHOP)

    assert found == {
        "place": "POST /orders",
        "body": {"sku": "{item}", "qty": "{quantity}", "paymentMethod": "{setup}"},
        "item": "mug",
        "id": "orderNumber",
        "reference": "payment.out_trade_no",
        "redirect": "payment.redirectUrl",
        "qr": "",
        "client_secret": "",
        "read": "GET /orders/{id}",
        "state": "status",
        "amount": "total.value",
        "currency": "total.currency",
        "refunded": "",
        "fulfilments": "",
        "pending": ("CREATED", "UNPAID"),
        "paid": ("PAID", "PARTLY_REFUNDED"),
        "failed": (),
        "cancelled": ("EXPIRED",),
        "refunded_words": ("REFUNDED",),
        "cancel": "DELETE /orders/{id}",
        "refund": "POST /orders/{id}/refunds",
    }


def test_what_was_guessed_is_marked_and_what_was_told_is_not() -> None:
    guessed = proposals(SHOP)
    text = target_file(drafted(guessed, HERE, {"state": "state"}), set(guessed) - {"state"})

    loaded(text)
    assert f'id = "orderNumber" # {CONFIRM}' in text
    assert 'state = "state"\n' in text


def test_a_document_without_orders_proposes_nothing() -> None:
    assert proposals({"paths": {"/health": {"get": {}}}}) == {}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "base_url: found nothing; wanted this answer: give --answers FILE with it \\(or --base-url\\)"),
        ({**HERE, "wallets": ["strype"]}, "wallets: .* strype is none of alipay.*; nearest: stripe"),
        ({**HERE, "plase": "POST /orders"}, "plase: found an unknown answer; nearest: place"),
        ({**HERE, "base_url": "shop.example"}, "base_url: found 'shop.example'; wanted an absolute http"),
        ({**HERE, "place": "orders"}, "place: found 'orders'; wanted a request line"),
    ],
)
def test_wrong_answers_say_what_would_be_right(told: Mapping[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        drafted(told)


def test_fields_may_be_typed_in_a_line() -> None:
    assert drafted(HERE, {"body": "sku={item}, provider={setup}"}).body == {"sku": "{item}", "provider": "{setup}"}
    with pytest.raises(ConfigurationError, match=r"body: .*wanted fields with their placeholders"):
        drafted(HERE, {"body": "sku"})


def test_unreadable_answers_are_a_wrong_configuration(tmp_path: Path) -> None:
    (tmp_path / "answers.toml").write_text("base_url = ", encoding="utf-8")

    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_answers(tmp_path / "answers.toml")


def test_questions_offer_what_is_usual_and_ask_again_after_a_wrong_answer() -> None:
    said: list[str] = []
    typed = {
        "Where is the target": ["nowhere", "http://127.0.0.1:9"],
        "Which wallets": ["stripe, alipay"],
        "fulfilments": ["-"],
        "sold in CNY, for alipay": ["tea", "tea=1250"],
    }

    def prompt(question: str, usual: str) -> str:
        return next((answers.pop(0) for start, answers in typed.items() if start in question and answers), usual)

    answers = asked({"item": "mug"}, {"state": "status", "paid": ("PAID", "SHIPPED")}, prompt, said.append)
    draft = drafted({"item": "mug"}, answers)

    assert draft == Draft(
        base_url="http://127.0.0.1:9",
        wallets=("stripe", "alipay"),
        state="status",
        paid=("PAID", "SHIPPED"),
        item="mug",
        also=(Item(item="tea", price=1250, currency="CNY"),),
    )
    assert '[[shelf]]\nitem = "tea"\nprice = 1250\n' in target_file(draft)
    assert said.pop().startswith("also.0.price: found ''")
    assert said == ["base_url: found 'nowhere'; wanted an absolute http or https URL without query and fragment"]


def test_a_login_a_basket_and_a_sandbox_are_asked_for_and_written() -> None:
    script = iter(
        [
            *("http://127.0.0.1:9", "stripe", "header", "X-Customer-Key", "POST /session"),
            *("user={name} secret={passphrase}", "json", "key=session.key", "token=session.key"),
            *("POST /baskets", '{"lines": [{"sku": "{item}", "count": 1}]}', "json", "basket=basket.id"),
            *("POST /baskets/{basket}/means", "means={setup}", "form", "-", "-", "POST /baskets/{basket}/orders"),
        ]
    )
    said: list[str] = []

    def prompt(question: str, usual: str) -> str:
        return "http://127.0.0.1:8900" if "sandbox" in question else next(script, usual)

    answers = asked({"body": {}}, {}, prompt, said.append)
    with pytest.raises(ConfigurationError, match="where the answer to logging in has the token"):
        drafted(answers, {"login": {"request": "POST /session"}})
    draft = drafted(answers)
    environment = {"BUYER_NAME": "alice", "BUYER_PASSPHRASE": "a-word", "WALLETPROOF_SANDBOX_TOKEN": "a-token"}
    settings = parse(target_file(draft), Path("target.toml"), WALLETS, environment)

    assert next(script, None) is None
    assert len(said) == 1 and "where the answer to logging in has the token" in said[0]
    assert draft.variables == ("BUYER_NAME", "BUYER_PASSPHRASE", "WALLETPROOF_SANDBOX_TOKEN")
    assert settings.authentication.login[0].capture == {"token": "session.key"}
    assert [step.request for step in settings.order.place][:2] == ["POST /baskets", "POST /baskets/{basket}/means"]
    assert settings.order.place[0].json_body == {"lines": [{"sku": "{item}", "count": 1}]}
    assert settings.order.place[1].form == {"means": "{setup}"}
    assert "gateway" in capabilities(settings) and settings.sandbox.url == "http://127.0.0.1:8900"


@pytest.mark.parametrize(
    ("place", "base_url", "words"),
    [
        ("https://elsewhere.example/openapi.json", "https://shop.example", "another host than base_url's"),
        ("https://shop.example/openapi.json", None, "give --base-url, too"),
        ("nowhere.json", None, "cannot be read"),
    ],
)
def test_a_document_comes_from_a_file_or_the_target_s_own_host(place: str, base_url: str | None, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        document(place, base_url)


@pytest.mark.parametrize("server", list(FILES))
def test_a_ci_file_names_the_target_file(server: Any) -> None:
    made = pipeline(server, "staging.toml")

    assert made is not None and made[0] == FILES[server]
    assert "walletproof test --target staging.toml" in made[1] and "__" not in made[1]
