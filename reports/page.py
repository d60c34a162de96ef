"""The page: one HTML file that needs nothing else, neither network nor Node, in English and Chinese."""

from __future__ import annotations

import base64
import hashlib
import platform
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from fixtures.curl import curl
from fixtures.model import Outcome
from reports.about import About
from reports.bilingual import TOLD, words
from reports.books import OUTCOMES, Books
from reports.load import GRID, INK, ShownLoad, duration, share
from reports.remedies import remedy
from reports.results import SEVERITIES, Result
from reports.timeline import in_order, moments, outcome, parties
from reports.verdict import summarise
from reports.walked import barriers, measured
from reports.words import WORDS

TEMPLATES = Path(__file__).parent / "templates"
STYLES = ("page.css", "timeline.css")


def write_page(
    results: Sequence[Result],
    audit: Books | None,
    path: Path,
    *,
    target: str,
    environment: Mapping[str, str],
    load: ShownLoad | None = None,
    about: About | None = None,
) -> Path:
    """Writes the page and returns its path. Expects everything masked."""
    text = page(results, audit, target=target, environment=environment, load=load, about=about)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="replace")
    return path


def page(
    results: Sequence[Result],
    audit: Books | None,
    *,
    target: str,
    environment: Mapping[str, str],
    load: ShownLoad | None = None,
    about: About | None = None,
) -> str:
    """The page as text."""
    summary = summarise(results)
    script = (TEMPLATES / "page.js").read_text(encoding="utf-8")
    return _template().render(
        summary=summary,
        outcomes=list(Outcome),
        findings=_by_severity(summary.findings),
        passed=[result for result in results if result.outcome is Outcome.PASSED and result.area != "audit"],
        clauses=audit.clauses if audit else (),
        clause_outcome=OUTCOMES,
        load=load,
        ways=measured(results),
        barriers=barriers(results),
        about=about,
        target=target,
        environment={"python": platform.python_version(), **environment},
        style=Markup("".join((TEMPLATES / name).read_text(encoding="utf-8") for name in STYLES)),
        script=Markup(script),
        # The one script that may run is ours: whatever a target answers stays text.
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


@cache
def _template() -> Template:
    room = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    room.globals |= {"t": words, "known": WORDS.__contains__, "curl": curl, "came": outcome, "remedy": remedy}
    room.filters |= {"moments": moments, "parties": parties, "in_order": in_order} | TOLD
    room.filters |= {"link": safe_link, "drawn": drawn, "duration": duration, "share": share}
    return room.get_template("page.html")


def drawn(svg: str) -> Markup:
    """A plot of ours, in the page's own ink: its text must be legible on dark ground, too."""
    return Markup(svg.replace(INK, "var(--ink)").replace(GRID, "var(--line)"))


def safe_link(url: str) -> str:
    """The address if a reader may follow it, else nothing: a target must not smuggle in a script."""
    return url if url.startswith(("https://", "http://")) else ""


def _by_severity(findings: Sequence[Result]) -> list[tuple[str, list[Result]]]:
    ordered = sorted(findings, key=lambda result: SEVERITIES.index(result.severity))
    return [(severity, list(members)) for severity, members in groupby(ordered, key=lambda result: result.severity)]
