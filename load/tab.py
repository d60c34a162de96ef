"""The tab "Books" in Locust's web UI: what was paid and what was fulfilled so far, wallet by wallet, of all engines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Response, request, send_from_directory

from load.course import Course
from load.figures import Figures
from load.topics import ACKNOWLEDGED, CAME, DOUBLED, FULFILLED, FULFILMENT, LOST, PAID, PLACED, REFUNDED

KEY = "walletproof"
COUNTED = (CAME, PLACED, PAID, ACKNOWLEDGED, FULFILLED, DOUBLED, LOST, REFUNDED)
COLUMNS = {
    "name": "Wallet",
    CAME: "Came",
    PLACED: "Placed",
    PAID: "Paid",
    ACKNOWLEDGED: "Acknowledged",
    FULFILLED: "Fulfilled",
    DOUBLED: "Doubled",
    LOST: "Lost",
    "pending": "Pending",
    REFUNDED: "Refunded",
    "success": "Success",
    "p50": "To goods p50",
    "p95": "To goods p95",
}
VERDICTS = {0: "sound", 1: "findings", 2: "interrupted", 3: "inconclusive", 5: "nothing proven"}


class Tab:
    """Shows the run that is on, or the last one."""

    def __init__(self) -> None:
        self.course: Course | None = None
        self.verdict: int | None = None
        """The exit code of the last run whose books were closed."""

    def install(self, web_ui: Any, out: Path) -> None:
        """Adds the tab, and a link to the report of the last run."""
        report = f"/{KEY}/report"
        structure = [{"key": key, "title": title} for key, title in COLUMNS.items()]
        web_ui.template_args.update(
            {
                "extended_tabs": [{"title": "Books", "key": KEY}],
                "extended_tables": [{"key": KEY, "structure": structure}],
                "extended_csv_files": [{"href": report, "title": "Report of the last run"}],
            }
        )

        @web_ui.app.after_request  # type: ignore[untyped-decorator]
        def add_books(response: Response) -> Response:
            if request.path == "/stats/requests":
                shown = json.loads(response.get_data())
                shown["extended_stats"] = [{"key": KEY, "data": self.rows()}]
                response.set_data(json.dumps(shown))
            return response

        @web_ui.app.route(report)  # type: ignore[untyped-decorator]
        @web_ui.auth_required_if_enabled  # type: ignore[untyped-decorator]
        def show_report() -> Response:
            return send_from_directory(out.absolute(), "report.html")

    def rows(self) -> list[dict[str, object]]:
        """One row for each wallet, one for all, and one for how the run itself goes."""
        course = self.course
        if course is None:
            return []
        figures = course.figures
        rows = [row(figures, setup, setup) for setup in course.setups]
        # the page sorts by name: signs keep these two apart from the wallets
        return [*rows, row(figures, None, "Σ all wallets"), _named(f"→ {self._standing(course)}")]

    def _standing(self, course: Course) -> str:
        if course.reason is None:
            books = "arrivals are open"
        elif self.verdict is None or not course.over:
            books = "still open"
        else:
            books = VERDICTS.get(self.verdict, "not closed")
        return f"books: {books} · generator lag {course.figures.lag * 1000:.0f} ms · {course.figures.inside} inside"


def row(figures: Figures, setup: str | None, name: str) -> dict[str, object]:
    """The books of one wallet table; of all with None."""
    counts = {what: figures.count(what, setup) for what in COUNTED}
    paid, good = counts[PAID], counts[FULFILLED]
    return {
        **_named(name),
        **counts,
        "pending": max(0, paid - good - counts[LOST]),
        "success": f"{good / paid:.1%}" if paid else "",
        "p50": _took(figures, 50, setup),
        "p95": _took(figures, 95, setup),
    }


def _named(name: str) -> dict[str, object]:
    return {"name": name, "safe_name": name}


def _took(figures: Figures, percent: float, setup: str | None) -> str:
    seconds = figures.percentile(FULFILMENT, percent, setup)
    return "" if seconds is None else f"{seconds:.3f} s"
