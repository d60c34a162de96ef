"""Bodies that nobody needs: too large, too deep, packed too well, or never finished. The shop goes on meanwhile."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.surroundings.prober import Prober
from fixtures.surroundings.told import problems
from fixtures.target.target import Target

_SIZE = "https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html"
_XML = "https://cheatsheetseries.owasp.org/cheatsheets/XML_Security_Cheat_Sheet.html"
_DOS = "https://cheatsheetseries.owasp.org/cheatsheets/Denial_of_Service_Cheat_Sheet.html"
_BUSY = "A few requests of strangers, and nobody can buy."


@check(
    "bodies.large",
    severity="normal",
    needs="orders fulfilments acknowledgement fuzzing",
    each="target",
    source=_SIZE,
    costs=_BUSY,
)
def test_a_large_body_is_not_taken_in(prober: Prober) -> None:
    """A body beyond all proportion is refused before it was read, announced or not, and others go on shopping."""
    assert prober.bodies.swallowed() == []
    assert prober.bodies.outage() is None


@check(
    "bodies.packed",
    severity="normal",
    needs="orders fulfilments acknowledgement fuzzing",
    each="target",
    depth="full",
    source=_SIZE,
    costs=_BUSY,
)
def test_a_packed_body_does_not_burst(target: Target, wallet: Counterpart, prober: Prober) -> None:
    """Where packed bodies are unpacked at all, one that becomes beyond all proportion is refused before it has."""
    unpacks = prober.bodies.unpacked(target.place(wallet.setup))

    assert not unpacks or prober.bodies.burst() == []
    assert prober.bodies.outage() is None


@check(
    "bodies.nested",
    severity="normal",
    needs="orders fulfilments acknowledgement fuzzing",
    each="target",
    depth="full",
    source=_DOS,
    costs=_BUSY,
)
def test_a_deep_body_crashes_nothing(prober: Prober) -> None:
    """A body nested thousands of levels deep is refused without a crash, and others go on shopping."""
    assert problems(prober.bodies.deep()) == []
    assert prober.bodies.outage() is None


@check(
    "bodies.growing",
    severity="critical",
    needs="orders fulfilments acknowledgement fuzzing",
    each="target",
    depth="full",
    source=_XML,
    costs=_BUSY,
)
def test_no_document_grows_while_it_is_read(prober: Prober) -> None:
    """A small XML document whose entities multiply is refused as soon as any other, and others go on shopping."""
    assert prober.bodies.exploded() == []
    assert prober.bodies.outage() is None


@check(
    "bodies.slow",
    severity="critical",
    needs="orders fulfilments acknowledgement fuzzing",
    each="target",
    depth="full",
    source=_DOS,
    costs=_BUSY,
)
def test_an_unfinished_upload_holds_nobody_up(prober: Prober) -> None:
    """While some uploads do not go on, others go on shopping, and afterwards too."""
    with prober.bodies.unfinished():
        assert prober.bodies.outage() is None
    assert prober.bodies.outage() is None


@check(
    "bodies.head",
    severity="normal",
    needs="orders fulfilments acknowledgement fuzzing",
    each="target",
    depth="full",
    source=_DOS,
    costs=_BUSY,
)
def test_a_large_head_crashes_nothing(prober: Prober) -> None:
    """A head larger than any wallet's is refused or ignored without a crash, and others go on shopping."""
    assert problems(prober.bodies.heads()) == []
    assert prober.bodies.outage() is None


@check(
    "bodies.field",
    severity="normal",
    needs="orders fulfilments acknowledgement fuzzing",
    each="target",
    depth="full",
    source=_SIZE,
    costs="One long name, and what was paid under it is never delivered.",
)
def test_a_large_field_crashes_nothing(prober: Prober) -> None:
    """A field of up to a megabyte, in an order or in a signed statement, crashes nothing, and what was paid leaves."""
    assert problems(prober.bodies.fields()) == []
    assert prober.bodies.outage() is None
