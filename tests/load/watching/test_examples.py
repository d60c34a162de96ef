"""Dashboard, alert rules and documentation speak of what is really exported, and of nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client import CollectorRegistry, generate_latest

from fixtures.processes import ROOT
from load.figures import Figures
from load.topics import COUNTS, METRICS
from load.watching.expiry import Expiry
from load.watching.orders import Standing
from load.watching.prometheus import Exporter
from load.watching.watch import Watch
from tests.load.synthetic import BEGAN, minute

EXAMPLES = ROOT / "examples"
DASHBOARD: dict[str, Any] = json.loads((EXAMPLES / "grafana" / "walletproof.json").read_text("utf-8"))
RULES = yaml.safe_load((EXAMPLES / "prometheus" / "walletproof-alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
PAGE = (ROOT / "docs" / "watching.md").read_text("utf-8")

_NAME = re.compile(r"walletproof_\w+")
_SELECTION = re.compile(r"(walletproof_\w+)\{([^}]*)\}")
_GROUPING = re.compile(r"by \(([^)]*)\)")
_VALUES = {"what": COUNTS, "metric": METRICS, "outcome": ("served", "failed"), "place": ("pending", "paid")}


@pytest.fixture(scope="module")
def exported() -> dict[str, set[str]]:
    """The labels of each name that a scrape shows."""
    figures = Figures(BEGAN)
    watch = Watch(lambda: figures)
    for batch in islice(minute(), 5):
        figures.add(batch)
        watch.add(batch)
    watch.certificates([Expiry("endpoint", BEGAN)])
    watch.orders(Standing(1.0, 1, {"pending": 0, "paid": 0}), BEGAN)
    registry = CollectorRegistry()
    registry.register(Exporter(watch))
    found: dict[str, set[str]] = {}
    for line in generate_latest(registry).decode().splitlines():
        if not line.startswith("#"):
            found.setdefault(re.split(r"[{ ]", line)[0], set()).update(re.findall(r'(\w+)="', line))
    return found


def queries() -> Iterator[str]:
    """Every query of the dashboard."""
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (re.sub(r"label_values\((.*), \w+\)", r"\1", variable["definition"]) for variable in variables("query"))


def variables(kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = DASHBOARD["templating"]["list"]
    return [variable for variable in found if variable["type"] == kind]


def alerts() -> Iterator[str]:
    return (rule["expr"] for rule in RULES)


@pytest.mark.parametrize("query", list(dict.fromkeys(chain(queries(), alerts()))))
def test_a_query_names_what_is_exported(query: str, exported: dict[str, set[str]]) -> None:
    names = _NAME.findall(query)

    assert names and set(names) <= set(exported)
    known = set.union(*(exported[name] for name in names)) | {"le"}
    assert {label.strip() for group in _GROUPING.findall(query) for label in group.split(",")} <= known
    for name, selection in _SELECTION.findall(query):
        for label, words in re.findall(r'(\w+)=~?"([^"]*)"', selection):
            assert label in exported[name]
            assert words == f"${label}" or set(words.split("|")) <= set(_VALUES[label])


def test_the_dashboard_shows_every_measure(exported: dict[str, set[str]]) -> None:
    shown = {name for query in queries() for name in _NAME.findall(query)}

    assert {name.removesuffix("_bucket") for name in shown} == {
        re.sub(r"_(bucket|count|sum)$", "", name) for name in exported if not name.endswith("_created")
    }


def test_the_dashboard_can_be_imported() -> None:
    panels = DASHBOARD["panels"]

    assert DASHBOARD["schemaVersion"] >= 39 and "id" not in DASHBOARD
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert [variable["name"] for variable in variables("datasource")] == ["datasource"]
    assert {panel["datasource"]["uid"] for panel in panels} == {"${datasource}"}
    cells = [cell for panel in panels for cell in _cells(panel["gridPos"])]
    assert len(cells) == len(set(cells)), "panels lie on each other"


def test_alerts_are_told_apart_and_explained() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    assert all(rule["annotations"]["summary"] and rule["labels"]["severity"] in {"page", "ticket"} for rule in RULES)
    scraping = yaml.safe_load((EXAMPLES / "prometheus" / "prometheus.yml").read_text("utf-8"))
    assert scraping["rule_files"] == ["walletproof-alerts.yml"]


def test_the_documentation_lists_every_measure(exported: dict[str, set[str]]) -> None:
    rows = dict(re.findall(r"^\| `(walletproof_\w+)` \|([^|]*)\|", PAGE, re.MULTILINE))

    shown = {re.sub(r"_(bucket|count|sum)$", "", name): labels - {"le"} for name, labels in exported.items()}
    assert {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows.items()} == shown


def _cells(position: dict[str, int]) -> Iterator[tuple[int, int]]:
    for x in range(position["x"], position["x"] + position["w"]):
        for y in range(position["y"], position["y"] + position["h"]):
            yield x, y
