"""`walletproof gate`: whether a finished run may pass, judged on its files alone."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import typer

from fixtures.commands import commanded
from fixtures.target.problems import ConfigurationError
from reports.gate.case import Case, read_case
from reports.gate.judging import Matter, Ruling, code_of, judge
from reports.gate.junit import write_rules
from reports.gate.rules import Rules
from reports.known import read_known
from reports.outcomes import WRONG_CONFIGURATION
from reports.sarif import write_sarif
from reports.strict import document, validated
from reports.summary import VERDICTS, summary

EXAMPLE = "a gate.toml, or a target file with a table [gate]"


def rules_of(file: Path) -> Rules:
    """The settings in a gate.toml, or in [gate] of a target file. Raises ConfigurationError."""
    plain, text = document(file, EXAMPLE)
    if "gate" in plain or "base_url" in plain:
        return validated(plain.get("gate", {}), Rules, file, text, ("gate",))
    return validated(plain, Rules, file, text)


def found_rules(folder: Path) -> Path | None:
    """The file with the settings that lies in the folder, if any: gate.toml, else a target.toml with [gate]."""
    if (folder / "gate.toml").exists():
        return folder / "gate.toml"
    try:
        plain = tomllib.loads((folder / "target.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none, or one that is not ours to judge
        return None
    return folder / "target.toml" if "gate" in plain else None


def written(matter: Matter, rulings: tuple[Ruling, ...], code: int, out: Path) -> None:
    """Writes gate.xml, gate.sarif and gate.md into the folder."""
    write_rules(rulings, out / "gate.xml")
    write_sarif(matter.case.results, out / "gate.sarif", target=matter.case.target, code=code)
    (out / "gate.md").write_text(summary(matter, rulings, code), encoding="utf-8", errors="replace")


def told(rulings: tuple[Ruling, ...], code: int) -> str:
    """The rules for the terminal, a line each, and the verdict."""
    width = max(len(ruling.rule.name) for ruling in rulings)
    lines = []
    for ruling in rulings:
        state = "BROKEN" if ruling.subjects else "-" if ruling.idle else "kept"
        why = ruling.line if ruling.subjects else ruling.idle or ruling.warning
        lines.append(f"  {ruling.rule.name:<{width}}  {state:<6}  {why}".rstrip())
    verdict = VERDICTS[code].partition(": ")[2]
    return "\n".join([*lines, "", f"{verdict[0].upper()}{verdict[1:]} (exit code {code})"])


def main(
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="The run's folder.")] = Path("reports/out"),
    rules: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="gate.toml, or a target file with a table gate; by default one that lies here."
        ),
    ] = None,
    baseline: Annotated[Path | None, typer.Option(metavar="FOLDER", help="An earlier run to compare with.")] = None,
    known: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Accepted failures, in place of those of the run itself.")
    ] = None,
) -> None:
    """Judges a finished run by the rules of the gate; writes gate.xml, gate.sarif and gate.md beside its results.

    Exit codes: 0 open; 1 a broken rule; 3 inconclusive, or an error of ours; 4 wrong configuration; 5 nothing proven.

    Example: walletproof gate --out reports/out --baseline reports/main --known known.toml
    """
    try:
        file = rules or found_rules(Path())
        settings = rules_of(file) if file else Rules()
        entries = read_known(known) if known else None
        before: Case | None = read_case(baseline, ()) if baseline else None
        matter = Matter(read_case(out, entries), before, settings)
        rulings = judge(matter)
        code = code_of(matter, rulings)
        written(matter, rulings, code, out)
    except (ConfigurationError, OSError) as problem:
        typer.echo(f"walletproof gate: wrong configuration\n{problem}", err=True)
        raise typer.Exit(WRONG_CONFIGURATION) from None
    typer.echo(f"Gate of {out}, rules: {file or 'the defaults'}")
    typer.echo(told(rulings, code))
    typer.echo(f"Written: {', '.join(str(out / name) for name in ('gate.md', 'gate.sarif', 'gate.xml'))}")
    raise typer.Exit(code)


command = commanded(main)

if __name__ == "__main__":
    command(prog_name="walletproof gate")
