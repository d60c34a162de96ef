"""The tab "Books" in Locust's web UI: what has come, been paid, acknowledged and fulfilled so far, wallet by wallet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Response, request, send_from_directory

from load.floor import Floor
from load.topics import ACCEPT, LETTER, PAY, PLACE, PURCHASE

KEY = "walletproof"
COLUMNS = {
    "name": "Wallet",
    "came": "Came",
    PLACE: "Placed",
    PAY: "Paid",
    LETTER: "Notified",
    f"{ACCEPT}:failed": "Not acknowledged",
    PURCHASE: "Served",
    f"{PURCHASE}:failed": "Not served",
    "inside": "Inside",
}
VERDICTS = {0: "sound", 1: "findings", 3: "inconclusive", 5: "nothing proven"}


class Tab:
    """Reads the tally of the run that is on, or of the last one."""

    def __init__(self) -> None:
        self.floor: Floor | None = None
        self.verdict: int | None = None
        """The exit code of the last run whose books were closed."""

    def install(self, web_ui: Any, out: Path) -> None:
        """Adds the tab, and a link to the report of the last run."""
        report = f"/{KEY}/report"
        structure = [{"key": _key(key), "title": title} for key, title in COLUMNS.items()]
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
        """One row for each wallet, and one for the run."""
        floor = self.floor
        if floor is None:
            return []
        rows = [self._row(floor, setup, setup) for setup in floor.wallets]
        total = {_key(key): sum(int(str(row[_key(key)])) for row in rows) for key in list(COLUMNS)[1:]}
        books = "still open" if self.verdict is None or not floor.closed else VERDICTS.get(self.verdict, "not closed")
        name = f"(all) · books: {books} · worst lag {floor.worst_lag * 1000:.0f} ms"
        return [*rows, {"name": name, "safe_name": name, **total}]

    @staticmethod
    def _row(floor: Floor, setup: str, name: str) -> dict[str, object]:
        tally = floor.tally
        inside = tally[setup, "came"] - tally[setup, PURCHASE] - tally[setup, f"{PURCHASE}:failed"]
        counts = {_key(key): tally[setup, key] for key in list(COLUMNS)[1:-1]}
        return {"name": name, "safe_name": name, **counts, "inside": inside}


def _key(key: str) -> str:
    """A column's key without the characters that a path into JSON would trip over."""
    return key.replace(".", "_").replace(":", "_")
