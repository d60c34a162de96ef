"""The command `walletproof`: each subcommand is imported only when it is asked for.

Installed from a wheel, everything else stands in one folder beside this file, since other distributions own names such
as `load` and `reports`; this file alone puts that folder on the path.
"""

from __future__ import annotations

import runpy
import shlex
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

_HERE = Path(__file__).resolve().parent
ROOT = _HERE / "walletproof_suite" if (_HERE / "walletproof_suite").is_dir() else _HERE
"""Where the suites stand: in a clone, beside this file."""

WRONG_USE = 4  # 2 would read as an interrupted run

COMMANDS = {
    "init": ("fixtures.starting", "write a first target file, from a few questions or an OpenAPI document"),
    "doctor": ("fixtures.doctor", "prove step by step that a run could say something, with remedies"),
    "test": ("fixtures.suites", "test a payment integration, or the embedded merchant"),
    "sandbox": ("fixtures.workplace", "run the emulated wallets, for a staging system to be pointed at"),
    "merchant": ("fixtures.standalone", "run the embedded reference merchant"),
    "load": ("load", "load a target that consents to it, and audit the books afterwards"),
    "keys": ("fixtures.keys", "make a private key set for a target"),
    "gate": ("reports.gate", "judge a finished run by the rules that a pipeline must pass"),
    "known": ("reports.draft", "draft an entry of known.toml from a finding"),
    "diff": ("reports.diff", "compare two runs"),
    "report": ("reports.command", "write the one-file report again from a finished run"),
    "quiet": ("reports.quiet", "take the measuring script out of a generated Allure report"),
    "replay": ("reports.replay", "play a check that failed once more, freshly signed"),
    "list": ("fixtures.listing", "the checks there are, and what would not apply to a target"),
    "wallets": ("fixtures.listing.wallets", "the wallets side by side, for a team that still has to choose"),
    "completion": ("fixtures.starting.completion", "print what bash, zsh or fish needs to complete all this"),
}


EXAMPLES = """\
examples:
  walletproof doctor                         is everything in place? (the embedded merchant)
  walletproof init                           describe your own system
  walletproof test --target target.toml      test it
  walletproof load --target target.toml      load it, and audit the books"""


def _usage() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {text}" for name, (_, text) in COMMANDS.items()]
    return "\n".join(
        [
            "usage: walletproof COMMAND [OPTION ...]      (walletproof COMMAND --help says more)",
            "",
            *lines,
            "",
            EXAMPLES,
        ]
    )


def _meant(arguments: Sequence[str]) -> str:
    """What to type instead: the nearest command with the same arguments, or all of them."""
    near = [] if arguments[0].startswith("-") else get_close_matches(arguments[0], COMMANDS, 1)
    if not near:
        return f"\n\n{_usage()}"
    return f"; type: {shlex.join(['walletproof', near[0], *arguments[1:]])}"


def main() -> None:
    """Runs a subcommand as `python -m` would."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in {"-h", "--help"}:
        print(_usage())
        raise SystemExit(0 if arguments else WRONG_USE)
    if arguments[0] not in COMMANDS:
        print(f"walletproof: there is no command {arguments[0]!r}{_meant(arguments)}", file=sys.stderr)
        raise SystemExit(WRONG_USE)
    module = COMMANDS[arguments[0]][0]
    sys.path.insert(0, str(ROOT))
    sys.argv = [f"walletproof {arguments[0]}", *arguments[1:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def __getattr__(name: str) -> object:
    """What pytest takes for its plugin. It comes with every run of pytest beside us, so other names go first."""
    if name != "plugin":
        raise AttributeError(name)
    sys.path.append(str(ROOT))
    from fixtures import arguments

    return arguments


if __name__ == "__main__":
    main()
