"""A document is taken or refused as a whole; nothing that it names is ever fetched or asked."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.model import Answer, Inconclusive, Message
from fixtures.openapi import describe, fetch, keep, probes

GOOD: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {"/a/{id}": {"get": {"responses": {"200": {"description": "ok"}}}}},
}
BASE = "http://127.0.0.1:8000/shop"


def with_schema(schema: Any, **schemas: Any) -> bytes:
    answer = {"description": "ok", "content": {"application/json": {"schema": schema}}}
    paths = {"/a": {"get": {"responses": {"200": answer}}}}
    return json.dumps({**GOOD, "paths": paths, "components": {"schemas": schemas}}).encode()


BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"<!doctype html><html><body>Welcome</body></html>", "an object is needed at its top"),
        (b"", "an object is needed at its top"),
        (b"{]", "is not a usable OpenAPI document"),
        (b"\xff\xfe\x00", "is not a usable OpenAPI document"),
        (json.dumps({**GOOD, "swagger": "2.0"}).encode(), "Swagger 2.0; OpenAPI 3.0 or later is needed"),
        (json.dumps({**GOOD, "openapi": "4.0"}).encode(), "its version (openapi) is 4.0"),
        (json.dumps({**GOOD, "paths": {}}).encode(), "describes no operation"),
        (json.dumps(GOOD).encode() + b" " * 5_000_000, "larger than 4 MiB"),
        (b"[" * 100_000, "is not a usable OpenAPI document"),
        (BOMB.encode(), "too deep, or unfolds to too much"),
        (with_schema({"$ref": "http://127.0.0.1:9/schema.json"}), "outside itself; bundle it"),
        (with_schema({"$ref": "other.json#/a"}), "outside itself; bundle it"),
        (with_schema({"$ref": "#/components/schemas/None"}), "has no #/components/schemas/None"),
        (
            with_schema(
                {"$ref": "#/components/schemas/A"},
                A={"$ref": "#/components/schemas/B"},
                B={"$ref": "#/components/schemas/A"},
            ),
            "leads back to itself",
        ),
    ],
    ids=itertools.count(),
)
def test_a_wrong_document_is_a_problem(content: bytes, problem: str, tmp_path: Path) -> None:
    found = keep(content, tmp_path / "copy.json", BASE)

    assert found.path is None
    assert problem in (found.problem or "")
    assert not (tmp_path / "copy.json").exists()


def test_a_schema_may_hold_itself(tmp_path: Path) -> None:
    tree = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Tree"}}}

    found = keep(with_schema({"$ref": "#/components/schemas/Tree"}, Tree=tree), tmp_path / "copy.json")

    assert found.problem is None


@pytest.mark.parametrize("problem", [Inconclusive("no connection"), Answer(404), Answer(302, (("Location", "/b"),))])
def test_a_document_that_does_not_come_is_a_problem(problem: Any, tmp_path: Path) -> None:
    def send(_: Message) -> Answer:
        if isinstance(problem, Exception):
            raise problem
        return problem  # type: ignore[no-any-return]

    found = fetch(f"{BASE}/openapi.json", tmp_path / "copy.json", send)

    assert found.path is None
    assert found.problem


@pytest.mark.parametrize(
    ("server", "prefix"),
    [
        ("https://shop.example/live", ""),
        ("http://127.0.0.1:8000/shop", ""),
        ("http://127.0.0.1:8000/shop/v2", "/v2"),
        ("/shop", ""),
        ("/v1/", "/v1"),
        ("https://{region}.example/", ""),
        ("", ""),
    ],
)
def test_a_server_is_a_path_and_never_a_host(server: str, prefix: str, tmp_path: Path) -> None:
    inner = {**GOOD["paths"]["/a/{id}"]["get"], "servers": [{"url": "https://elsewhere.example"}]}
    document = {**GOOD, "servers": [{"url": server}], "paths": {"/a/{id}": {"get": inner}}}

    found = keep(json.dumps(document).encode(), tmp_path / "copy.json", BASE)

    assert found.path is not None
    assert describe(found.path, 1).prefix == prefix
    assert "example" not in found.path.read_text()


def test_yaml_is_read_as_openapi_means_it(tmp_path: Path) -> None:
    text = """
openapi: 3.0.0
info: {title: t, version: 2024-01-01}
paths:
  /a:
    get:
      responses:
        200: {description: on, content: {application/json: {schema: {properties: {no: {type: string}}}}}}
"""
    found = keep(text.encode(), tmp_path / "copy.json")

    assert found.path is not None
    (probe,) = probes(found.path, seed=1)
    assert probe.label == "GET /a"
    assert probe.answer_schema(200) == {"properties": {"no": {"type": "string"}}}
