# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``search_read`` of servers that cannot leave the names out: Odoo 14 and older."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ._errors import InvalidArgumentsError
from ._http_transport import HTTPTransport
from ._protocols import Call
from ._values import Records

CLASSIC_READ = "_classic_read"


class AnyVersion(HTTPTransport):
    """Take ``search_read(…, load=None)`` to servers that know no ``load``.

    A many2one is then an id, as newer servers return it. Whether the server knows it
    is learnt from its first refusal.
    """

    def _prepare(self) -> None:
        super()._prepare()
        self._knows_load = True

    async def _carry_out(self, call: Call) -> Any:
        if not asks_for_load(call):
            return await super()._carry_out(call)
        if self._knows_load:
            try:
                return await super()._carry_out(call)
            except InvalidArgumentsError as error:
                if "unexpected keyword argument 'load'" not in error.message:
                    raise
            self._knows_load = False
        records = await super()._carry_out(without_load(call))
        if call.kwargs["load"] != CLASSIC_READ:
            replace_names(records)
        return records


def asks_for_load(call: Call) -> bool:
    return call.method == "search_read" and "load" in call.kwargs


def without_load(call: Call) -> Call:
    kwargs = {name: value for name, value in call.kwargs.items() if name != "load"}
    return replace(call, kwargs=kwargs)


def replace_names(records: Records) -> None:
    """Put the id where a many2one has id and name; ids of an x2many have no names."""
    for record in records:
        for name, value in record.items():
            if isinstance(value, list) and len(value) == 2:
                record_id, label = value
                if type(record_id) is int and isinstance(label, str):
                    record[name] = record_id
