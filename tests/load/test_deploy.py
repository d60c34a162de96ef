"""The files under deploy/ say what there is: commands, files, and a target that may be loaded."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.processes import ROOT
from fixtures.target.reading import load
from load.consent import permit
from load.plan import Plan
from walletproof import COMMANDS

yaml = pytest.importorskip("yaml")
DEPLOY = ROOT / "deploy"


def _documents(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text("utf-8")))


def _containers() -> Iterator[dict[str, Any]]:
    for document in _documents("kubernetes.yaml"):
        if "template" in document.get("spec", {}):
            yield from document["spec"]["template"]["spec"]["containers"]


def _words(text: str | list[str] | None) -> list[str]:
    return shlex.split(text) if isinstance(text, str) else list(text or ())


def _command(entry: list[str], arguments: list[str]) -> None:
    """A command that the image has, on files that the repository has."""
    words = [*(entry or ["walletproof"]), *arguments]
    assert words[0] in {"walletproof", "locust"}
    if words[0] == "walletproof":
        assert words[1] in COMMANDS
    else:
        assert (ROOT / words[words.index("-f") + 1]).is_file()


def test_every_service_of_the_compose_file_can_be_started() -> None:
    services = _documents("compose.yaml")[0]["services"]

    assert set(services) == {"sandbox", "merchant", "master", "worker"}
    for service in services.values():
        _command(_words(service.get("entrypoint")), _words(service.get("command")))


def test_every_container_of_the_cluster_can_be_started() -> None:
    containers = list(_containers())

    assert [container["name"] for container in containers] == ["sandbox", "master", "worker"]
    for container in containers:
        _command(_words(container.get("command")), _words(container.get("args")))


def test_everybody_in_the_cluster_is_called_by_a_name_that_is_there() -> None:
    documents = _documents("kubernetes.yaml")
    services = {
        one["metadata"]["name"]: one["spec"]["selector"]["app"] for one in documents if one["kind"] == "Service"
    }
    labels = {
        one["spec"]["template"]["metadata"]["labels"]["app"] for one in documents if "template" in one.get("spec", {})
    }

    assert services["walletproof-master"] in labels
    assert services["walletproof-sandbox"] in labels


def test_the_operator_is_given_an_image_that_is_locust() -> None:
    (test,) = _documents("locusttest.yaml")
    stages = [line for line in (DEPLOY / "Dockerfile").read_text("utf-8").splitlines() if line.startswith("FROM")]

    assert (test["apiVersion"], test["kind"]) == ("locust.io/v1", "LocustTest")
    assert test["spec"]["image"] == "walletproof-locust"
    assert stages == ["FROM python:3.11-slim AS locust", "FROM locust"]
    assert shlex.split(test["spec"]["args"])[:2] == ["-f", "/home/locust/locustfile.py"]


def test_the_target_of_the_compose_file_may_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WALLETPROOF_SANDBOX_TOKEN", "token")
    settings = load(DEPLOY / "target.toml")

    told = permit(Plan.of({}, seed=1), settings)

    assert set(told.setups) == {"alipay", "paypal", "stripe", "wechatpay"}
    assert {item.item for item in settings.goods} <= {item.item for item in load(embedded_url="http://127.0.0.1").goods}
