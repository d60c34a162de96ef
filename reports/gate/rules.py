"""What a team may set of the gate: gate.toml, or the table [gate] of the target file. All rules are on by default."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from fixtures.model import Severity

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Words = Annotated[tuple[Word, ...], Field(strict=False)]
Optional = Literal["complete", "skips", "service", "regression"]
"""The rules that may be turned off. No file turns an inconclusive run green, nor one with a finding or broken books."""


class Slower(BaseModel):
    """When a check takes much longer than in the baseline: so many `times` as long, and by so many `seconds`. From
    `checks` of them on the gate is closed; fewer are a warning."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    times: Annotated[float, Field(ge=1, strict=False)] = 3.0
    seconds: Annotated[float, Field(ge=0, strict=False)] = 5.0
    checks: Annotated[int, Field(ge=1)] = 5


class Rules(BaseModel):
    """The settings of the gate.

    `severity` is the least that turns it red; with "trivial" advice does so too. `wallets` and `topics` (or groups of
    them) are what must have run, where that is less than the target file declares; whatever ran is judged all the same.
    `skips` is how many checks may not apply. `tolerance` is how much slower than the baseline a load may be, 0.2 for a
    fifth. `slower` says the same of single checks. `off` turns a rule off and says why.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    severity: Severity = "minor"
    wallets: Words = ()
    topics: Words = ()
    skips: Annotated[int, Field(ge=0)] | None = None
    tolerance: Annotated[float, Field(ge=0, strict=False)] = 0.2
    slower: Slower = Slower()
    off: dict[Optional, Word] = {}
