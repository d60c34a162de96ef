"""The command `walletproof`: each subcommand is imported only when it is asked for."""

from __future__ import annotations

import runpy
import sys

COMMANDS = {
    "sandbox": ("fixtures.sandbox", "run the emulated wallets, for a staging system to be pointed at"),
    "merchant": ("fixtures.standalone", "run the embedded reference merchant"),
    "load": ("load", "load a target that consents to it, and audit the books afterwards"),
    "keys": ("fixtures.keys", "make a private key set for a target"),
    "report": ("reports.command", "write the one-file report again from a finished run"),
}


def _usage() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {text}" for name, (_, text) in COMMANDS.items()]
    return "\n".join(
        [
            "usage: walletproof COMMAND [OPTION ...]      (walletproof COMMAND --help says more)",
            "",
            *lines,
            "",
            "The suites themselves run in pytest: pytest --target target.toml",
        ]
    )


def main() -> None:
    """Runs a subcommand as `python -m` would."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in {"-h", "--help"}:
        print(_usage())
        raise SystemExit(0 if arguments else 2)
    if arguments[0] not in COMMANDS:
        print(f"walletproof: there is no command {arguments[0]!r}\n\n{_usage()}", file=sys.stderr)
        raise SystemExit(2)
    module = COMMANDS[arguments[0]][0]
    sys.argv = [f"walletproof {arguments[0]}", *arguments[1:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
