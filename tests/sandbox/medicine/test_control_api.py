"""The control API keeps to its document, whatever is asked of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

import httpx
import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import strategies
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance
from starlette.routing import Route

from fixtures.model import Money, Stamp
from fixtures.sandbox.control import control_api
from fixtures.sandbox.document import OPERATIONS, Operation, document
from fixtures.sandbox.errands import NOWHERE
from fixtures.sandbox.process import Sandbox, start_sandbox
from fixtures.sandbox.state import State
from tests.sandbox.medicine import few
from tests.sandbox.medicine.conftest import Dose

pytestmark = pytest.mark.xdist_group("medicine control_api")  # one sandbox for all of it
SEED = 7
PATIENCE = 10.0  # seconds, far above what any answer takes
KNOWN = {"wallet": "stripe", "reference": "R-1", "action": "pay", "id": "parcel-1", "operation": "create"}


@pytest.fixture(scope="module")
def own() -> Iterator[Sandbox]:
    """A sandbox in which nobody else works, with a payment and a notification."""
    with start_sandbox(seed=SEED, module=few.MODULE) as running:
        opened = few.WALLETS["stripe"].assume(
            "R-1", Money(1999, "USD"), "intent", Stamp(1.8e9, Random(1)), "http://127.0.0.1:9/"
        )
        running.client.assume(opened)
        running.client.act("stripe", "R-1", "pay")
        posting = {"wallet": "stripe", "reference": "R-1", "event": "paid", "held": True}
        headers = {"authorization": f"Bearer {running.token}"}
        httpx.post(f"{running.url}/control/parcels", json=posting, headers=headers, trust_env=False).raise_for_status()
        yield running


def _schema() -> Any:
    config = schemathesis.Config.from_dict({"seed": SEED, "generation": {"database": "none"}})
    return schemathesis.openapi.from_dict(json.loads(json.dumps(document())), config=config)


SCHEMA = _schema()


def _tell(operation: Operation, examples: int, mode: GenerationMode, running: Sandbox) -> None:
    drawn = SCHEMA[operation.path][operation.method].as_strategy(generation_mode=mode)
    headers = {"authorization": f"Bearer {running.token}"}

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(drawn, strategies.booleans())
    def story(case: Any, known: bool) -> None:
        if known:
            _made_known(case.path_parameters)
            _made_known(case.body)
        with requests.Session() as session:
            session.trust_env = False
            options: dict[str, Any] = {"session": session, "timeout": PATIENCE, "allow_redirects": False}
            answer = case.call(base_url=f"{running.url}/control", headers=headers, **options)
        assert answer.status_code < 500, answer.content
        if answer.status_code in {404, 405} and "problem" not in answer.text:
            return  # a drawn word that is another path: no operation was asked for
        assert str(answer.status_code) in SCHEMA[operation.path][operation.method].definition.raw["responses"]
        case.validate_response(answer, checks=[content_type_conformance, response_schema_conformance])

    story()


def _made_known(drawn: Any) -> None:
    """Drawn names are replaced by such as there are; what is drawn is seldom one of them."""
    if isinstance(drawn, dict):
        drawn.update({name: KNOWN[name] for name in drawn if name in KNOWN})


def _faults_last(operation: Operation) -> bool:
    """What waits at a gateway is asked for first: a fault may hold it for an hour, as it is told to."""
    return "fault" in operation.path


ORDERED = sorted(OPERATIONS, key=_faults_last)


@pytest.mark.parametrize("operation", ORDERED, ids=[one.line for one in ORDERED])
def test_every_operation_keeps_to_the_document(own: Sandbox, operation: Operation, dose: Dose) -> None:
    drawn = operation.takes is not None or operation.query or "{" in operation.path
    _tell(operation, dose.examples if drawn else 1, GenerationMode.POSITIVE, own)
    if operation.takes is not None or operation.query:
        _tell(operation, max(dose.examples // 2, 2), GenerationMode.NEGATIVE, own)


def test_it_serves_still_and_nothing_was_an_error_of_ours(own: Sandbox) -> None:
    assert own.client.health()["status"] == "ok"
    assert "Traceback" not in own.child.last_lines()


def test_the_document_has_every_operation_and_no_other() -> None:
    routes = [one for one in control_api(State({}, {}, 1), NOWHERE).routes if isinstance(one, Route)]
    served = {
        (method, re.sub(r":\w+", "", route.path.removeprefix("/control")))
        for route in routes
        for method in route.methods or ()
        if method != "HEAD"
    }
    assert served == {(one.method.upper(), one.path) for one in OPERATIONS}


def test_it_is_served_to_whoever_has_the_token(own: Sandbox) -> None:
    url = f"{own.url}/control/openapi.json"
    assert httpx.get(url, trust_env=False).status_code == 401
    answer = httpx.get(url, headers={"authorization": f"Bearer {own.token}"}, trust_env=False)
    assert answer.json() == json.loads(json.dumps(document()))
