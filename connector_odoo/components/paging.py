# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The ids and dates of another Odoo's records, in pages by ascending id."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from odoo import fields

from odoo.addons.connector.exception import InvalidDataError

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
        write_dates = _write_dates(page, model, last_id)
        if write_dates:
            last_id = max(write_dates)
            yield write_dates
        if len(page) < PAGE_SIZE:
            return


def _write_dates(page: Any, model: str, last_id: int) -> dict[int, datetime | None]:
    """Return ``{id: when it was last written}`` of a page after the id ``last_id``.

    :raise InvalidDataError: ids do not ascend, or what came is no page
    """
    write_dates: dict[int, datetime | None] = {}
    try:
        for row in page:
            if type(row["id"]) is not int or row["id"] <= last_id:
                raise ValueError(f"an id after {last_id} was asked for")
            last_id = row["id"]
            moment = fields.Datetime.to_datetime(row["write_date"])
            write_dates[last_id] = moment
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InvalidDataError(
            f"Expected records of {model} of the other Odoo, each with an id and a "
            f"write_date, in the order of their ids; found {reprlib.repr(page)} "
            f"({type(error).__name__}: {error}). Is something between that changes "
            "the answers?"
        ) from error
    return write_dates
