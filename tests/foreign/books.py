"""A target's adapter, as its owner would write it: orders are read straight from the shop's own SQLite file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from fixtures.model import Money, Order
from fixtures.target.adapter import Access

QUERY = """
    select state, amount, currency, refunded,
        (select count(*) from fulfilments where order_id = orders.id) as fulfilments
    from orders where id = ?
"""


class Books:
    """Reads; everything else is done by the steps of the target file."""

    observes = ("state", "amount", "currency", "refunded", "fulfilments")

    def __init__(self, access: Access) -> None:
        self._file = os.environ["FOREIGN_DATABASE"]

    def read(self, order: Order, buyer: str | None) -> Mapping[str, Any]:
        """The order's row; its amounts in major units, as the file says of this target."""
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)) as books:
            books.row_factory = sqlite3.Row
            row = dict(books.execute(QUERY, (order.id,)).fetchone())
        in_major = {name: str(Money(row[name], row["currency"]).major) for name in ("amount", "refunded")}
        return {**row, **in_major}
