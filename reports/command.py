"""`walletproof report`: writes the reports of a finished run again, after an interruption or with a newer version."""

from __future__ import annotations

from pathlib import Path

from fixtures.usage import Parser
from reports.finish import write_reports
from reports.run import read_run


def main(arguments: list[str] | None = None) -> None:
    """Reads run.json and writes everything that a run writes. Exits with 4 when there is no such run."""
    parser = Parser("walletproof report", description="Write the reports of a finished run again.")
    parser.add_argument("--out", type=Path, default=Path("reports/out"), metavar="FOLDER", help="the run's folder")
    out: Path = parser.parse_args(arguments).out
    try:
        run = read_run(out / "run.json")
    except FileNotFoundError:
        parser.exit(4, f"walletproof report: {out}: found no run.json; name the folder of a finished run with --out\n")
    except (OSError, ValueError) as problem:
        told = " ".join(str(problem).split())[:200]
        parser.exit(4, f"walletproof report: {out}: run.json cannot be read: {told}; name another folder with --out\n")
    print(write_reports(run, out), end="")


if __name__ == "__main__":
    main()
