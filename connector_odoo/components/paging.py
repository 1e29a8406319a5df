# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The ids and dates of another Odoo's records, in pages by ascending id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from .answers import read_page

PAGE_SIZE = 1000

#: archived records are records too
CONTEXT = {"active_test": False}


def read_pages(
    call: Callable[..., Any], model: str, filters: list
) -> Iterator[dict[int, datetime | None]]:
    """Yield ``{id: when it was last written}``, page by page, by ascending id.

    A page begins after the last id of the one before.

    :param call: takes a model, a method and its arguments
    """
    last_id = 0
    while True:
        page = call(
            model,
            "search_read",
            [("id", ">", last_id), *filters],
            ["write_date"],
            limit=PAGE_SIZE,
            order="id",
            context=CONTEXT,
        )
        write_dates = read_page(page, model, last_id)
        if not write_dates:
            return
        last_id = max(write_dates)
        # one with fewer than asked for need not be the last: servers have limits, too
        yield write_dates
