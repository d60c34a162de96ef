"""The doctor at the bed: a sound merchant, merchants with one bug each, and targets that cannot be examined."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.bench import Bench
from fixtures.doctor.__main__ import diagnose
from fixtures.doctor.course import Patient
from fixtures.doctor.finding import Finding, Verdict
from fixtures.doctor.playing import Table
from fixtures.embedded import Gateways, embedded_merchant
from fixtures.sandbox.client import SandboxError
from fixtures.sandbox.process import Sandbox, start_sandbox
from fixtures.target.reading import CANONICAL, load
from fixtures.trial import import_suites
from fixtures.wallets import discover

GATEWAY, GENUINE, FORGED, PUBLISHED = "gateway calls", "genuine proof", "plain forgery", "published test keys"
WALLETS = discover()


@dataclass(frozen=True, slots=True)
class Ward:
    """A sandbox, and at its side the reference merchant and every mutant, all with Stripe's keys alone."""

    sandbox: Sandbox
    url: str

    def bench(self, mutant: str) -> Bench:
        """A bench whose target is that merchant."""
        settings = load(embedded_url=f"{self.url}/m/{mutant}")
        return Bench(settings, WALLETS, self.sandbox.keys, self.sandbox.client, run="doctor", seed=1, examples=1)

    def steps(self, mutant: str) -> dict[str, Finding]:
        """What the doctor says of the merchant's table, step by step."""
        findings: list[Finding] = []
        Table(self.bench(mutant), "stripe", findings.append).play()
        return {finding.step: finding for finding in findings}


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """Started once."""
    import_suites()
    stripe = WALLETS["stripe"]
    with ExitStack() as stack:
        sandbox = stack.enter_context(start_sandbox({"stripe": stripe.make_keys()}))
        folder, gateways = tmp_path_factory.mktemp("merchants"), Gateways.at(sandbox)
        merchants = embedded_merchant({"stripe": stripe}, sandbox.keys, gateways, folder, "fixtures.mutants")
        yield Ward(sandbox, stack.enter_context(merchants))


def test_a_sound_merchant_has_no_problem(ward: Ward) -> None:
    told = ward.steps("Reference")

    assert {step: found.told for step, found in told.items() if found.verdict is not Verdict.OK} == {}
    assert {"order", GATEWAY, GENUINE, FORGED, PUBLISHED} < set(told)


@pytest.mark.parametrize(
    ("mutant", "step", "words"),
    [
        ("StripeChecksTheForm", FORGED, "wrong-key"),
        ("KeepsTheTestKeys", PUBLISHED, "is believed"),
        ("EndpointGone", GENUINE, "refused"),
    ],
)
def test_a_bug_is_a_problem_with_a_remedy(ward: Ward, mutant: str, step: str, words: str) -> None:
    found = ward.steps(mutant)[step]

    assert found.verdict is Verdict.PROBLEM
    assert words in found.told
    assert found.remedy


def test_another_price_than_the_shelf_s_is_told_at_once(ward: Ward) -> None:
    findings: list[Finding] = []
    bench = ward.bench("Reference")
    dearer = tuple(entry.model_copy(update={"price": entry.price + 1}) for entry in bench.settings.shelf)
    bench.settings = bench.settings.model_copy(update={"shelf": dearer})

    Table(bench, "stripe", findings.append).play()

    assert [found.verdict for found in findings] == [Verdict.PROBLEM]
    assert "but the target asks" in findings[0].told and "[[shelf]]" in findings[0].remedy


def test_where_nothing_genuine_is_believed_a_refusal_shows_nothing(ward: Ward) -> None:
    assert ward.steps("RefusesEverything")[FORGED].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(("setup", "steps"), [("stripe", {GENUINE, FORGED}), ("ledger", set()), ("applepay", set())])
def test_without_orders_only_an_acknowledgement_can_be_seen(ward: Ward, setup: str, steps: set[str]) -> None:
    bench, findings = ward.bench("Reference"), list[Finding]()
    bench.keys = {name: wallet.published_keys() for name, wallet in WALLETS.items()} | dict(ward.sandbox.keys)
    bench.target.capabilities -= {"orders"}

    Table(bench, setup, findings.append).play()

    assert {found.step for found in findings if found.verdict is Verdict.OK} == steps
    assert all(found.verdict in {Verdict.OK, Verdict.BESIDE} for found in findings)


def test_a_target_file_is_examined_from_end_to_end(
    ward: Ward, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys, file = tmp_path / "keys.json", tmp_path / "target.toml"
    keys.write_text(json.dumps(dict(ward.sandbox.keys["stripe"])), encoding="utf-8")
    text = CANONICAL.read_text("utf-8").replace("${BASE_URL}", f"{ward.url}/m/Reference")
    tables = text[text.index("[wallets.alipay]") : text.index("[openapi]")]
    text = text.replace(tables, f'[wallets.stripe]\nnotify = "/notify/stripe"\nkeys = "{keys}"\n\n')
    sandbox = f'[sandbox]\nurl = "{ward.sandbox.url}"\ntoken = "{ward.sandbox.token}"\n'
    file.write_text(f'capabilities = ["gateway"]\n{text}\n{sandbox}', encoding="utf-8")

    code = diagnose(Patient(str(file), None))

    said = capsys.readouterr()
    assert (code, said.err) == (0, "")
    assert {line[:16].strip() for line in said.out.splitlines() if line.startswith(("ok", "problem", "could"))} == {
        "ok"
    }
    assert "level 3 (gateway) of 4" in said.out
    assert not any(text in said.out for text in (ward.sandbox.token, *ward.sandbox.keys["stripe"].values()))
    assert "\x1b" not in said.out


@pytest.mark.parametrize(
    ("patient", "words"),
    [
        (Patient("nowhere.toml", None), "nowhere.toml: cannot be read"),
        (Patient(None, "http://127.0.0.1:9", ("strype",)), "--wallet strype: found no such name; nearest: stripe"),
    ],
    ids=["file", "wallet"],
)
def test_a_wrong_configuration_ends_with_4(
    patient: Patient, words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert diagnose(patient) == 4
    assert words in capsys.readouterr().err


def test_a_sandbox_that_does_not_go_along_is_to_be_started_anew(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def examined(*_: object) -> int:
        raise SandboxError("POST /control/history: 422\n" + "x" * 1000)

    monkeypatch.setattr("fixtures.doctor.__main__.examine", examined)

    assert diagnose(Patient(None, None)) == 3
    said = capsys.readouterr().err
    assert "the sandbox does not go along: POST /control/history: 422 x" in said and len(said) < 500
    assert "start it anew" in said


def test_a_target_that_is_not_there_is_said_to_be_down(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"

    assert diagnose(Patient(None, url)) == 4
    said = capsys.readouterr()
    assert "ok              target: file" in said.out
    assert "nothing listens on port" in said.err
