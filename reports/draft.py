"""`walletproof known TOPIC/WALLET/MODE`: drafts an entry of known.toml from a finding.

Reason and owner stay empty, so that the file is refused until a person has filled them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from fixtures.commands import commanded
from fixtures.model import Outcome
from fixtures.target.problems import ConfigurationError, nearest
from reports.gate.case import read_case
from reports.lines import one_line
from reports.outcomes import WRONG_CONFIGURATION
from reports.results import Result

DAYS = 30  # a month is long enough to mend most things, and short enough to be asked again
_VOLATILE = re.compile(r"\[masked:\w+\]|\b(?=\w*\d)\w{6,}(?:[.:-]\w+)*|\d+\.\d+|\(\d+ of \d+\)")
"""What the next run says otherwise: ids, masks, measured numbers, counts of orders."""
_EXPLAINED = " + where "  # pytest's explanation of an assertion: mostly ids


def draft(result: Result, today: date) -> str:
    """The entry as TOML."""
    until = (today + timedelta(days=DAYS)).isoformat()
    return "\n".join(
        [
            "[[known]]",
            f"topic = {_quoted(result.topic)}",
            f"wallet = {_quoted(result.wallet)}",
            f"message = {_quoted(fragment(result.message))}  # a fragment; shorten it if it holds what changes",
            'reason = ""  # why it is accepted: required',
            'owner = ""   # who answers for it: required',
            f"until = {until}  # the last day on which it is accepted",
            "",
        ]
    )


def fragment(message: str) -> str:
    """The longest part of the message's first line that the next run will say again."""
    first = next((line for line in message.splitlines() if line.strip()), "")
    return max((part.strip() for part in _VOLATILE.split(first.partition(_EXPLAINED)[0])), key=len)


def found(identity: str, results: Iterable[Result]) -> Result:
    """The finding of that identity. Raises ConfigurationError, with the nearest, where there is none."""
    findings = {result.identity: result for result in results if result.outcome is Outcome.FAILED}
    if identity not in findings:
        near = nearest(identity, findings)
        hint = f"; nearest: {near}" if near else f"; findings: {', '.join(sorted(findings)[:10]) or 'none'}"
        raise ConfigurationError(one_line(f"{identity}: the run has no such finding{hint}", 600))
    return findings[identity]


def main(
    finding: Annotated[str, typer.Argument(metavar="TOPIC/WALLET/MODE", help="The finding, as the scoreboard says.")],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="The run's folder.")] = Path("reports/out"),
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Appends the draft to this file instead of printing it.")
    ] = None,
) -> None:
    """Drafts an entry of known.toml from a finding. Reason and owner stay empty: fill them, or the file is refused.

    Example: walletproof known notify.repeat/alipay/key --to known.toml
    """
    try:
        text = draft(found(finding, read_case(out).results), datetime.now(UTC).date())
        if to is None:
            typer.echo(text, nl=False)
            return
        before = to.read_text(encoding="utf-8") if to.exists() else ""
        to.write_text(f"{before.rstrip()}\n\n{text}" if before.strip() else text, encoding="utf-8")
    except (ConfigurationError, OSError) as problem:
        typer.echo(f"walletproof known: {problem}", err=True)
        raise typer.Exit(WRONG_CONFIGURATION) from None
    typer.echo(f"Drafted in {to}: fill in reason and owner, then give it with --known {to}")


def _quoted(text: str) -> str:
    """A TOML string: JSON's, but for the one control character that JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


command = commanded(main)

if __name__ == "__main__":
    command(prog_name="walletproof known")
