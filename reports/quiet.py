"""Takes the measuring script out of a generated Allure report: a report on payments must not phone home."""

from __future__ import annotations

import re
from pathlib import Path

from fixtures.usage import WRONG_USE, Parser

_LOADER = re.compile(r"<script\b[^>]*googletagmanager\.com[^>]*>\s*</script>", re.IGNORECASE)
_SETTING = re.compile(r"<script>(?:(?!</script>).)*?gtag\((?:(?!</script>).)*?</script>", re.IGNORECASE | re.DOTALL)


def quiet(html: str) -> str:
    """The page without Google's tag and its setting."""
    return _SETTING.sub("", _LOADER.sub("", html), count=1)


def main(arguments: list[str] | None = None) -> None:
    """Rewrites the pages named on the command line. Exits with 1 if one still names the measuring host."""
    parser = Parser("walletproof quiet", description="Take the measuring script out of a generated Allure report.")
    parser.add_argument("pages", nargs="+", type=Path, metavar="HTML")
    for page in parser.parse_args(arguments).pages:
        try:
            html = quiet(page.read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            parser.exit(WRONG_USE, f"{parser.prog}: {page} cannot be read: {problem}; name an HTML file\n")
        if "googletagmanager" in html:
            parser.exit(1, f"{page} still names googletagmanager.com; it was left as it is\n")
        page.write_text(html, encoding="utf-8")


if __name__ == "__main__":
    main()
